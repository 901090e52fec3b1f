"""Revealing: what was committed to, in time, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ionet.committees import pack_codes
from ionet.programs.verification import errors
from ionet.programs.verification.pdas import find_report
from tests.harness.metas import with_data
from tests.verification.harness.cast import ATTESTORS, MALLORY, attestor_of
from tests.verification.harness.examples import first_ballot
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import ballots, commit_all, play, reveal_all, start
from tests.verification.harness.world import (
    World,
    epoch_account,
)

EPOCH = 1
CODES_LENGTH = 512


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
def test_commitment_made_for_another_purpose_opens_nothing(world: World) -> None:
    ballot = first_ballot(world)
    before = world.snapshot()
    for other in (
        replace(ballot, attestor=MALLORY),
        replace(ballot, epoch=2),
        replace(ballot, range=2),
    ):
        world.restore(before)
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
