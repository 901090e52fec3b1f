"""Whole lives of devices, epoch by epoch on the chain: what they are paid for, and what not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ionet.devices import DeviceState, device_state, is_eligible, nibble_of, seen_seconds
from ionet.programs.verification import errors
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import EPOCH_SECONDS
from tests.verification.harness.cast import ATTESTORS, CAROL, GPU_1, GPU_2, GPU_3, IDLE, NEW
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import (
    ballots,
    commit_all,
    play,
    report_all,
    reveal_all,
    start,
    tally,
)
from tests.verification.harness.world import GENESIS, World

GOOD, DEAD, HIRED = (2, 2, 2), (9, 2, 2), (3, 2, 2)


def _second(epoch: int, offset: int = 0) -> int:
    return GENESIS + epoch * EPOCH_SECONDS + offset


def _results(device: Device, epochs: range) -> list[int]:
    return [nibble_of(device, epoch) for epoch in epochs]


def _seen(device: Device, epochs: range) -> list[int]:
    """Seen seconds of each epoch."""
    return [seen_seconds(device, _second(epoch), _second(epoch + 1)) for epoch in epochs]


def test_device_that_vanishes_for_ten_epochs_and_returns_is_paid_nothing_for_them(
    world: World,
) -> None:
    """Seen out by the committee: the epoch after its last good one is paid, then none."""
    for number in range(1, 16):
        play(world, GOOD if number <= 3 or number >= 14 else DEAD)
    device = world.device(GPU_1)
    assert _results(device, range(1, 16)) == [3] * 3 + [0] * 10 + [3] * 2
    seen = _seen(device, range(16))
    assert seen == [0, 0] + [EPOCH_SECONDS] * 3 + [0] * 10 + [EPOCH_SECONDS]
    assert seen_seconds(device, _second(0), _second(16)) == sum(seen)


def test_fleet_that_nobody_tallies_for_ten_epochs_is_carried_for_two(world: World) -> None:
    """What the chain reads of the gap while it lasts, it reads afterwards."""
    for _ in range(3):
        play(world)
    during = {}
    for number in range(4, 14):
        world.to(100, epoch=number).accept(GPU_1.heartbeat())
        during[number] = seen_seconds(world.device(GPU_1), _second(number), _second(number + 1))
    world.to(0, epoch=14)
    play(world)
    device = world.device(GPU_1)
    assert _results(device, range(3, 8)) == [3, 3 | 4, 3 | 8, 0, 0]
    assert [during[number] for number in range(4, 14)] == [EPOCH_SECONDS] * 3 + [0] * 7
    assert _seen(device, range(4, 14)) == list(during.values())
    assert _seen(device, range(14, 17)) == [0, EPOCH_SECONDS, EPOCH_SECONDS]


@guards(errors.TallyTooLate)
def test_nothing_is_seen_retroactively(world: World) -> None:
    """Reports of an epoch that is over change nothing, however good they are."""
    number = report_all(world)
    step = tally(world, number)
    world.to(0, epoch=2).reject(errors.TallyTooLate, step)
    assert _seen(world.device(GPU_1), range(6)) == [0] * 6


def test_one_machine_under_two_keys_on_alternate_epochs_earns_once(world: World) -> None:
    """Only one of the keys can answer an epoch's challenge; each is seen every other epoch."""
    for number in range(1, 13):
        play(world, (2, 9, 2) if number % 2 else (9, 2, 2))
    one, other = world.device(GPU_1), world.device(GPU_2)
    for epoch in range(2, 13):
        both = [is_eligible(device, _second(epoch)) for device in (one, other)]
        assert both.count(True) == 1
    pairs = zip(_seen(one, range(2, 14)), _seen(other, range(2, 14)), strict=True)
    assert {tuple(sorted(pair)) for pair in pairs} == {(0, EPOCH_SECONDS)}
    weights, third = world.ring().weights, world.device(GPU_3).weight
    assert {weights[epoch] for epoch in range(1, 13, 2)} == {one.weight + third}
    assert {weights[epoch] for epoch in range(2, 13, 2)} == {other.weight + third}


@pytest.mark.parametrize("epochs_hired", [1, 4, 5])
def test_hired_device_is_paid_and_stays_eligible_for_four_epochs(
    world: World, epochs_hired: int
) -> None:
    play(world)
    for _ in range(epochs_hired):
        play(world, HIRED)
    device = world.device(GPU_1)
    for epoch in range(3, 3 + epochs_hired):
        assert device_state(device, _second(epoch)) is DeviceState.HIRED
        assert is_eligible(device, _second(epoch)) is (epoch - 2 <= 4)
        assert _seen(device, range(epoch, epoch + 1)) == [EPOCH_SECONDS]


def test_states_are_constant_within_an_epoch(world: World) -> None:
    """Whatever happens in it; read at its first and last second, before and after."""
    play(world)
    number = start(world)
    first = [device_state(world.device(gpu), _second(number)) for gpu in (GPU_1, IDLE)]
    assert first == [DeviceState.CLUSTER_READY, DeviceState.UNVERIFIED]
    cast = ballots(world, number, DEAD)
    commit_all(world, cast)
    world.accept(GPU_1.heartbeat(), world.activate(IDLE))
    reveal_all(world, cast)
    world.to(16_200).accept(tally(world, number))
    world.to(21_590).accept(world.deactivate(GPU_1))
    for second in (0, 1, EPOCH_SECONDS - 1):
        for gpu, state in zip((GPU_1, IDLE), first, strict=True):
            assert device_state(world.device(gpu), _second(number, second)) is state
    assert device_state(world.device(GPU_1), _second(number + 1)) is DeviceState.UNVERIFIED


def test_device_that_returns_its_index_keeps_what_it_earned(world: World) -> None:
    play(world)
    play(world)
    world.accept(world.deactivate(GPU_1))
    before = _seen(world.device(GPU_1), range(8))
    assert before == [0, 0, EPOCH_SECONDS, EPOCH_SECONDS, 0, 0, 0, 0]
    world.to(0, epoch=5).accept(world.activate(GPU_1))
    for number in (6, 7):
        play(world.to(0, epoch=number))
    after = world.device(GPU_1)
    assert _seen(after, range(6)) == before[:6]
    assert _seen(after, range(6, 9)) == [0, EPOCH_SECONDS, EPOCH_SECONDS]


@guards(errors.AlreadyTallied, errors.ReactivatedTooSoon)
def test_clock_that_goes_back_changes_nothing_that_was_final(world: World) -> None:
    """An epoch behind the last tally is neither tallied, nor left, nor entered again."""
    first = report_all(world)
    again = tally(world, first)
    world.accept(again)
    world.to(0, epoch=2)
    play(world)
    world.turn_back(_second(first, 16_200))
    world.reject(errors.AlreadyTallied, again)
    before = world.device(GPU_1)
    world.accept(world.deactivate(GPU_1))
    after = world.device(GPU_1)
    assert after.active_until == 2
    assert _results(after, range(4)) == [*_results(before, range(2)), 0, 0]
    world.reject(errors.ReactivatedTooSoon, world.activate(GPU_1))


def test_registered_anew_it_is_another_device(world: World) -> None:
    """Nothing of the old record is in the new one, and whoever knew it sees that."""
    play(world)
    old = world.device(GPU_1)
    world.accept(world.deactivate(GPU_1))
    world.to(0, epoch=3).accept(GPU_1.deregister(), GPU_1.register())
    new = world.device(GPU_1)
    assert new.registered_slot != old.registered_slot
    assert new.ring == bytes(128)
    assert _seen(new, range(6)) == [0] * 6
    assert new.heartbeat == new.registered_at


def _epochs_with(world: World, codes_by_member: Sequence[Sequence[int] | None]) -> int:
    """Play an epoch in which each member says something of its own, or nothing."""
    number = start(world)
    cast = ballots(world, number)
    said = [
        ballots(world, number, codes)[place]
        for place, codes in enumerate(codes_by_member)
        if codes is not None
    ]
    for ballot in said:
        world.accept(ballot.commit())
    world.to(10_800)
    for ballot in said:
        world.accept(ballot.reveal())
    world.to(16_200).accept(tally(world, number))
    for place, ballot in enumerate(cast):
        if codes_by_member[place] is None:
            world.accept(ballot.miss())
    world.to(0, epoch=number + 1)
    return number


def test_silent_members_are_counted_and_decide_nothing(world: World) -> None:
    play(world)
    for carries in (1, 2):
        number = _epochs_with(world, [GOOD, None, None])
        assert nibble_of(world.device(GPU_1), number) == 3 | carries << 2
    number = _epochs_with(world, [GOOD, None, None])
    assert nibble_of(world.device(GPU_1), number) == 0
    missed = sum(world.attestor(actor).total_missed for actor in ATTESTORS[:5])
    revealed = sum(world.attestor(actor).total_revealed for actor in ATTESTORS[:5])
    assert (missed, revealed) == (6, 6)


def test_one_liar_of_three_changes_nothing(world: World) -> None:
    number = _epochs_with(world, [(2, 0, 2), (2, 0, 2), (9, 2, 9)])
    device = [nibble_of(world.device(gpu), number) for gpu in (GPU_1, GPU_2)]
    assert device == [3, 0]


def test_lamports_of_a_whole_life_add_up(world: World) -> None:
    """Register, activate, serve, leave: the owner ends where he began, all rents are back."""
    owner, payer = NEW.owner.pubkey, CAROL.pubkey
    before = world.lamports(owner), world.lamports(payer)
    world.accept(NEW.register(payer=payer))
    world.accept(world.activate(NEW))
    world.to(0, epoch=2)
    play(world)
    world.accept(world.deactivate(NEW, payer=payer))
    world.to(0, epoch=4)
    world.accept(NEW.deregister(rent_payer=payer))
    world.accept(world.activate(IDLE))  # gives the rent of the freed index back
    deposit = world.device(IDLE).deposit
    assert (world.lamports(owner), world.lamports(payer)) == (before[0], before[1] - deposit)
