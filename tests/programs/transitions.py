"""What every instruction does in every stage of a job, written from docs/adr/003 by hand.

One text per kind; a row is a stage, then ``instruction=outcome``. An outcome in capitals is the
state written by success (``CLOSED``: the account is gone), any other the name of the error. What a
row leaves out is ``WrongState``. ``release`` is a stranger's, ``waive`` the same instruction signed
by who the window protects.
"""

from __future__ import annotations

from ionet.programs.escrow.enums import JobKind
from tests.programs.harness.stages import Stage

COLUMNS = (
    "accept",
    "decline",
    "extend",
    "settle",
    "voucher",
    "submit",
    "end",
    "quit",
    "expire",
    "release",
    "waive",
    "refund",
    "sweep",
    "close",
)

# Before the start the kind makes no difference.
_REQUEST = """
OPEN            accept=ACTIVE decline=DECLINED end=CANCELLED expire=ExpireTooEarly
LATE            accept=AcceptTooLate decline=DECLINED end=CANCELLED expire=EXPIRED
JOINED          accept=AlreadyAccepted decline=DECLINED end=CANCELLED expire=ExpireTooEarly
FAILED          accept=ClusterFailed decline=DECLINED end=CANCELLED expire=EXPIRED
JOINED_FAILED   accept=AlreadyAccepted decline=DECLINED end=CANCELLED expire=EXPIRED
DECLINED        refund=NothingDue close=CloseTooEarly
EXPIRED         refund=NothingDue close=CloseTooEarly
CANCELLED       refund=NothingDue close=CloseTooEarly
"""

_RENTAL = """
STARTED         extend=ACTIVE settle=ACTIVE voucher=WrongKind submit=WrongKind end=ENDING
                quit=ENDING expire=ExpireTooEarly sweep=NothingDue
ACTIVE          extend=ACTIVE settle=ACTIVE voucher=WrongKind submit=WrongKind end=ENDING
                quit=ENDING expire=ExpireTooEarly sweep=ACTIVE
STARTED_ELAPSED settle=ENDING voucher=WrongKind expire=ENDING release=ReleaseTooEarly waive=ENDING
                refund=NothingDue sweep=ENDING close=StillHeld
ELAPSED         settle=ENDING voucher=WrongKind expire=ENDING release=ReleaseTooEarly waive=ENDING
                refund=NothingDue sweep=ENDING close=StillHeld
ENDING          settle=ENDING voucher=WrongKind release=ReleaseTooEarly waive=ENDING
                refund=NothingDue sweep=ENDING close=StillHeld
RELEASABLE      settle=ENDING voucher=WrongKind release=ENDING waive=ENDING
                refund=NothingDue sweep=ENDING close=StillHeld
FINAL           settle=ENDING voucher=WrongKind release=AlreadyReleased waive=AlreadyReleased
                refund=NothingDue sweep=ENDING close=StillHeld
SWEPT           settle=ENDING voucher=WrongKind release=AlreadyReleased waive=AlreadyReleased
                refund=NothingDue sweep=NothingDue close=CLOSED
DISPUTED        settle=DISPUTED refund=NothingDue sweep=DISPUTED
RULED           release=ReleaseTooEarly waive=RULED refund=NothingDue sweep=RULED close=StillHeld
"""

_METERED = """
STARTED         extend=ACTIVE settle=ACTIVE voucher=ACTIVE submit=WrongKind end=ENDING
                quit=ENDING expire=ExpireTooEarly sweep=NothingDue
ACTIVE          extend=ACTIVE settle=ACTIVE voucher=ACTIVE submit=WrongKind end=ENDING
                quit=ENDING expire=ExpireTooEarly sweep=ACTIVE
STARTED_ELAPSED settle=ENDING voucher=ENDING expire=ENDING release=ReleaseTooEarly waive=ENDING
                refund=NothingDue sweep=NothingDue close=StillHeld
ELAPSED         settle=ENDING voucher=ENDING expire=ENDING release=ReleaseTooEarly waive=ENDING
                refund=NothingDue sweep=NothingDue close=StillHeld
ENDING          settle=ENDING voucher=ENDING release=ReleaseTooEarly waive=ENDING
                refund=NothingDue sweep=ENDING close=StillHeld
RELEASABLE      settle=ENDING voucher=VoucherTooLate release=ENDING waive=ENDING
                refund=ENDING sweep=ENDING close=StillHeld
FINAL           settle=ENDING voucher=VoucherTooLate release=AlreadyReleased waive=AlreadyReleased
                refund=ENDING sweep=ENDING close=StillHeld
SWEPT           settle=ENDING voucher=VoucherTooLate release=AlreadyReleased waive=AlreadyReleased
                refund=NothingDue sweep=NothingDue close=CLOSED
DISPUTED        settle=DISPUTED refund=DISPUTED sweep=DISPUTED
RULED           release=ReleaseTooEarly waive=RULED refund=RULED sweep=RULED close=StillHeld
"""

_DELIVERABLE = """
STARTED         extend=WrongKind settle=ACTIVE voucher=WrongKind submit=ENDING end=WrongKind
                quit=ENDING expire=ExpireTooEarly sweep=NothingDue
ACTIVE          extend=WrongKind settle=ACTIVE voucher=WrongKind submit=ENDING end=WrongKind
                quit=ENDING expire=ExpireTooEarly sweep=NothingDue
STARTED_ELAPSED settle=ENDING voucher=WrongKind expire=ENDING release=ENDING waive=ENDING
                refund=ENDING sweep=NothingDue close=StillHeld
ELAPSED         settle=ENDING voucher=WrongKind expire=ENDING release=ENDING waive=ENDING
                refund=ENDING sweep=NothingDue close=StillHeld
ENDING          settle=ENDING voucher=WrongKind release=ReleaseTooEarly waive=ENDING
                refund=NothingDue sweep=NothingDue close=StillHeld
RELEASABLE      settle=ENDING voucher=WrongKind release=ENDING waive=ENDING
                refund=NothingDue sweep=NothingDue close=StillHeld
FINAL           settle=ENDING voucher=WrongKind release=AlreadyReleased waive=AlreadyReleased
                refund=NothingDue sweep=ENDING close=StillHeld
SWEPT           settle=ENDING voucher=WrongKind release=AlreadyReleased waive=AlreadyReleased
                refund=NothingDue sweep=NothingDue close=CLOSED
DISPUTED        settle=DISPUTED refund=NothingDue sweep=NothingDue
RULED           release=ReleaseTooEarly waive=RULED refund=NothingDue sweep=NothingDue
                close=StillHeld
"""


def _parse(text: str) -> dict[tuple[Stage, str], str]:
    cells: dict[tuple[Stage, str], str] = {}
    stage = None
    for word in text.split():
        if "=" not in word:
            stage = Stage[word]
            cells |= {(stage, column): "WrongState" for column in COLUMNS}
            continue
        column, outcome = word.split("=")
        assert stage is not None
        assert (stage, column) in cells, f"{stage}: no instruction {column!r}"
        cells[stage, column] = outcome
    return cells


# A job that is gone is an address that nobody owns.
_GONE = {(Stage.CLOSED, column): "WrongAccountOwner" for column in COLUMNS}

TABLE: dict[JobKind, dict[tuple[Stage, str], str]] = {
    JobKind.RENTAL: _parse(_REQUEST + _RENTAL) | _GONE,
    JobKind.METERED: _parse(_REQUEST + _METERED) | _GONE,
    JobKind.DELIVERABLE: _parse(_REQUEST + _DELIVERABLE) | _GONE,
}
