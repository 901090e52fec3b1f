"""Answers to an epoch's challenge: one root per provider and epoch, in time, with its slot."""

from __future__ import annotations

import pytest

from ionet.programs.verification import errors
from ionet.programs.verification.accounts import Answers
from ionet.programs.verification.pdas import find_answers
from tests.verification.harness.cast import CAROL, DAVE
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import post_answers, start
from tests.verification.harness.world import World, epoch_account, open_epoch

ROOT = bytes(31) + b"\1"


def _answers(world: World) -> Answers:
    address = find_answers(CAROL.pubkey)[0]
    return Answers.decode(address, world.account(address))


@guards(errors.EpochNotSeeded)
def test_answers_follow_the_seed(world: World) -> None:
    world.accept(open_epoch(1))
    world.reject(errors.EpochNotSeeded, post_answers(1, CAROL))


@guards(errors.AnswersTooLate, errors.EpochNotCurrent)
def test_late_answers_reject(world: World) -> None:
    number = start(world)
    before = world.snapshot()
    world.to(10_799).accept(post_answers(number, CAROL))
    world.restore(before)
    for second in (10_800, 10_801, 21_599):
        world.to(second).reject(errors.AnswersTooLate, post_answers(number, CAROL))
    world.to(0, epoch=2).reject(errors.EpochNotCurrent, post_answers(number, CAROL))


@guards(errors.AlreadyAnswered)
def test_answers_land_once_and_keep_their_slot(world: World) -> None:
    """A second root would have the slot of the first."""
    number = start(world)
    world.accept(post_answers(number, CAROL))
    first = _answers(world)
    for changes in ({}, {"root": ROOT}, {"devices": 9}):
        world.reject(errors.AlreadyAnswered, post_answers(number, CAROL, **changes))
    assert _answers(world) == first
    world.accept(post_answers(number, DAVE))


@guards(errors.NoAnswers)
@pytest.mark.parametrize("is_first", [True, False])
def test_answers_of_nothing_reject(world: World, is_first: bool) -> None:
    if not is_first:
        world.accept(post_answers(start(world), CAROL))
        world.to(0, epoch=2)
    number = start(world)
    world.reject(errors.NoAnswers, post_answers(number, CAROL, devices=0))
    world.reject(errors.NoAnswers, post_answers(number, CAROL, root=bytes(32)))
    world.accept(post_answers(number, CAROL, devices=1, root=ROOT))
    assert (_answers(world).devices, _answers(world).root) == (1, ROOT)


@guards(errors.WrongEpoch, errors.EpochNotCurrent)
def test_answers_to_another_epoch_reject(world: World) -> None:
    number = start(world)
    for other in (0, 2, 33):
        step = post_answers(number, CAROL, epoch_number=other)
        world.reject(errors.WrongEpoch, step)
    step = post_answers(number, CAROL, epoch=epoch_account(0))
    world.reject(errors.WrongEpoch, step)
    step = post_answers(number, CAROL, epoch=epoch_account(0), epoch_number=0)
    world.reject(errors.EpochNotCurrent, step)


@guards(errors.WrongAddress)
def test_nobody_answers_for_another(world: World) -> None:
    number = start(world)
    world.accept(post_answers(number, CAROL))
    world.to(0, epoch=2)
    number = start(world)
    account = find_answers(CAROL.pubkey)[0]
    world.reject(errors.WrongAddress, post_answers(number, DAVE, answers=account))
    assert _answers(world).epoch == 1


def test_answers_of_epoch_0_are_answers(world: World) -> None:
    """Not the zero of an account that was never used."""
    world.rewrite(epoch_account(0), seed_slot=1)
    world.turn_back(world.epoch_record(0).starts_at)
    world.accept(post_answers(0, CAROL))
    world.reject(errors.AlreadyAnswered, post_answers(0, CAROL, devices=3))
