"""Reports that were due and not revealed: who is to blame, for how long, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ionet.programs.verification import errors
from ionet.programs.verification.constants import EPOCH_SECONDS
from ionet.programs.verification.pdas import find_report
from tests.verification.harness.cast import ATTESTORS, attestor_of
from tests.verification.harness.examples import first_ballot
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import ballots, commit_all, play, reveal_all, start
from tests.verification.harness.world import (
    REGISTRY,
    World,
    epoch_account,
    open_epoch,
    open_report,
    withdraw,
)

EPOCH = 1
FIRST_SECOND = 16_200
LAST_SECOND = FIRST_SECOND + 28 * EPOCH_SECONDS - 1


@guards(errors.MissTooEarly, errors.MissTooLate)
@pytest.mark.parametrize("is_committed", [True, False])
def test_miss_is_recorded_from_the_end_of_reveals_for_28_epochs(
    world: World, is_committed: bool
) -> None:
    ballot = first_ballot(world)
    if is_committed:
        world.accept(ballot.commit())
    starts_at = world.epoch_record().starts_at
    for second in (100, 10_800, FIRST_SECOND - 1):
        world.to(second).reject(errors.MissTooEarly, ballot.miss())
    before = world.snapshot()
    for second in (FIRST_SECOND, 21_599, LAST_SECOND):
        world.at(starts_at + second).accept(ballot.miss())
        world.restore(before)
    for second in (LAST_SECOND + 1, LAST_SECOND + 2):
        world.at(starts_at + second).reject(errors.MissTooLate, ballot.miss())


@guards(errors.ReportSettled)
def test_each_place_has_one_outcome_per_epoch(world: World) -> None:
    first, second, third = ballots(world, start(world))
    commit_all(world, (first, second))
    reveal_all(world, (first,))
    world.to(FIRST_SECOND).reject(errors.ReportSettled, first.miss())
    for ballot in (second, third):
        world.accept(ballot.miss())
        world.reject(errors.ReportSettled, ballot.miss())
        assert world.attestor(ballot.attestor).total_missed == 1
    assert world.attestor(first.attestor).total_missed == 0


@guards(errors.WrongAttestor)
def test_miss_is_the_drawn_members_alone(world: World) -> None:
    cast = ballots(world, start(world))
    drawn = {ballot.attestor for ballot in cast}
    outsider = next(actor for actor in ATTESTORS[:5] if actor not in drawn)
    world.to(FIRST_SECOND)
    for other in (cast[1].attestor, cast[2].attestor, outsider):
        step = cast[0].miss(attestor=attestor_of(other))
        world.reject(errors.WrongAttestor, step)
    world.accept(cast[0].miss())


@guards(errors.NoSuchRange, errors.NoSuchPlace, errors.WrongReport, errors.WrongEpoch)
def test_miss_of_another_place_range_or_epoch_rejects(world: World) -> None:
    ballot = first_ballot(world)
    world.accept(open_report(1, 0), open_report(0, 3))
    world.to(FIRST_SECOND)
    world.reject(errors.NoSuchRange, ballot.miss(range=1, report=find_report(1, 0)[0]))
    world.reject(errors.NoSuchPlace, ballot.miss(place=3, report=find_report(0, 3)[0]))
    for other in (find_report(0, 1)[0], find_report(1, 0)[0]):
        world.reject(errors.WrongReport, ballot.miss(report=other))
    world.reject(errors.WrongReport, ballot.miss(place=1))
    for number in (0, 2, 33):
        world.reject(errors.WrongEpoch, ballot.miss(epoch_number=number))
    world.reject(errors.WrongEpoch, ballot.miss(epoch=epoch_account(0)))


@guards(errors.EpochNotSeeded)
def test_epoch_without_a_seed_has_no_duties(world: World) -> None:
    ballot = first_ballot(world)
    world.restore()
    world.accept(open_epoch(1))
    world.to(FIRST_SECOND).reject(errors.EpochNotSeeded, ballot.miss())


@guards(errors.BondLocked)
def test_who_exited_or_moved_since_still_answers_for_the_epoch(world: World) -> None:
    """Through two moves of his seat in later epochs, up to the end of his bond."""
    cast = ballots(world, start(world))
    for ballot in cast[:2]:
        world.accept(world.exit(ballot.attestor))
    world.to(0, epoch=3)
    others = [actor for actor in world.seated() if actor != cast[2].attestor]
    world.accept(world.exit(others[0]))
    world.at(world.epoch_record(EPOCH).starts_at + LAST_SECOND - 9)
    for ballot in cast:
        world.reject(errors.BondLocked, withdraw(ballot.attestor))
        world.accept(ballot.miss())
        assert world.attestor(ballot.attestor).total_missed == 1


def test_miss_keeps_no_digest_and_the_reveals_of_others(world: World) -> None:
    first, second, _ = ballots(world, start(world))
    commit_all(world, (first, second))
    reveal_all(world, (second,))
    world.to(FIRST_SECOND).accept(first.miss())
    missed, revealed = world.report(0), world.report(1)
    assert missed.history_digests[1] == bytes(32)
    assert missed.history_attestors[1] == attestor_of(first.attestor)
    assert revealed.history_digests[1] == second.digest
    assert not missed.is_revealed


def test_late_record_disturbs_no_later_epoch(world: World) -> None:
    """The report account has been used again since; only its history is written."""
    ballot = first_ballot(world)
    world.to(0, epoch=2)
    play(world)
    before = world.report(0)
    world.accept(ballot.miss())
    after = world.report(0)
    assert replace(after, history_epochs=(), history_attestors=(), history_digests=()) == replace(
        before, history_epochs=(), history_attestors=(), history_digests=()
    )
    assert (after.history_epochs[1], after.history_epochs[2]) == (1, 2)
    attestor = world.attestor(ballot.attestor)
    assert (attestor.epochs[1], attestor.missed[1]) == (1, 1)


@pytest.mark.parametrize("counted", [2**16 - 2, 2**16 - 1])
def test_counter_of_an_epoch_stops_at_its_limit(world: World, counted: int) -> None:
    ballot = first_ballot(world)
    full = (0, counted, *(0,) * 30)
    world.rewrite(attestor_of(ballot.attestor), epochs=(0, 1, *(0,) * 30), missed=full)
    world.to(FIRST_SECOND).accept(ballot.miss())
    assert world.attestor(ballot.attestor).missed[1] == 2**16 - 1


def test_misses_of_every_range_add_up(world: World) -> None:
    world.rewrite(REGISTRY, index_count=2_049)
    for range_ in (1, 2):
        for place in range(3):
            world.accept(open_report(range_, place))
    number = start(world)
    due = [ballot for range_ in range(3) for ballot in ballots(world, number, range_=range_)]
    world.to(FIRST_SECOND)
    for ballot in due:
        world.accept(ballot.miss())
    for actor in ATTESTORS[:5]:
        count = sum(ballot.attestor == actor for ballot in due)
        attestor = world.attestor(actor)
        assert attestor.missed[1] == attestor.total_missed == count
