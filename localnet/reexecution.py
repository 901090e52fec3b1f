"""Re-execution: bring a fresh VM, entry by entry, to where a ledger says that its chain was.

The VM starts from the recorded genesis, is set to the recorded time of each transaction and
executes the recorded bytes; what it did is compared with what the ledger says (ADR 008).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.connection import TransactionRefusedError
from ionet.lanes import runtime_version
from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.errors import ClockError, LedgerError
from ionet.localnet.genesis import Genesis, Program
from ionet.localnet.records import AccountRecord, Entry, Header, Json, TransactionRecord
from ionet.localnet.replay_report import Difference, Value
from ionet.localnet.vm import Landed, Vm


@dataclass(slots=True, eq=False)
class _Capture:
    """Observer that keeps the last landed transaction."""

    last: Landed | None = field(default=None)

    def landed(self, landed: Landed) -> None:
        self.last = landed

    def account_set(self, address: Pubkey, account: Account) -> None:
        """Direct changes come from the ledger itself: nothing to compare."""


class Reexecution:
    """A chain that follows a ledger.

    Args:
        header: The ledger's header.
        builds: Programs to execute, by address.
        allow_set: Whether accounts other than wallets may be set directly.

    Attributes:
        vm: The chain, as it is after the entries applied so far.
        compares_all: Whether logs and compute units are compared too: runtime and builds are those
            of the recording.
        accounts_set: Accounts set directly so far.
        transactions: How many were executed.

    Raises:
        LedgerError: a program is not at hand, or the genesis has another hash.
    """

    def __init__(self, header: Header, builds: Sequence[Program], *, allow_set: bool) -> None:
        genesis, is_same_build = genesis_of(header, builds)
        self._allow_set = allow_set
        self.compares_all = is_same_build and header.runtime == runtime_version()
        # Limits tuned to one runtime's token program would fail in another, so they are not
        # applied where compute units are not compared.
        self.vm = Vm(genesis, is_metered=self.compares_all)
        self.accounts_set: list[Pubkey] = []
        self.transactions = 0
        self._capture = _Capture()
        self.vm.observers.append(self._capture)
        self._conservation = ConservationCheck(self.vm.get_account, builds)
        self._digest = sha256(_encode(header.compared()))

    @property
    def digest(self) -> str:
        """Hex SHA-256 over the always-compared fields of what was executed so far."""
        return self._digest.hexdigest()

    def apply(self, entry: Entry, line: int) -> Difference | None:
        """Apply an entry; return the first difference, after which the chain means nothing.

        Args:
            entry: A transaction or a direct change.
            line: Its number in the ledger, for errors.

        Raises:
            LedgerError: it sets an account that it may not.
        """
        if isinstance(entry, AccountRecord):
            self._set(entry, line)
            return None
        difference = self._execute(entry)
        self.transactions += 1
        return difference

    def finish(self) -> Vm:
        """Let go of the chain and return it."""
        self.vm.observers.remove(self._capture)
        return self.vm

    def _set(self, entry: AccountRecord, line: int) -> None:
        """Set an account without a transaction; no signature stands for it."""
        states = (self.vm.get_account(entry.address), entry.account)
        if not self._allow_set and not all(map(_is_wallet, states)):
            owners = " and then ".join(dict.fromkeys(str(s.owner) for s in states if s))
            raise LedgerError(
                line,
                f"account {entry.address}, owned by {owners}, was set directly: only wallets may"
                " be, unless the replay allows it",
            )
        self.accounts_set.append(entry.address)
        self._digest.update(_encode(entry.to_json()))
        self.vm.set_account(entry.address, entry.account)

    def _execute(self, recorded: TransactionRecord) -> Difference | None:
        try:
            self.vm.clock.move_to_ms(recorded.unix_ms)
        except ClockError as error:
            return _difference(recorded, "unix_ms", recorded.unix_ms, str(error))
        try:
            self.vm.send(recorded.transaction)
        except TransactionRefusedError as refused:
            return _difference(recorded, "error", _error(recorded), f"refused: {refused}")
        landed = self._capture.last
        if landed is None:
            raise AssertionError("a sent transaction either lands or is refused")
        replayed = TransactionRecord.of(recorded.index, landed)
        self._digest.update(_encode(replayed.compared()))
        return self._compare(recorded, replayed) or self._conserved(recorded, landed)

    def _compare(
        self, recorded: TransactionRecord, replayed: TransactionRecord
    ) -> Difference | None:
        expected, got = recorded.compared(), replayed.compared()
        expected_accounts, got_accounts = expected.pop("accounts"), got.pop("accounts")
        for name, value in expected.items():
            if value != got[name]:
                return _difference(recorded, name, value, got[name])
        found = _compare_accounts(recorded, expected_accounts, got_accounts)
        if found is not None or not self.compares_all:
            return found
        if recorded.units != replayed.units:
            return _difference(recorded, "units", recorded.units, replayed.units)
        if recorded.logs != replayed.logs:
            return _difference(recorded, "logs", list(recorded.logs), list(replayed.logs))
        return None

    def _conserved(self, recorded: TransactionRecord, landed: Landed) -> Difference | None:
        violation = self._conservation.after(landed)
        if violation is None:
            return None
        return Difference(
            recorded.index,
            recorded.signature,
            str(violation.account),
            "conservation",
            violation.rule,
            violation.found,
        )


def genesis_of(header: Header, builds: Sequence[Program]) -> tuple[Genesis, bool]:
    """Rebuild the genesis with the builds at hand; also tell whether they are the recorded ones.

    Raises:
        LedgerError: there is no build of a program, or the genesis has another hash.
    """
    by_address = {build.address: build for build in builds}
    found: list[Program] = []
    for wanted in header.programs:
        build = by_address.get(wanted.address)
        if build is None:
            raise LedgerError(
                1,
                f"program {wanted.name} at {wanted.address} (sha256 {wanted.sha256}):"
                " no build of it is at hand",
            )
        found.append(build)
    genesis = Genesis(tuple(found), header.accounts, header.unix_time, header.slot)
    if str(genesis.hash()) != header.genesis_hash:
        raise LedgerError(
            1, f"genesis_hash {header.genesis_hash}: is not the hash of the recorded genesis"
        )
    is_same = all(
        build.sha256 == wanted.sha256 for build, wanted in zip(found, header.programs, strict=True)
    )
    return genesis, is_same


def _compare_accounts(
    recorded: TransactionRecord, expected: list[Json], got: list[Json]
) -> Difference | None:
    if [a["address"] for a in expected] != [a["address"] for a in got]:
        return _difference(recorded, "accounts", expected, got)
    for before, after in zip(expected, got, strict=True):
        for name in ("lamports", "owner", "data", "executable"):
            if before.get(name) != after.get(name):
                return Difference(
                    recorded.index,
                    recorded.signature,
                    before["address"],
                    name,
                    before.get(name),
                    after.get(name),
                )
    return None


def _difference(recorded: TransactionRecord, name: str, expected: Value, got: Value) -> Difference:
    return Difference(recorded.index, recorded.signature, None, name, expected, got)


def _error(recorded: TransactionRecord) -> Value:
    error: Value = recorded.compared()["error"]
    return error


def _encode(fields: Json) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _is_wallet(account: Account | None) -> bool:
    """Whether an account is nothing but lamports."""
    if account is None:
        return True
    return account.owner == SYSTEM_PROGRAM and not account.data and not account.executable
