"""Errors of the localnet.

LocalnetError (IonetError, ValueError)
├── ClockError      a time that lies in the past or is no time
├── GenesisError    a genesis that cannot be built: bad program, duplicate address, missing build
├── SnapshotError   a snapshot of another VM, or one that cannot be restored now
└── LedgerError     a ledger that is not what it claims to be; names the line and the rule

A transaction refused before execution raises ``ionet.connection.TransactionRefusedError``.
"""

from __future__ import annotations

from ionet.errors import IonetError


class LocalnetError(IonetError, ValueError):
    """Base of all errors of the localnet; the message names the value and the rule."""


class ClockError(LocalnetError):
    """A time that lies in the past, or is no time."""


class GenesisError(LocalnetError):
    """A genesis that cannot be built."""


class SnapshotError(LocalnetError):
    """A snapshot that does not belong to this VM, or cannot be restored now."""


class LedgerError(LocalnetError):
    """A ledger that is not what it claims to be.

    Attributes:
        line: Number of the offending line, from 1.
        rule: The rule it breaks.
    """

    def __init__(self, line: int, rule: str) -> None:
        super().__init__(f"ledger line {line}: {rule}")
        self.line = line
        self.rule = rule
