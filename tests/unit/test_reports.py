"""Whose report is due where follows from the epoch and the attestor's seats."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet.committees import draw_committee
from ionet.programs.verification.accounts import Attestor, Epoch, Report
from ionet.programs.verification.constants import FOREVER, PROGRAM_ID, RANGE_SIZE, REPORT_HISTORY
from ionet.programs.verification.pdas import find_report
from ionet.reports import (
    all_places,
    index_count_of,
    is_committed,
    is_seeded,
    is_settled,
    range_count,
    report_places,
    seat_at,
)

ATTESTOR = Pubkey.new_unique()


def make(kind: type[Any], **fields: Any) -> Any:
    """Return an account with these fields, zero in all others."""
    names = [name for name in kind.__annotations__ if name.islower()]
    return kind(**dict.fromkeys(names, 0) | fields)


def epoch(**fields: Any) -> Epoch:
    values: dict[str, Any] = {
        "number": 3,
        "seed": bytes(range(32)),
        "seed_slot": 1,
        "seats": 12,
        "committee_size": 9,
        "index_count": 2_500,
    }
    found: Epoch = make(Epoch, **values | fields)
    return found


@pytest.mark.parametrize(
    ("indexes", "ranges"),
    [(0, []), (1, [1]), (1_024, [1_024]), (1_025, [1_024, 1]), (2_500, [1_024, 1_024, 452])],
)
def test_ranges_have_1024_indexes_but_the_last(indexes: int, ranges: list[int]) -> None:
    found = epoch(index_count=indexes)
    assert range_count(found) == len(ranges)
    assert [index_count_of(found, range_) for range_ in range(len(ranges))] == ranges
    assert index_count_of(found, len(ranges)) == 0
    assert sum(ranges) == indexes
    assert max(ranges, default=0) <= RANGE_SIZE


def test_places_are_those_of_the_draw() -> None:
    found = epoch()
    places = report_places(found, 1, program_id=PROGRAM_ID)
    assert [place.seat for place in places] == list(draw_committee(found.seed, 3, 1, 12, 9))
    for number, place in enumerate(places):
        assert (place.epoch, place.range, place.place) == (3, 1, number)
        assert place.address == find_report(1, number)[0]
    everywhere = all_places(found, program_id=PROGRAM_ID)
    assert [(place.range, place.place) for place in everywhere] == [
        (range_, place) for range_ in range(3) for place in range(9)
    ]
    assert report_places(epoch(committee_size=0), 1, program_id=PROGRAM_ID) == ()
    assert not is_seeded(epoch(seed_slot=0))
    assert is_seeded(found)


@pytest.mark.parametrize(
    ("at", "seat"),
    [(0, None), (3, None), (4, 9), (5, 9), (6, 2), (7, 2), (8, 5), (19, 5), (20, None)],
)
def test_the_newest_seat_that_counts_is_served_until_the_exit(at: int, seat: int | None) -> None:
    attestor = make(Attestor, seats=(5, 2, 9), seats_since=(8, 6, 4), active_until=20)
    assert seat_at(attestor, at) == seat


def test_a_seat_that_was_never_had_is_not_seat_0() -> None:
    attestor = make(Attestor, seats=(3, 0, 0), seats_since=(8, 0, 0), active_until=FOREVER)
    assert [seat_at(attestor, at) for at in (0, 7, 8)] == [None, None, 3]


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 9)), min_size=1, max_size=12))
def test_seats_are_those_of_the_moves(moves: list[tuple[int, int]]) -> None:
    """Against the plain history: who moved when, of which an account keeps the last three."""
    history = dict(sorted(moves, key=lambda move: move[0]))  # of two in an epoch, the last
    kept = sorted(history.items(), reverse=True)[:3]
    padded = [*kept, *[(0, 0)] * (3 - len(kept))]
    attestor = make(
        Attestor,
        seats=tuple(seat for _, seat in padded),
        seats_since=tuple(since for since, _ in padded),
        active_until=FOREVER,
    )
    for at in range(kept[-1][0], 45):
        newest = max(since for since in history if since <= at)
        assert seat_at(attestor, at) == history[newest]


def test_an_unused_account_is_not_one_of_epoch_0() -> None:
    nobody = Pubkey.default()
    unused = make(
        Report,
        attestor=nobody,
        history_epochs=(0,) * REPORT_HISTORY,
        history_attestors=(nobody,) * REPORT_HISTORY,
    )
    assert not is_committed(unused, 0)
    assert not is_settled(unused, 0)
    used = make(
        Report,
        epoch=33,
        attestor=ATTESTOR,
        history_epochs=(0, 33, *(0,) * (REPORT_HISTORY - 2)),
        history_attestors=(ATTESTOR,) * REPORT_HISTORY,
    )
    assert [is_committed(used, number) for number in (32, 33)] == [False, True]
    assert [is_settled(used, number) for number in (0, 1, 33, 65)] == [True, False, True, False]
