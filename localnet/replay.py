"""Replay: execute every signed transaction of a ledger again and compare what it did.

A fresh VM starts from the recorded genesis, is set to the recorded time of each transaction and
executes the recorded bytes. Always compared: slot, blockhash, signature, outcome and error code,
events, fee, and lamports, owner and data of every account the transaction could change. Logs and
compute units are compared where runtime and program builds are those of the recording: another
build may log and cost something else and still be right.

Signatures bind a transaction to its genesis, and execution binds results to transactions. Nothing
binds what was set directly, so that is listed, and refused where it could be money. That nothing
was left out at the end is known only from the ledger's last hash; see ADR 008.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.connection import TransactionRefusedError
from ionet.lanes import runtime_version
from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.errors import ClockError, LedgerError, LocalnetError
from ionet.localnet.genesis import Genesis, Program
from ionet.localnet.ledger import Ledger, Position
from ionet.localnet.programs import shipped_programs
from ionet.localnet.records import AccountRecord, Json, TransactionRecord
from ionet.localnet.replay_report import Difference, ReplayReport, Value
from ionet.localnet.vm import Landed, Vm

__all__ = ["Difference", "ReplayReport", "replay"]


def replay(
    ledger: Ledger | Path | str,
    *,
    programs: Iterable[Program] | None = None,
    expected_hash: str | None = None,
    allow_set: bool = False,
) -> ReplayReport:
    """Execute a ledger again and compare; stops at the first difference.

    The whole file is read and checked before anything is executed.

    Args:
        ledger: The ledger or its path.
        programs: Builds to execute, by address; by default those shipped with this package.
        expected_hash: What the hash of the ledger's last line must be, 64 hex digits.
        allow_set: Whether accounts other than wallets may be set directly, as tests do.

    Raises:
        LedgerError: the ledger is damaged, has another hash than expected, sets what it may not,
            or names a program that is not at hand.
        LocalnetError: ``expected_hash`` is no hash.
        OSError: the file cannot be read.
    """
    source = ledger if isinstance(ledger, Ledger) else Ledger(Path(ledger))
    builds = shipped_programs() if programs is None else tuple(programs)
    end = source.end()
    _expect_hash(end, expected_hash)
    return _Replay(source, builds, ledger_hash=end.hash, allow_set=allow_set).run()


@dataclass(slots=True)
class _Capture:
    """Observer that keeps the last landed transaction."""

    last: Landed | None = field(default=None)

    def landed(self, landed: Landed) -> None:
        self.last = landed

    def account_set(self, address: Pubkey, account: Account) -> None:
        """Direct changes come from the ledger itself: nothing to compare."""


class _Replay:
    def __init__(
        self, ledger: Ledger, builds: Sequence[Program], *, ledger_hash: str, allow_set: bool
    ) -> None:
        self._ledger = ledger
        self._ledger_hash = ledger_hash
        self._allow_set = allow_set
        self._accounts_set: list[Pubkey] = []
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
        count, difference = 0, None
        self._digest.update(_encode(self._ledger.header.compared()))
        for entry, position in self._ledger.entries():
            if isinstance(entry, AccountRecord):
                self._set(entry, position.line)
                continue
            difference = self._execute(entry)
            count += 1
            if difference is not None:
                break
        if count == 0:
            difference = Difference(0, "", None, "transactions", "at least one", 0)
        return self._report(count, difference)

    def _report(self, count: int, difference: Difference | None) -> ReplayReport:
        return ReplayReport(
            difference is None,
            count,
            self._digest.hexdigest(),
            difference,
            self._compares_all,
            self._ledger_hash,
            self._ledger.header.genesis_hash,
            tuple(self._accounts_set),
        )

    def _set(self, entry: AccountRecord, line: int) -> None:
        """Set an account without a transaction; no signature stands for it."""
        states = (self._vm.get_account(entry.address), entry.account)
        if not self._allow_set and not all(map(_is_wallet, states)):
            owners = " and then ".join(dict.fromkeys(str(s.owner) for s in states if s))
            raise LedgerError(
                line,
                f"account {entry.address}, owned by {owners}, was set directly: only wallets may"
                " be, unless the replay allows it",
            )
        self._accounts_set.append(entry.address)
        self._digest.update(_encode(entry.to_json()))
        self._vm.set_account(entry.address, entry.account)

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
        if found is not None or not self._compares_all:
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


def _expect_hash(end: Position, expected: str | None) -> None:
    if expected is None:
        return
    if not re.fullmatch("[0-9a-f]{64}", expected):
        raise LocalnetError(f"expected hash {expected!r}: must be 64 hex digits")
    if end.hash != expected:
        raise LedgerError(end.line, f"the ledger's hash is {end.hash}, expected {expected}")


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
