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

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ionet.localnet.errors import LedgerError, LocalnetError
from ionet.localnet.genesis import Program
from ionet.localnet.ledger import Ledger, Position
from ionet.localnet.programs import shipped_programs
from ionet.localnet.reexecution import Reexecution
from ionet.localnet.replay_report import Difference, ReplayReport

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
    chain = Reexecution(source.header, builds, allow_set=allow_set)
    difference = next(_differences(source, chain), None)
    if chain.transactions == 0:
        difference = Difference(0, "", None, "transactions", "at least one", 0)
    return ReplayReport(
        difference is None,
        chain.transactions,
        chain.digest,
        difference,
        chain.compares_all,
        end.hash,
        source.header.genesis_hash,
        tuple(chain.accounts_set),
    )


def _differences(ledger: Ledger, chain: Reexecution) -> Iterator[Difference]:
    for entry, position in ledger.entries():
        difference = chain.apply(entry, position.line)
        if difference is not None:
            yield difference


def _expect_hash(end: Position, expected: str | None) -> None:
    if expected is None:
        return
    if not re.fullmatch("[0-9a-f]{64}", expected):
        raise LocalnetError(f"expected hash {expected!r}: must be 64 hex digits")
    if end.hash != expected:
        raise LedgerError(end.line, f"the ledger's hash is {end.hash}, expected {expected}")
