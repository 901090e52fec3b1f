"""What the SDK asks of a chain: the ``Connection`` protocols and the values they exchange.

Two worlds implement them: the embedded localnet (``ionet.localnet.connection``) and RPC. All
addresses, accounts, hashes and signatures are solders types; a connection owns waiting (``sleep``
and ``monotonic``), because in the embedded world waiting moves the clock of the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction


@dataclass(frozen=True, slots=True)
class TransactionFault:
    """Why a transaction failed or was refused, in terms that do not depend on the lane.

    Attributes:
        kind: Name of the runtime's error, e.g. ``Custom``, ``MissingRequiredSignature``,
            ``BlockhashNotFound``.
        instruction_index: Which instruction failed; None for errors of the whole transaction.
        custom_code: The program's own error number when ``kind`` is ``Custom``, else None.
    """

    kind: str
    instruction_index: int | None = None
    custom_code: int | None = None


class TransactionRefusedError(Exception):
    """A transaction was refused before execution: it did not land and cost nothing."""

    def __init__(self, fault: TransactionFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class LatestBlockhash:
    """A recent blockhash and the last block height at which a transaction may use it."""

    blockhash: Hash
    last_valid_block_height: int


@dataclass(frozen=True, slots=True)
class ClockTime:
    """The chain's clock: slot number and Unix time in seconds."""

    slot: int
    unix_timestamp: int


@dataclass(frozen=True, slots=True)
class SimulationOutcome:
    """What a simulated transaction did; ``err`` is None on success, compute in units (CU)."""

    err: TransactionFault | None
    logs: tuple[str, ...]
    units_consumed: int


@dataclass(frozen=True, slots=True)
class TransactionOutcome:
    """What a landed transaction did; ``err`` is None on success, ``fee`` in lamports."""

    signature: Signature
    slot: int
    unix_timestamp: int
    err: TransactionFault | None
    logs: tuple[str, ...]
    units_consumed: int
    fee: int


class Connection(Protocol):
    """A chain, seen by synchronous code."""

    def get_account(self, address: Pubkey) -> Account | None:
        """Return the account, or None when it does not exist or holds 0 lamports."""
        ...

    def get_accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """Return the accounts in the order asked for."""
        ...

    def get_program_accounts(
        self,
        program: Pubkey,
        *,
        data_size: int | None = None,
        memcmp: Sequence[tuple[int, bytes]] = (),
    ) -> list[tuple[Pubkey, Account]]:
        """Return the accounts that the program owns and that pass all filters, by address."""
        ...

    def get_latest_blockhash(self) -> LatestBlockhash:
        """Return the newest blockhash and its last valid block height."""
        ...

    def get_block_height(self) -> int:
        """Return the height of the newest block."""
        ...

    def get_clock(self) -> ClockTime:
        """Return the chain's slot and Unix time."""
        ...

    def get_minimum_balance(self, data_len: int) -> int:
        """Return the lamports that make an account of ``data_len`` bytes rent exempt."""
        ...

    def get_genesis_hash(self) -> Hash:
        """Return the hash that identifies the cluster."""
        ...

    def simulate(self, tx: VersionedTransaction) -> SimulationOutcome:
        """Execute without landing; signatures and blockhash are not checked."""
        ...

    def send(self, raw: bytes) -> Signature:
        """Submit a signed transaction.

        Raises:
            TransactionRefusedError: before execution (packet too large, blockhash not found,
                already processed, signature failure, fee payer without funds).
        """
        ...

    def get_transaction(self, signature: Signature) -> TransactionOutcome | None:
        """Return what a landed transaction did, or None when it has not landed."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; embedded, move the chain's clock."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back, on the clock which ``sleep`` advances."""
        ...

    def close(self) -> None:
        """Release what the connection holds; idempotent."""
        ...


class AsyncConnection(Protocol):
    """The same chain, seen by asynchronous code; each method does what its sync twin does."""

    async def get_account(self, address: Pubkey) -> Account | None:
        """Return the account, or None when it does not exist or holds 0 lamports."""
        ...

    async def get_accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """Return the accounts in the order asked for."""
        ...

    async def get_program_accounts(
        self,
        program: Pubkey,
        *,
        data_size: int | None = None,
        memcmp: Sequence[tuple[int, bytes]] = (),
    ) -> list[tuple[Pubkey, Account]]:
        """Return the accounts that the program owns and that pass all filters, by address."""
        ...

    async def get_latest_blockhash(self) -> LatestBlockhash:
        """Return the newest blockhash and its last valid block height."""
        ...

    async def get_block_height(self) -> int:
        """Return the height of the newest block."""
        ...

    async def get_clock(self) -> ClockTime:
        """Return the chain's slot and Unix time."""
        ...

    async def get_minimum_balance(self, data_len: int) -> int:
        """Return the lamports that make an account of ``data_len`` bytes rent exempt."""
        ...

    async def get_genesis_hash(self) -> Hash:
        """Return the hash that identifies the cluster."""
        ...

    async def simulate(self, tx: VersionedTransaction) -> SimulationOutcome:
        """Execute without landing; signatures and blockhash are not checked."""
        ...

    async def send(self, raw: bytes) -> Signature:
        """Submit a signed transaction; raises as ``Connection.send`` does."""
        ...

    async def get_transaction(self, signature: Signature) -> TransactionOutcome | None:
        """Return what a landed transaction did, or None when it has not landed."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; embedded, move the chain's clock."""
        ...

    async def monotonic(self) -> float:
        """Return seconds that never go back, on the clock which ``sleep`` advances."""
        ...

    async def close(self) -> None:
        """Release what the connection holds; idempotent."""
        ...
