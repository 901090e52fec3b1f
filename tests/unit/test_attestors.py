"""Who is silent follows from the last eight epochs, the current one apart."""

from __future__ import annotations

from typing import Any

import pytest
from solders.pubkey import Pubkey

from ionet.attestors import is_seated, is_silent
from ionet.programs.verification.accounts import Attestor
from ionet.programs.verification.constants import FOREVER, REPORT_HISTORY

NOW = 40
"""The epochs before it that count are 32 to 39, at 0 to 7 of the lists."""


def attestor(missed: tuple[int, ...] = (), revealed: tuple[int, ...] = (), **fields: Any) -> Any:
    """Return an attestor that missed, and revealed, one report in each of these epochs."""
    epochs, misses, reveals = ([0] * REPORT_HISTORY for _ in range(3))
    for counts, numbers in ((misses, missed), (reveals, revealed)):
        for number in numbers:
            epochs[number % REPORT_HISTORY] = number
            counts[number % REPORT_HISTORY] += 1
    zeros = {name: 0 for name in Attestor.__annotations__ if name.islower()}
    lists = {"epochs": tuple(epochs), "missed": tuple(misses), "revealed": tuple(reveals)}
    return Attestor(**{**zeros, "authority": Pubkey.default(), **lists, **fields})


@pytest.mark.parametrize(
    ("missed", "revealed", "expected"),
    [
        ((), (), False),
        ((37, 38, 39), (), False),
        ((36, 37, 38, 39), (), True),
        ((32, 33, 34, 35), (), True),
        (tuple(range(32, 40)), (), True),
        # The ninth epoch before is past, and the current one is not over.
        ((31, 37, 38, 39), (), False),
        ((37, 38, 39, 40), (), False),
        # A second miss of one epoch, in another range, is no second epoch.
        ((37, 37, 38, 39), (), False),
        # One report in the window is enough, even of an epoch that has a miss as well.
        ((36, 37, 38, 39), (32,), False),
        ((36, 37, 38, 39), (39,), False),
        (tuple(range(32, 40)), (35,), False),
        ((36, 37, 38, 39), (31,), True),
        ((36, 37, 38, 39), (40,), True),
        # What the lists keep of epochs 32 before, or after a clock that went back, is not theirs.
        ((4, 5, 6, 7), (), False),
        ((64, 65, 66, 67), (), False),
        ((36, 37, 38, 39), (0,), True),
    ],
)
def test_silence_is_four_misses_of_eight_and_no_report(
    missed: tuple[int, ...], revealed: tuple[int, ...], *, expected: bool
) -> None:
    assert is_silent(attestor(missed, revealed), NOW) is expected


@pytest.mark.parametrize(("epoch", "expected"), [(0, False), (3, False), (4, True), (5, True)])
def test_first_epochs_have_no_eight_before_them(epoch: int, *, expected: bool) -> None:
    assert is_silent(attestor((0, 1, 2, 3)), epoch) is expected


def test_a_seat_is_held_until_it_is_given_back() -> None:
    assert is_seated(attestor(active_until=FOREVER))
    assert not is_seated(attestor(active_until=FOREVER - 1))
