"""What every instruction of an epoch does in each of its windows, written from ADR 009 by hand.

A block is what has become of the epoch; a row is a window, then ``instruction=error``. What a row
leaves out succeeds. ``reveal`` is of a report that was committed, where one could be.
"""

from __future__ import annotations

from enum import Enum, auto


class Window(Enum):
    """Seconds of epoch 1, first and last; ``PAST`` is of a clock that went back."""

    PAST = (-21_600, -1)
    OPENING = (0, 7_199)
    COMMITTING = (7_200, 10_799)
    REVEALING = (10_800, 16_199)
    TALLYING = (16_200, 21_599)
    OVER = (21_600, 43_199)


class Progress(Enum):
    """What has become of the epoch."""

    UNOPENED = auto()
    ARMED = auto()
    """Opened; the block of its seed is still to come."""
    READY = auto()
    """Opened; its seed is to be had."""
    LOST = auto()
    """Opened; its seed has left SlotHashes."""
    SEEDED = auto()


COLUMNS = ("open", "rearm", "seed", "answers", "commit", "reveal", "tally", "miss")

_NO_ACCOUNT = " ".join(f"{column}=WrongAccountOwner" for column in COLUMNS[1:])
_NOT_CURRENT = """open=EpochNotCurrent rearm=EpochNotCurrent seed=EpochNotCurrent
    answers=EpochNotCurrent commit=EpochNotCurrent reveal=EpochNotCurrent"""

_UNOPENED = f"""
PAST        open=EpochNotCurrent {_NO_ACCOUNT}
OPENING     {_NO_ACCOUNT}
COMMITTING  open=OpenTooLate {_NO_ACCOUNT}
REVEALING   open=OpenTooLate {_NO_ACCOUNT}
TALLYING    open=OpenTooLate {_NO_ACCOUNT}
OVER        open=EpochNotCurrent {_NO_ACCOUNT}
"""

# {rearm} and {seed} differ by where the block of the seed is.
_UNSEEDED = f"""
PAST        {_NOT_CURRENT} tally=TallyTooEarly miss=EpochNotSeeded
OPENING     open=EpochOpen {{rearm}} {{seed}} answers=EpochNotSeeded commit=EpochNotSeeded
            reveal=RevealTooEarly tally=TallyTooEarly miss=EpochNotSeeded
COMMITTING  open=OpenTooLate rearm=OpenTooLate {{seed}} answers=EpochNotSeeded
            commit=EpochNotSeeded reveal=RevealTooEarly tally=TallyTooEarly miss=EpochNotSeeded
REVEALING   open=OpenTooLate rearm=OpenTooLate seed=SeedTooLate answers=EpochNotSeeded
            commit=EpochNotSeeded reveal=NotCommitted tally=TallyTooEarly miss=EpochNotSeeded
TALLYING    open=OpenTooLate rearm=OpenTooLate seed=SeedTooLate answers=EpochNotSeeded
            commit=EpochNotSeeded reveal=RevealTooLate tally=EpochNotSeeded miss=EpochNotSeeded
OVER        {_NOT_CURRENT} tally=TallyTooLate miss=EpochNotSeeded
"""

_SEEDED = f"""
PAST        {_NOT_CURRENT} tally=TallyTooEarly miss=MissTooEarly
OPENING     open=EpochOpen rearm=EpochSeeded seed=EpochSeeded
            reveal=RevealTooEarly tally=TallyTooEarly miss=MissTooEarly
COMMITTING  open=OpenTooLate rearm=OpenTooLate seed=EpochSeeded
            reveal=RevealTooEarly tally=TallyTooEarly miss=MissTooEarly
REVEALING   open=OpenTooLate rearm=OpenTooLate seed=SeedTooLate answers=AnswersTooLate
            commit=CommitTooLate tally=TallyTooEarly miss=MissTooEarly
TALLYING    open=OpenTooLate rearm=OpenTooLate seed=SeedTooLate answers=AnswersTooLate
            commit=CommitTooLate reveal=RevealTooLate
OVER        {_NOT_CURRENT} tally=TallyTooLate
"""


def _parse(text: str) -> dict[tuple[Window, str], str | None]:
    cells: dict[tuple[Window, str], str | None] = {}
    window = Window.PAST
    for word in text.split():
        if "=" not in word:
            window = Window[word]
            cells |= {(window, column): None for column in COLUMNS}
            continue
        column, error = word.split("=")
        assert (window, column) in cells, f"{window}: no instruction {column!r}"
        cells[window, column] = error
    return cells


TABLE = {
    Progress.UNOPENED: _parse(_UNOPENED),
    Progress.ARMED: _parse(_UNSEEDED.format(rearm="rearm=RearmTooEarly", seed="seed=SeedTooEarly")),
    Progress.READY: _parse(_UNSEEDED.format(rearm="rearm=RearmTooEarly", seed="")),
    Progress.LOST: _parse(_UNSEEDED.format(rearm="", seed="seed=SeedExpired")),
    Progress.SEEDED: _parse(_SEEDED),
}
"""The error of each instruction in each window; None where it succeeds."""
