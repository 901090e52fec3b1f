"""Commit and reveal: who may say what of which range, when, and only once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ionet.committees import pack_codes
from ionet.localnet.actors import Actor
from ionet.programs.verification import errors
from ionet.programs.verification.pdas import find_report
from tests.harness.metas import with_data
from tests.verification.harness.cast import ATTESTORS, MALLORY, attestor_of
from tests.verification.harness.examples import first_ballot
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import Ballot, ballots, commit_all, play, reveal_all, start
from tests.verification.harness.world import (
    REGISTRY,
    World,
    epoch_account,
    join,
    open_epoch,
    open_report,
)

EPOCH = 1
CODES_LENGTH = 512


def _outsider(world: World) -> Actor:
    """Return a seated attestor that was not drawn."""
    drawn = {ballot.attestor for ballot in ballots(world, world.epoch)}
    return next(actor for actor in ATTESTORS[:5] if actor not in drawn)


# Commit: when


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


# Commit: where


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


# Commit: who


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


# Commit: what


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


# Reveal


@guards(errors.RevealTooEarly, errors.RevealTooLate, errors.EpochNotCurrent)
def test_reveal_outside_its_time_rejects(world: World) -> None:
    ballot = first_ballot(world)
    world.accept(ballot.commit())
    for second in (100, 10_799):
        world.to(second).reject(errors.RevealTooEarly, ballot.reveal())
    before = world.snapshot()
    for second in (10_800, 16_199):
        world.to(second).accept(ballot.reveal())
        world.restore(before)
    for second in (16_200, 16_201, 21_599):
        world.to(second).reject(errors.RevealTooLate, ballot.reveal())
    world.to(0, epoch=2).reject(errors.EpochNotCurrent, ballot.reveal())


@guards(errors.NotCommitted, errors.NotAttestor)
def test_reveal_of_what_was_not_committed_rejects(world: World) -> None:
    """Of nothing, of another attestor's, of an earlier epoch's."""
    first, second, third = ballots(world, start(world))
    world.accept(first.commit())
    world.to(10_800)
    world.reject(errors.NotCommitted, second.reveal())
    for other in (second, third):
        taken = replace(first, attestor=other.attestor)
        world.reject(errors.NotCommitted, taken.reveal(salt=first.salt))
    world.reject(errors.NotAttestor, first.reveal(authority=MALLORY.pubkey))
    world.to(0, epoch=2)
    start(world)
    world.to(10_800)
    later = {"epoch": epoch_account(2), "epoch_number": 2}
    world.reject(errors.NotCommitted, first.reveal(**later))


@guards(errors.RevealMismatch, errors.WrongEpoch, errors.WrongReport)
@pytest.mark.parametrize(
    "changes",
    [
        {"codes": pack_codes((2, 2, 1))},
        {"codes": pack_codes((2, 2, 2, *(0,) * 1_020, 1))},
        {"codes": bytes(512)},
        {"evidence_root": bytes(32)},
        {"salt": bytes(32)},
        {"salt": bytes(31) + b"\1"},
    ],
    ids=["one code", "last code", "no codes", "root", "salt", "other salt"],
)
def test_reveal_of_something_else_rejects(world: World, changes: dict[str, Any]) -> None:
    ballot = first_ballot(world)
    world.accept(ballot.commit())
    world.to(10_800)
    world.reject(errors.RevealMismatch, ballot.reveal(**changes))
    world.reject(errors.WrongEpoch, ballot.reveal(epoch_number=2))
    for wrong in ({"range": 1}, {"place": 1}, {"report": find_report(0, 1)[0]}):
        world.reject(errors.WrongReport, ballot.reveal(**wrong))
    world.accept(ballot.reveal())


@guards(errors.RevealMismatch)
@pytest.mark.parametrize("field", ["attestor", "epoch", "range"])
def test_commitment_made_for_another_purpose_opens_nothing(world: World, field: str) -> None:
    ballot = first_ballot(world)
    other = replace(ballot, **{field: MALLORY if field == "attestor" else 2})
    world.accept(ballot.commit(commitment=other.commitment))
    world.to(10_800).reject(errors.RevealMismatch, ballot.reveal(salt=other.salt))


@guards(errors.WrongDataLength)
def test_code_list_of_another_length_rejects(world: World) -> None:
    ballot = first_ballot(world)
    world.accept(ballot.commit())
    step = ballot.reveal()
    world.to(10_800)
    for data in (step.data[:-1], step.data + b"\0", step.data[:-CODES_LENGTH]):
        world.reject(errors.WrongDataLength, with_data(step, data))
    world.accept(step)


@guards(errors.AlreadyRevealed)
def test_report_is_revealed_once(world: World) -> None:
    ballot = first_ballot(world)
    world.accept(ballot.commit())
    world.to(10_800).accept(ballot.reveal())
    world.reject(errors.AlreadyRevealed, ballot.reveal())
    assert world.attestor(ballot.attestor).total_revealed == 1
    assert world.ring().reports[EPOCH] == 1


@guards(errors.ReportSettled)
def test_place_has_one_outcome_when_the_clock_goes_back(world: World) -> None:
    ballot = first_ballot(world)
    world.accept(ballot.commit())
    world.to(16_200).accept(ballot.miss())
    world.turn_back(world.now - 1).reject(errors.ReportSettled, ballot.reveal())
    assert world.attestor(ballot.attestor).total_revealed == 0


def test_reveal_needs_no_seat_any_more(world: World) -> None:
    """The report names the attestor; exits and moves after the commitment change nothing."""
    cast = ballots(world, start(world))
    commit_all(world, cast)
    for ballot in cast:
        world.accept(world.exit(ballot.attestor))
    reveal_all(world, cast)
    assert [world.report(place).is_revealed for place in range(3)] == [True] * 3


def test_account_keeps_the_evidence_of_32_epochs(world: World) -> None:
    digests = {}
    for number in range(1, 35):
        cast = ballots(world, start(world), codes=(number % 16,))
        commit_all(world, cast)
        reveal_all(world, cast)
        digests[number] = (attestor_of(cast[0].attestor), cast[0].digest)
        world.to(0, epoch=number + 1)
    report = world.report(0)
    for number in range(3, 35):
        at = number % 32
        assert report.history_epochs[at] == number
        assert (report.history_attestors[at], report.history_digests[at]) == digests[number]


def test_lists_of_an_attestor_turn_with_the_epochs(world: World) -> None:
    """32 epochs later the same places count from zero; the sums go on."""
    for number in (1, 33):
        world.to(0, epoch=number)
        play(world)
    busy = [world.attestor(actor) for actor in ATTESTORS[:5]]
    assert sum(attestor.total_revealed for attestor in busy) == 6
    assert {attestor.revealed[1] for attestor in busy} <= {0, 1}
    assert sum(attestor.revealed[1] for attestor in busy if attestor.epochs[1] == 33) == 3


@pytest.mark.parametrize("counted", [2**16 - 2, 2**16 - 1])
def test_counter_of_an_epoch_stops_at_its_limit(world: World, counted: int) -> None:
    ballot = first_ballot(world)
    world.accept(ballot.commit())
    epochs = (0, EPOCH, *(0,) * 30)
    full = (0, counted, *(0,) * 30)
    world.rewrite(attestor_of(ballot.attestor), epochs=epochs, revealed=full)
    world.to(10_800).accept(ballot.reveal())
    assert world.attestor(ballot.attestor).revealed[1] == 2**16 - 1


# Opening report accounts


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
