"""The embedded chain: LiteSVM behind the rules of a cluster, with snapshots and observers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

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
from ionet.lanes import new_litesvm, program_fault
from ionet.localnet import admission, execution
from ionet.localnet.clock import BlockClock
from ionet.localnet.errors import GenesisError, SnapshotError
from ionet.localnet.genesis import Genesis, Program
from ionet.localnet.message import account_keys
from ionet.localnet.sysvars import CLOCK, SLOT_HASHES, SysvarSync

_States: TypeAlias = tuple[tuple[Pubkey, Account | None], ...]


@dataclass(frozen=True, slots=True)
class Landed:
    """A transaction that landed, with all that a ledger keeps of it.

    Attributes:
        raw: The signed transaction as sent.
        ms: Unix time in milliseconds at which it executed.
        blockhash: The newest blockhash at that time.
        outcome: What it did.
        before: Each account it could change and its state before, in message order; None where
            the account did not exist.
        written: The same accounts and their states afterwards.
    """

    raw: bytes
    ms: int
    blockhash: Hash
    outcome: TransactionOutcome
    before: _States
    written: _States


class Observer(Protocol):
    """Follows a chain: told about each change once it has happened; equal only to itself."""

    def landed(self, landed: Landed) -> None:
        """Take note of a transaction."""
        ...

    def account_set(self, address: Pubkey, account: Account) -> None:
        """Take note of an account that was set directly, after genesis."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state to return to; belongs to the ``Vm`` that took it."""

    owner: Vm
    ms: int
    accounts: dict[Pubkey, Account]
    outcomes: dict[Signature, TransactionOutcome]


class Vm:
    """One chain in this process, which starts from a genesis and changes by transactions.

    Each landed transaction is a block of its own: the slot moves by one and the time by 400 ms.
    Not safe for use by several threads at once.

    Args:
        genesis: Where the chain starts.
        is_metered: False runs every transaction with the maximum compute limit
            (``ionet.lanes.new_litesvm``).

    Raises:
        GenesisError: a program that the runtime does not load.
    """

    def __init__(self, genesis: Genesis, *, is_metered: bool = True) -> None:
        self.genesis = genesis
        self.genesis_hash = genesis.hash()
        self.clock = BlockClock(self.genesis_hash, slot=genesis.slot, unix_time=genesis.unix_time)
        self.observers: list[Observer] = []
        self._svm = new_litesvm(is_metered=is_metered)
        self._sysvars = SysvarSync(self._svm, self.clock)
        self._touched: set[Pubkey] = set()
        self._outcomes: dict[Signature, TransactionOutcome] = {}
        for program in genesis.programs:
            self._load(program)
        for address, account in genesis.accounts:
            self._set(address, account)

    # Accounts

    def get_account(self, address: Pubkey) -> Account | None:
        """Return the account, or None when it does not exist or holds 0 lamports."""
        if address in (CLOCK, SLOT_HASHES):
            self._sysvars.write((address,))
        account = self._svm.get_account(address)
        return None if account is None or account.lamports == 0 else account

    def set_account(self, address: Pubkey, account: Account) -> None:
        """Put an account in place without a transaction; 0 lamports remove it."""
        self._set(address, account)
        for observer in self.observers:
            observer.account_set(address, account)

    def program_accounts(
        self,
        program: Pubkey,
        *,
        data_size: int | None = None,
        memcmp: Sequence[tuple[int, bytes]] = (),
    ) -> list[tuple[Pubkey, Account]]:
        """Return the accounts that the program owns, by address.

        Args:
            program: The owner.
            data_size: Only accounts of exactly so many bytes.
            memcmp: Only accounts which hold these bytes at these offsets.
        """
        found = [
            (address, account)
            for address in self._touched
            if (account := self.get_account(address)) is not None
            and account.owner == program
            and (data_size is None or len(account.data) == data_size)
            and all(account.data[at : at + len(part)] == part for at, part in memcmp)
        ]
        return sorted(found, key=lambda item: bytes(item[0]))

    def _set(self, address: Pubkey, account: Account) -> None:
        self._svm.set_account(address, account)
        self._touched.add(address)

    def _load(self, program: Program) -> None:
        if (fault := program_fault(self._svm, program.address, program.elf)) is not None:
            raise GenesisError(f"program {program.name} at {program.address}: {fault}")
        self._sysvars.add_program(program.address, program.elf)

    # Time

    def now(self) -> ClockTime:
        """Return slot and Unix time, as the next transaction will see them."""
        return self.clock.now()

    def latest_blockhash(self) -> LatestBlockhash:
        """Return the newest blockhash and the last block height that accepts it."""
        return self.clock.latest_blockhash()

    def warp(self, seconds: float) -> None:
        """Move the clock on by a duration; see ``BlockClock.warp``."""
        self.clock.warp(seconds)

    def warp_to(self, unix_time: int) -> None:
        """Move the clock on to an exact Unix second; see ``BlockClock.warp_to``."""
        self.clock.warp_to(unix_time)

    def advance_slots(self, count: int) -> None:
        """Move the clock on by whole slots."""
        self.clock.advance_slots(count)

    # Transactions

    def simulate(self, tx: VersionedTransaction) -> SimulationOutcome:
        """Execute without landing; signatures and blockhash are not checked.

        Raises:
            TransactionRefusedError: ``PacketTooLarge``, or a lookup table that does not exist.
        """
        admission.check_size(bytes(tx))
        keys = account_keys(tx, self.get_account)
        self._sysvars.write(keys.all)
        return execution.simulate(self._svm, tx, keys)

    def send(self, tx: VersionedTransaction | bytes) -> TransactionOutcome:
        """Check, execute and finish a block; a failed transaction lands too, and pays its fee.

        Raises:
            TransactionRefusedError: the transaction did not land; nothing has changed.
        """
        raw = bytes(tx)
        parsed = admission.parse(raw)
        signature = parsed.signatures[0] if parsed.signatures else Signature.default()
        if signature in self._outcomes:
            admission.refuse("AlreadyProcessed", f"transaction {signature} has already landed")
        admission.check_signatures(parsed)
        admission.check_blockhash(parsed, self.clock)
        keys = account_keys(parsed, self.get_account)
        self._sysvars.write(keys.all)
        before = self._read(keys.writable) if self.observers else ()
        done = execution.execute(self._svm, parsed, keys)
        now = self.clock.now()
        outcome = TransactionOutcome(
            signature, now.slot, now.unix_timestamp, done.fault, done.logs, done.units, done.fee
        )
        self._outcomes[signature] = outcome
        self._touched.update(keys.writable)
        self._finish_block(raw, outcome, before)
        return outcome

    def get_transaction(self, signature: Signature) -> TransactionOutcome | None:
        """Return what a landed transaction did, or None when it has not landed."""
        return self._outcomes.get(signature)

    @property
    def landed_count(self) -> int:
        """How many transactions have landed."""
        return len(self._outcomes)

    def _read(self, addresses: Iterable[Pubkey]) -> _States:
        return tuple((address, self.get_account(address)) for address in addresses)

    def _finish_block(self, raw: bytes, outcome: TransactionOutcome, before: _States) -> None:
        if self.observers:
            landed = Landed(
                raw,
                self.clock.ms,
                self.clock.latest_blockhash().blockhash,
                outcome,
                before,
                self._read(address for address, _ in before),
            )
            for observer in self.observers:
                observer.landed(landed)
        self.clock.next_block()

    # Snapshots

    def snapshot(self) -> Snapshot:
        """Copy the state: clock, accounts and landed transactions."""
        accounts = {
            address: account
            for address in self._touched
            if (account := self._svm.get_account(address)) is not None
        }
        return Snapshot(self, self.clock.ms, accounts, dict(self._outcomes))

    def restore(self, snapshot: Snapshot) -> None:
        """Return to a state of this VM; accounts created since are gone, time goes back.

        Raises:
            SnapshotError: the snapshot is another VM's, or observers follow this chain, for whom
                history would change.
        """
        if snapshot.owner is not self:
            raise SnapshotError("snapshot: was taken of another VM")
        if self.observers:
            raise SnapshotError("restore: not while a ledger records this chain")
        for address in self._touched - snapshot.accounts.keys():
            self._svm.set_account(address, execution.EMPTY)
        for address, account in snapshot.accounts.items():
            self._svm.set_account(address, account)
        self._touched = set(snapshot.accounts)
        self._outcomes = dict(snapshot.outcomes)
        self.clock.ms = snapshot.ms
