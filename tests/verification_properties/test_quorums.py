"""What the built program decides, whatever some of a committee say: ADR 010 and the twin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ionet.committees import decide
from ionet.devices import Result, carry
from ionet.programs.verification.constants import MAX_COMMITTEE, RANGE_SIZE
from tests.verification.harness.cast import FLEET
from tests.verification_properties.committees import BEFORE, FIRST, Ballot, Committee

DEVICES = len(FLEET)
RESULT_OF = {1: Result.PASSED, 2: Result.DEPLOYABLE, 3: Result.ALIVE}
"""Results by the codes that say so; all other codes fail a device."""
GOOD, BAD = sorted(RESULT_OF), sorted(set(range(16)) - set(RESULT_OF))
NIBBLES = [result | carries << 2 for result in range(1, 4) for carries in range(3)] + [0]

_SIZES = st.integers(1, MAX_COMMITTEE)
_INDEXES = st.lists(st.integers(0, RANGE_SIZE - 1), min_size=DEVICES, max_size=DEVICES, unique=True)
_BEFORE = st.lists(st.sampled_from(NIBBLES), min_size=DEVICES, max_size=DEVICES)
_ANY_CODE = st.sampled_from(GOOD) | st.integers(0, 15)
_BALLOTS = st.none() | st.lists(_ANY_CODE, min_size=DEVICES, max_size=DEVICES)


def _quorum(k: int) -> int:
    return -(-2 * k // 3)


@st.composite
def _contested(draw: st.DrawFn, codes: st.SearchStrategy[Any]) -> tuple[list[Ballot], list[Any]]:
    """Draw ballots, of which a quorum is honest, and what honest members see of each device.

    ``codes`` gives, for each device, the codes that honest members may report of it.
    """
    k = draw(_SIZES)
    seen = draw(st.lists(codes, min_size=DEVICES, max_size=DEVICES))
    honest = draw(st.integers(_quorum(k), k))
    ballots: list[Ballot] = [
        [draw(st.sampled_from(choices)) for choices in seen] for _ in range(honest)
    ]
    against = [0 if min(choices) in GOOD else 2 for choices in seen]
    ballots += [draw(st.just(against) | _BALLOTS) for _ in range(k - honest)]
    return draw(st.permutations(ballots)), seen


@st.composite
def _close(draw: st.DrawFn) -> list[Ballot]:
    """Draw ballots that reveal about a quorum, and agree on each device about as often."""
    k = draw(_SIZES)
    revealed = draw(st.integers(max(0, _quorum(k) - 1), k))
    columns = []
    for _ in range(DEVICES):
        agreed = draw(st.integers(max(0, min(revealed, _quorum(k)) - 2), revealed))
        others = draw(st.lists(_ANY_CODE, min_size=revealed - agreed, max_size=revealed - agreed))
        columns.append(draw(st.permutations([draw(_ANY_CODE)] * agreed + others)))
    ballots: list[Ballot] = [list(row) for row in zip(*columns, strict=True)]
    return draw(st.permutations(ballots + [None] * (k - revealed)))


def _of_each(ballots: Sequence[Ballot], place: int) -> list[int]:
    return [ballot[place] for ballot in ballots if ballot is not None]


@settings(max_examples=250)
@given(_contested(st.sampled_from([[code] for code in range(16)])), _INDEXES, _BEFORE)
def test_quorum_of_honest_members_decides_as_it_sees(
    contest: tuple[list[Ballot], list[list[int]]], indexes: list[int], before: list[int]
) -> None:
    ballots, seen = contest
    committee = Committee(len(ballots), indexes, before)
    committee.tally(FIRST, ballots)
    event(f"k {len(ballots)}")
    for nibble, (code,) in zip(committee.nibbles(FIRST), seen, strict=True):
        assert nibble == RESULT_OF.get(code, Result.UNSEEN)


@settings(max_examples=250)
@given(
    _contested(
        st.lists(st.sampled_from(GOOD), min_size=1, unique=True)
        | st.lists(st.sampled_from(BAD), min_size=1, unique=True)
    ),
    _INDEXES,
    _BEFORE,
)
def test_honest_members_who_differ_in_shade_agree_on_good_and_bad(
    contest: tuple[list[Ballot], list[list[int]]], indexes: list[int], before: list[int]
) -> None:
    ballots, seen = contest
    committee = Committee(len(ballots), indexes, before)
    committee.tally(FIRST, ballots)
    for nibble, codes in zip(committee.nibbles(FIRST), seen, strict=True):
        if codes[0] in BAD:
            assert nibble == Result.UNSEEN
        else:
            results = [RESULT_OF[code] for code in codes]
            assert min(results) <= nibble <= max(results)


@settings(max_examples=250)
@given(_close(), _INDEXES, _BEFORE)
def test_program_decides_as_its_twin(
    ballots: list[Ballot], indexes: list[int], before: list[int]
) -> None:
    committee = Committee(len(ballots), indexes, before)
    committee.tally(FIRST, ballots)
    for place, (nibble, reason) in enumerate(
        zip(committee.nibbles(FIRST), committee.reasons(), strict=True)
    ):
        decision = decide(_of_each(ballots, place), len(ballots))
        event("undecided" if decision.outcome is None else decision.outcome.name)
        if decision.outcome is None:
            assert nibble == carry(before[place], 1)
        else:
            assert nibble == decision.outcome
        assert reason == (decision.reason if decision.outcome is Result.UNSEEN else BEFORE)


@settings(max_examples=150)
@given(
    _SIZES,
    _INDEXES,
    st.lists(st.sampled_from(["decided", "split", "silent", "untallied"]), min_size=3, max_size=8),
    st.sampled_from(GOOD),
)
def test_result_without_a_quorum_is_carried_twice_at_most(
    k: int, indexes: list[int], epochs: list[str], code: int
) -> None:
    committee = Committee(k, indexes, [0] * DEVICES)
    short = _quorum(k) - 1
    yes: list[Ballot] = [[code] * DEVICES]
    no: list[Ballot] = [[0] * DEVICES]
    ballots = {
        "decided": yes * _quorum(k),
        "split": yes * short + no * min(short, k - short),  # one vote is missing for either side
        "silent": yes * short,
    }
    since_decided = None
    for number, epoch in enumerate(epochs, FIRST):
        if epoch != "untallied":
            votes = ballots[epoch]
            committee.tally(number, votes + [None] * (k - len(votes)))
        if epoch == "decided":
            since_decided = 0
        elif since_decided is not None:
            since_decided += 1
        event(f"{since_decided} epochs since a quorum")
        expected = int(Result.UNSEEN)
        if since_decided is not None and since_decided <= 2:
            expected = RESULT_OF[code] | since_decided << 2
        assert committee.nibbles(number) == [expected] * DEVICES
