"""The embedded chain as ``Connection`` and ``AsyncConnection``.

Waiting costs nothing here: ``sleep`` moves the chain's clock and returns at once, so code that
polls a deadline reaches it in microseconds. No method of the async form ever suspends.
"""

from __future__ import annotations

from collections.abc import Sequence

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from ionet.connection import (
    ClockTime,
    LatestBlockhash,
    SimulationOutcome,
    TransactionOutcome,
)
from ionet.localnet.rent import minimum_balance
from ionet.localnet.vm import Vm


class EmbeddedConnection:
    """A ``Connection`` to a ``Vm`` of this process; several may share one."""

    def __init__(self, vm: Vm) -> None:
        self.vm = vm

    def get_account(self, address: Pubkey) -> Account | None:
        """Return the account, or None when it does not exist or holds 0 lamports."""
        return self.vm.get_account(address)

    def get_accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """Return the accounts in the order asked for."""
        return [self.vm.get_account(address) for address in addresses]

    def get_program_accounts(
        self,
        program: Pubkey,
        *,
        data_size: int | None = None,
        memcmp: Sequence[tuple[int, bytes]] = (),
    ) -> list[tuple[Pubkey, Account]]:
        """Return the accounts that the program owns and that pass all filters, by address."""
        return self.vm.program_accounts(program, data_size=data_size, memcmp=memcmp)

    def get_latest_blockhash(self) -> LatestBlockhash:
        """Return the newest blockhash and its last valid block height."""
        return self.vm.latest_blockhash()

    def get_block_height(self) -> int:
        """Return the height of the newest block."""
        return self.vm.clock.block_height

    def get_clock(self) -> ClockTime:
        """Return the chain's slot and Unix time."""
        return self.vm.now()

    def get_minimum_balance(self, data_len: int) -> int:
        """Return the lamports that make an account of ``data_len`` bytes rent exempt."""
        return minimum_balance(data_len)

    def get_genesis_hash(self) -> Hash:
        """Return the hash that identifies this localnet's genesis."""
        return self.vm.genesis_hash

    def simulate(self, tx: VersionedTransaction) -> SimulationOutcome:
        """Execute without landing; signatures and blockhash are not checked."""
        return self.vm.simulate(tx)

    def send(self, raw: bytes) -> Signature:
        """Execute a signed transaction; raises ``TransactionRefusedError`` as ``Vm.send`` does."""
        return self.vm.send(raw).signature

    def get_transaction(self, signature: Signature) -> TransactionOutcome | None:
        """Return what a landed transaction did, or None when it has not landed."""
        return self.vm.get_transaction(signature)

    def sleep(self, seconds: float) -> None:
        """Move the chain's clock on."""
        self.vm.warp(seconds)

    def monotonic(self) -> float:
        """Return the chain's Unix time in seconds, with milliseconds."""
        return self.vm.clock.ms / 1000

    def close(self) -> None:
        """Do nothing: the chain belongs to whoever started it."""


class AsyncEmbeddedConnection:
    """The same, as an ``AsyncConnection``."""

    def __init__(self, vm: Vm) -> None:
        self.vm = vm
        self._sync = EmbeddedConnection(vm)

    async def get_account(self, address: Pubkey) -> Account | None:
        """Return the account, or None when it does not exist or holds 0 lamports."""
        return self._sync.get_account(address)

    async def get_accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """Return the accounts in the order asked for."""
        return self._sync.get_accounts(addresses)

    async def get_program_accounts(
        self,
        program: Pubkey,
        *,
        data_size: int | None = None,
        memcmp: Sequence[tuple[int, bytes]] = (),
    ) -> list[tuple[Pubkey, Account]]:
        """Return the accounts that the program owns and that pass all filters, by address."""
        return self._sync.get_program_accounts(program, data_size=data_size, memcmp=memcmp)

    async def get_latest_blockhash(self) -> LatestBlockhash:
        """Return the newest blockhash and its last valid block height."""
        return self._sync.get_latest_blockhash()

    async def get_block_height(self) -> int:
        """Return the height of the newest block."""
        return self._sync.get_block_height()

    async def get_clock(self) -> ClockTime:
        """Return the chain's slot and Unix time."""
        return self._sync.get_clock()

    async def get_minimum_balance(self, data_len: int) -> int:
        """Return the lamports that make an account of ``data_len`` bytes rent exempt."""
        return self._sync.get_minimum_balance(data_len)

    async def get_genesis_hash(self) -> Hash:
        """Return the hash that identifies this localnet's genesis."""
        return self._sync.get_genesis_hash()

    async def simulate(self, tx: VersionedTransaction) -> SimulationOutcome:
        """Execute without landing; signatures and blockhash are not checked."""
        return self._sync.simulate(tx)

    async def send(self, raw: bytes) -> Signature:
        """Execute a signed transaction; raises ``TransactionRefusedError`` as ``Vm.send`` does."""
        return self._sync.send(raw)

    async def get_transaction(self, signature: Signature) -> TransactionOutcome | None:
        """Return what a landed transaction did, or None when it has not landed."""
        return self._sync.get_transaction(signature)

    async def sleep(self, seconds: float) -> None:
        """Move the chain's clock on."""
        self._sync.sleep(seconds)

    async def monotonic(self) -> float:
        """Return the chain's Unix time in seconds, with milliseconds."""
        return self._sync.monotonic()

    async def close(self) -> None:
        """Do nothing: the chain belongs to whoever started it."""
