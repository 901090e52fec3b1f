"""Verification epochs, six hours each: the pure twin of ``programs/math/src/epoch.rs``.

They are numbered from genesis. Times are Unix seconds, offsets seconds within an epoch. What
happens when in an epoch, and why: docs/adr/009-devices-and-epochs.md.
"""

from __future__ import annotations

from ionet.programs.verification.constants import (
    COMMIT_WINDOW,
    EPOCH_SECONDS,
    MISS_EPOCHS,
    OPEN_WINDOW,
    REVEAL_DEADLINE,
)

_LAST_EPOCH = 2**32 - 1


def epoch_at(genesis: int, t: int) -> int | None:
    """Return the epoch of the second ``t``; None before genesis and past the last number."""
    epoch = (t - genesis) // EPOCH_SECONDS
    return epoch if 0 <= epoch <= _LAST_EPOCH else None


def starts_at(genesis: int, epoch: int) -> int:
    """Return the first second of an epoch; its end is the start of the next one."""
    return genesis + epoch * EPOCH_SECONDS


def offset_at(genesis: int, t: int) -> int:
    """Return the offset of the second ``t`` in its epoch; meaningful from genesis on."""
    return (t - genesis) % EPOCH_SECONDS


def is_open_time(offset: int) -> bool:
    """Tell whether the epoch may be opened, or its seed armed again."""
    return 0 <= offset < OPEN_WINDOW


def is_commit_time(offset: int) -> bool:
    """Tell whether the seed is taken, answers are posted and reports committed."""
    return 0 <= offset < COMMIT_WINDOW


def is_reveal_time(offset: int) -> bool:
    """Tell whether reports are revealed."""
    return COMMIT_WINDOW <= offset < REVEAL_DEADLINE


def is_tally_time(offset: int) -> bool:
    """Tell whether reports are counted; never later, so results are final when the epoch ends."""
    return REVEAL_DEADLINE <= offset < EPOCH_SECONDS


def is_miss_time(genesis: int, epoch: int, t: int) -> bool:
    """Tell whether a missed reveal of ``epoch`` may be recorded at the second ``t``."""
    since = t - starts_at(genesis, epoch) - REVEAL_DEADLINE
    return 0 <= since < MISS_EPOCHS * EPOCH_SECONDS
