"""Committing: who may say something of which range, when, and only once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ionet.committees import pack_codes
from ionet.localnet.actors import Actor
from ionet.programs.verification import errors
from ionet.programs.verification.pdas import find_report
from tests.verification.harness.cast import ATTESTORS, MALLORY
from tests.verification.harness.examples import first_ballot
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import Ballot, ballots, commit_all, reveal_all, start
from tests.verification.harness.world import (
    REGISTRY,
    World,
    epoch_account,
    join,
    open_epoch,
    open_report,
)

EPOCH = 1


def _outsider(world: World) -> Actor:
    """Return a seated attestor that was not drawn."""
    drawn = {ballot.attestor for ballot in ballots(world, world.epoch)}
    return next(actor for actor in ATTESTORS[:5] if actor not in drawn)


@guards(errors.EpochNotSeeded)
def test_commitment_follows_the_seed(world: World) -> None:
    world.accept(open_epoch(1))
    world.reject(errors.EpochNotSeeded, Ballot(ATTESTORS[0], 1, 0).commit())


@guards(errors.CommitTooLate, errors.EpochNotCurrent)
def test_late_commitment_rejects(world: World) -> None:
    ballot = first_ballot(world)
    before = world.snapshot()
    world.to(10_799).accept(ballot.commit())
    world.restore(before)
    for second in (10_800, 10_801, 16_200, 21_599):
        world.to(second).reject(errors.CommitTooLate, ballot.commit())
    world.to(0, epoch=2).reject(errors.EpochNotCurrent, ballot.commit())


@guards(errors.WrongEpoch, errors.EpochNotCurrent)
def test_commitment_for_another_epoch_rejects(world: World) -> None:
    ballot = first_ballot(world)
    for number in (0, 2, 33):
        world.reject(errors.WrongEpoch, ballot.commit(epoch_number=number))
    world.reject(errors.WrongEpoch, ballot.commit(epoch=epoch_account(0)))
    past = ballot.commit(epoch=epoch_account(0), epoch_number=0)
    world.reject(errors.EpochNotCurrent, past)


@guards(errors.NoSuchRange, errors.NoSuchPlace, errors.WrongReport)
def test_commitment_for_another_range_or_place_rejects(world: World) -> None:
    ballot = first_ballot(world)
    world.accept(open_report(1, 0), open_report(0, 3))
    for range_ in (1, 2, 2**32 - 1):
        report = find_report(range_, 0)[0] if range_ == 1 else ballot.report
        world.reject(errors.NoSuchRange, ballot.commit(range=range_, report=report))
    for place in (3, 20, 255):
        report = find_report(0, 3)[0] if place == 3 else ballot.report
        world.reject(errors.NoSuchPlace, ballot.commit(place=place, report=report))
    for other in (find_report(0, 1)[0], find_report(1, 0)[0]):
        world.reject(errors.WrongReport, ballot.commit(report=other))
    world.reject(errors.WrongReport, ballot.commit(place=1))
    world.accept(ballot.commit())


@pytest.mark.parametrize(("indexes", "ranges"), [(1, 1), (1_024, 1), (1_025, 2), (2_048, 2)])
def test_epoch_has_as_many_ranges_as_its_indexes_fill(
    world: World, indexes: int, ranges: int
) -> None:
    world.rewrite(REGISTRY, index_count=indexes)
    for range_ in (1, 2):
        for place in range(3):
            world.accept(open_report(range_, place))
    number = start(world)
    for range_ in range(3):
        drawn = ballots(world, number, range_=range_)[0]
        if range_ < ranges:
            world.accept(drawn.commit())
        else:
            world.reject(errors.NoSuchRange, drawn.commit())


@guards(errors.NotInCommittee, errors.WrongPlace, errors.NotAttestor)
def test_only_the_member_drawn_for_a_place_commits_there(world: World) -> None:
    first, second, third = ballots(world, start(world))
    outsider = _outsider(world)
    for place in range(3):
        world.reject(errors.NotInCommittee, Ballot(outsider, EPOCH, place).commit())
    for ballot, place in ((first, 1), (first, 2), (second, 0), (third, 1)):
        world.reject(errors.WrongPlace, replace(ballot, place=place).commit())
    for signer in (second.attestor, outsider, MALLORY):
        world.reject(errors.NotAttestor, first.commit(authority=signer.pubkey))
    commit_all(world, (first, second, third))


@guards(errors.AttestorExited)
def test_exited_attestor_serves_the_epoch_and_no_other(world: World) -> None:
    cast = ballots(world, start(world))
    for ballot in cast:
        world.accept(world.exit(ballot.attestor))
    commit_all(world, cast)
    reveal_all(world, cast)
    world.to(0, epoch=2)
    start(world)
    for ballot in cast:
        for place in range(2):
            late = replace(ballot, epoch=2, place=place)
            world.reject(errors.AttestorExited, late.commit())


@guards(errors.AttestorExited)
def test_attestor_that_joined_in_the_epoch_serves_from_the_next_one(world: World) -> None:
    world.accept(join(ATTESTORS[5]))
    start(world)
    for place in range(3):
        step = Ballot(ATTESTORS[5], EPOCH, place).commit()
        world.reject(errors.AttestorExited, step)


@guards(errors.WrongPlace, errors.NotInCommittee)
def test_moved_seat_counts_from_the_next_epoch_on(world: World) -> None:
    """Who moves keeps the duties of the seat he had; then only those of the new one."""
    number = start(world)
    cast = ballots(world, number)
    leaving = next(ballot.attestor for ballot in cast if ballot.attestor != ATTESTORS[4])
    world.accept(world.exit(leaving))
    commit_all(world, cast)
    met = set()
    for number in range(2, 12):
        world.to(0, epoch=number)
        start(world)
        drawn = ballots(world, number)
        for place in range(3):
            moved = Ballot(ATTESTORS[4], number, place)
            if drawn[place].attestor == ATTESTORS[4]:
                world.accept(moved.commit())
            else:
                sits = any(ballot.attestor == ATTESTORS[4] for ballot in drawn)
                error = errors.WrongPlace if sits else errors.NotInCommittee
                world.reject(error, moved.commit())
                met.add(error)
    assert len(met) == 2


@guards(errors.AlreadyCommitted, errors.ZeroCommitment)
def test_nobody_says_two_things(world: World) -> None:
    ballot = first_ballot(world)
    world.reject(errors.ZeroCommitment, ballot.commit(commitment=bytes(32)))
    world.accept(ballot.commit())
    other = replace(ballot, codes=pack_codes((9, 9, 9)))
    for second in (ballot, other):
        world.reject(errors.AlreadyCommitted, second.commit())
    assert world.report(0).commitment == ballot.commitment


@guards(errors.RevealMismatch)
def test_copied_commitment_opens_for_nobody(world: World) -> None:
    """The copier knows all that was revealed, and his account is not in it."""
    number = start(world)
    honest, copier, _ = ballots(world, number)
    world.accept(honest.commit())
    world.accept(copier.commit(commitment=honest.commitment))
    world.to(10_800).accept(honest.reveal())
    for salt in (honest.salt, copier.salt):
        for codes in (honest.codes, pack_codes((1, 1, 1))):
            step = copier.reveal(salt=salt, codes=codes)
            world.reject(errors.RevealMismatch, step)


@guards(errors.NoSuchRange, errors.NoSuchPlace)
def test_report_accounts_exist_for_every_range_and_place_there_can_be(world: World) -> None:
    last = (2**32 - 1) // 1_024
    for range_ in (last + 1, 2**32 - 1):
        world.reject(errors.NoSuchRange, open_report(range_, 0))
    for place in (21, 22, 255):
        world.reject(errors.NoSuchPlace, open_report(0, place))
    world.accept(open_report(last, 20))
    report = world.report(20, last)
    assert (report.range, report.place) == (last, 20)
