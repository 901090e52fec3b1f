"""Epochs begin and end at their second, and their windows neither overlap nor leave a gap."""

import pytest

from ionet import epochs

GENESIS = 1_800_000_000
PHASES = (epochs.is_commit_time, epochs.is_reveal_time, epochs.is_tally_time)


@pytest.mark.parametrize(
    ("t", "epoch"),
    [
        (GENESIS - 1, None),
        (GENESIS, 0),
        (GENESIS + 21_599, 0),
        (GENESIS + 21_600, 1),
        (GENESIS + 2**32 * 21_600 - 1, 2**32 - 1),
        (GENESIS + 2**32 * 21_600, None),
    ],
)
def test_an_epoch_ends_where_the_next_begins(t: int, epoch: int | None) -> None:
    assert epochs.epoch_at(GENESIS, t) == epoch
    if epoch is not None:
        assert epochs.starts_at(GENESIS, epoch) + epochs.offset_at(GENESIS, t) == t


@pytest.mark.parametrize(
    ("offset", "phase"),
    [(0, 0), (10_799, 0), (10_800, 1), (16_199, 1), (16_200, 2), (21_599, 2), (-1, 3), (21_600, 3)],
)
def test_each_second_is_of_one_phase(offset: int, phase: int) -> None:
    assert [is_time(offset) for is_time in PHASES] == [phase == 0, phase == 1, phase == 2]


@pytest.mark.parametrize(("offset", "is_open"), [(-1, False), (0, True), (7_199, True)])
def test_an_epoch_is_opened_early_in_it(offset: int, *, is_open: bool) -> None:
    assert epochs.is_open_time(offset) is is_open
    assert not epochs.is_open_time(7_200)


@pytest.mark.parametrize(
    ("after", "is_open"), [(-1, False), (0, True), (28 * 21_600 - 1, True), (28 * 21_600, False)]
)
def test_misses_are_recorded_for_28_epochs_after_the_reveals(after: int, *, is_open: bool) -> None:
    reveals_end = GENESIS + 5 * 21_600 + 16_200
    assert epochs.is_miss_time(GENESIS, 5, reveals_end + after) is is_open
