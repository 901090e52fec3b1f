"""Replay: execute every signed transaction of a ledger again and compare what it did.

A fresh VM starts from the recorded genesis, is set to the recorded time of each transaction and
executes the recorded bytes. Always compared: slot, blockhash, signature, outcome and error code,
events, fee, and lamports, owner and data of every account the transaction could change. Logs and
compute units are compared where runtime and program builds are those of the recording: another
build may log and cost something else and still be right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.connection import TransactionRefusedError
from ionet.lanes import runtime_version
from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.errors import ClockError, LedgerError
from ionet.localnet.genesis import Genesis, Program
from ionet.localnet.ledger import Ledger
from ionet.localnet.programs import shipped_programs
from ionet.localnet.records import AccountRecord, Json, TransactionRecord
from ionet.localnet.vm import Landed, Vm

Value = str | int | dict[str, Any] | list[Any] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where the replay did something else than the ledger says.

    Attributes:
        index: Number of the transaction, from 0.
        signature: Its signature.
        account: Address of the account that differs; None for fields of the transaction.
        field: Which field, e.g. ``error``, ``events``, ``data`` or ``conservation``.
        expected: What the ledger says.
        got: What the replay did.
    """

    index: int
    signature: str
    account: str | None
    field: str
    expected: Value
    got: Value


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay found.

    Attributes:
        is_identical: Every compared field was equal and money was conserved.
        transactions: How many transactions were executed again.
        sha256: Hex digest over the always-compared fields of what the replay did; the same in both
            lanes.
        first_difference: None when identical.
        compared_logs_and_units: Whether logs and compute units were compared too.
    """

    is_identical: bool
    transactions: int
    sha256: str
    first_difference: Difference | None
    compared_logs_and_units: bool

    def to_json(self) -> Json:
        """Return the report as a JSON object."""
        difference = self.first_difference
        return {
            "identical": self.is_identical,
            "transactions": self.transactions,
            "sha256": self.sha256,
            "compared_logs_and_units": self.compared_logs_and_units,
            "first_difference": None
            if difference is None
            else {name: getattr(difference, name) for name in Difference.__slots__},
        }


def replay(
    ledger: Ledger | Path | str, *, programs: Iterable[Program] | None = None
) -> ReplayReport:
    """Execute a ledger again and compare; stops at the first difference.

    Args:
        ledger: The ledger or its path.
        programs: Builds to execute, by address; by default those shipped with this package.

    Raises:
        LedgerError: the ledger is damaged, or names a program that is not at hand.
        OSError: the file cannot be read.
    """
    source = ledger if isinstance(ledger, Ledger) else Ledger(Path(ledger))
    builds = shipped_programs() if programs is None else tuple(programs)
    return _Replay(source, builds).run()


@dataclass(slots=True)
class _Capture:
    """Observer that keeps the last landed transaction."""

    last: Landed | None = field(default=None)

    def landed(self, landed: Landed) -> None:
        self.last = landed

    def account_set(self, address: Pubkey, account: Account) -> None:
        """Direct changes come from the ledger itself: nothing to compare."""


class _Replay:
    def __init__(self, ledger: Ledger, builds: Sequence[Program]) -> None:
        self._ledger = ledger
        genesis, is_same_build = _genesis(ledger, builds)
        is_same_runtime = ledger.header.runtime == runtime_version()
        self._compares_all = is_same_build and is_same_runtime
        # Limits tuned to one runtime's token program would fail in another, so they are not
        # applied where compute units are not compared.
        self._vm = Vm(genesis, is_metered=self._compares_all)
        self._capture = _Capture()
        self._vm.observers.append(self._capture)
        self._conservation = ConservationCheck(self._vm.get_account, builds)
        self._digest = sha256()

    def run(self) -> ReplayReport:
        count = 0
        for entry in self._ledger:
            if isinstance(entry, AccountRecord):
                self._vm.set_account(entry.address, entry.account)
                continue
            difference = self._execute(entry)
            count += 1
            if difference is not None:
                return self._report(count, difference)
        return self._report(count, None)

    def _report(self, count: int, difference: Difference | None) -> ReplayReport:
        return ReplayReport(
            difference is None, count, self._digest.hexdigest(), difference, self._compares_all
        )

    def _execute(self, recorded: TransactionRecord) -> Difference | None:
        try:
            self._vm.clock.move_to_ms(recorded.unix_ms)
        except ClockError as error:
            return _difference(recorded, "unix_ms", recorded.unix_ms, str(error))
        try:
            self._vm.send(recorded.transaction)
        except TransactionRefusedError as refused:
            return _difference(recorded, "error", _error(recorded), f"refused: {refused}")
        landed = self._capture.last
        if landed is None:
            raise AssertionError("a sent transaction either lands or is refused")
        replayed = TransactionRecord.of(recorded.index, landed)
        self._digest.update(_encode(replayed.compared()))
        return self._compare(recorded, replayed) or self._conserved(replayed)

    def _compare(
        self, recorded: TransactionRecord, replayed: TransactionRecord
    ) -> Difference | None:
        expected, got = recorded.compared(), replayed.compared()
        expected_accounts, got_accounts = expected.pop("accounts"), got.pop("accounts")
        for name, value in expected.items():
            if value != got[name]:
                return _difference(recorded, name, value, got[name])
        found = _compare_accounts(recorded, expected_accounts, got_accounts)
        if found is not None or not self._compares_all:
            return found
        if recorded.units != replayed.units:
            return _difference(recorded, "units", recorded.units, replayed.units)
        if recorded.logs != replayed.logs:
            return _difference(recorded, "logs", list(recorded.logs), list(replayed.logs))
        return None

    def _conserved(self, replayed: TransactionRecord) -> Difference | None:
        violation = self._conservation.after(replayed.accounts)
        if violation is None:
            return None
        return Difference(
            replayed.index,
            replayed.signature,
            str(violation.job),
            "conservation",
            violation.rule,
            violation.found,
        )


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


def _genesis(ledger: Ledger, builds: Sequence[Program]) -> tuple[Genesis, bool]:
    """Rebuild the genesis with the builds at hand; also tell whether they are the recorded ones."""
    header = ledger.header
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
