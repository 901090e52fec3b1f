"""Activation and deactivation: indexes are handed out and taken back in order, deposits return."""

from __future__ import annotations

from dataclasses import replace

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.connection import TransactionFault
from ionet.devices import nibble_of
from ionet.localnet.actors import Actor
from ionet.localnet.rent import minimum_balance
from ionet.programs.verification import errors
from ionet.programs.verification.accounts import Device, EpochRing
from ionet.programs.verification.constants import FOREVER, REVEAL_DEADLINE
from ionet.programs.verification.pdas import find_free_index
from tests.verification.harness.cast import (
    CAROL,
    DAVE,
    FLEET,
    FUNDER,
    GPU_1,
    GPU_2,
    GPU_3,
    IDLE,
    MALLORY,
    NEW,
    Gpu,
)
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import play, report_all, start, tally
from tests.verification.harness.world import CONFIG, DEPOSIT, REGISTRY, World

EPOCH = 1


@guards(errors.NotQueueHead, errors.WrongRentPayer)
def test_index_out_of_the_order_of_the_queue_rejects(world: World) -> None:
    world.accept(world.deactivate(GPU_2))
    world.accept(world.deactivate(GPU_1, payer=DAVE.pubkey))
    head, second, later = (find_free_index(number)[0] for number in range(3))
    for other in (second, later, REGISTRY, CONFIG, GPU_3.address):
        world.reject(errors.NotQueueHead, world.activate(IDLE, free_index=other))
    for payer in (DAVE, CAROL, MALLORY):
        step = world.activate(IDLE, free_index=head, rent_payer=payer.pubkey)
        world.reject(errors.WrongRentPayer, step)
    world.accept(world.activate(IDLE))
    assert world.device(IDLE).index == 1
    assert world.decode(second).index == 0


@guards(errors.NotQueueHead, errors.WrongRentPayer)
def test_new_index_needs_an_empty_queue_and_pays_nobody(world: World) -> None:
    for other in (find_free_index(0)[0], CONFIG, GPU_3.address):
        world.reject(errors.NotQueueHead, world.activate(IDLE, free_index=other))
    for payer in (FUNDER, MALLORY):
        world.reject(errors.WrongRentPayer, world.activate(IDLE, rent_payer=payer.pubkey))
    world.accept(world.activate(IDLE))


@guards(errors.NotDeviceOwner)
def test_device_obeys_its_owner_alone(world: World) -> None:
    """Not its key, not who paid its rent."""
    world.introduce(IDLE.key)
    for other in (DAVE, FUNDER, MALLORY, IDLE.key):
        accounts = {"owner": other.pubkey, "rent_payer": other.pubkey}
        world.vm.set_account(other.pubkey, world.account(CAROL.pubkey))
        world.reject(errors.NotDeviceOwner, world.activate(IDLE, **accounts))
        world.reject(errors.NotDeviceOwner, world.deactivate(GPU_1, owner=other.pubkey))
        world.reject(errors.NotDeviceOwner, IDLE.deregister(owner=other.pubkey))


@guards(errors.DeviceActive, errors.DeviceNotActive)
def test_index_is_held_once_and_given_back_once(world: World) -> None:
    world.reject(errors.DeviceActive, world.activate(GPU_1))
    world.reject(errors.DeviceNotActive, world.deactivate(IDLE))
    world.accept(world.deactivate(GPU_1))
    world.reject(errors.DeviceNotActive, world.deactivate(GPU_1))


@guards(errors.ReactivatedTooSoon)
def test_device_holds_one_index_per_epoch(world: World) -> None:
    """Else one device could run through the queue."""
    world.accept(world.deactivate(GPU_1))
    for second in (1, 21_599):
        world.to(second).reject(errors.ReactivatedTooSoon, world.activate(GPU_1))
    world.to(0, epoch=2).accept(world.activate(GPU_1))
    assert (world.device(GPU_1).index, world.device(GPU_1).active_from) == (0, 3)


@guards(errors.IndexesExhausted)
def test_last_index_is_never_handed_out(world: World) -> None:
    world.rewrite(REGISTRY, index_count=2**32 - 1)
    world.reject(errors.IndexesExhausted, world.activate(IDLE))
    world.rewrite(REGISTRY, index_count=2**32 - 2)
    world.accept(world.activate(IDLE))
    assert world.device(IDLE).index == 2**32 - 2
    assert world.registry().index_count == 2**32 - 1


@pytest.mark.parametrize("booked", [DEPOSIT + 1, 2**64 - 1])
def test_deposit_is_never_paid_from_the_rent(world: World, booked: int) -> None:
    """As when rents have risen since; an exit must work all the same."""
    world.rewrite(GPU_1.address, deposit=booked)
    before = world.lamports(CAROL.pubkey)
    world.accept(world.deactivate(GPU_1))
    assert world.lamports(CAROL.pubkey) - before == DEPOSIT
    assert world.lamports(GPU_1.address) == minimum_balance(Device.LENGTH)
    assert world.device(GPU_1).deposit == booked - DEPOSIT


@guards(errors.VaultShort)
def test_what_was_kept_of_a_deposit_is_paid_at_the_end(world: World) -> None:
    """Also after another activation, beside whose deposit it is booked."""
    world.rewrite(GPU_1.address, deposit=DEPOSIT + 5)
    world.accept(world.deactivate(GPU_1))
    world.to(0, epoch=2).accept(world.activate(GPU_1))
    assert world.device(GPU_1).deposit == DEPOSIT + 5
    world.accept(world.deactivate(GPU_1))
    assert world.device(GPU_1).deposit == 5
    world.to(0, epoch=3)
    owner, payer = world.lamports(CAROL.pubkey), world.lamports(FUNDER.pubkey)
    world.rewrite(GPU_1.address, deposit=2**62)
    world.reject(errors.VaultShort, GPU_1.deregister())
    world.rewrite(GPU_1.address, deposit=5)
    world.accept(GPU_1.deregister())
    assert world.lamports(CAROL.pubkey) - owner == 5
    assert world.lamports(FUNDER.pubkey) - payer == minimum_balance(Device.LENGTH) - 5


def test_lamports_beside_the_deposit_stay_until_the_device_is_closed(world: World) -> None:
    account = world.account(GPU_1.address)
    more = Account(account.lamports + 77, account.data, account.owner)
    world.vm.set_account(GPU_1.address, more)
    before = world.lamports(CAROL.pubkey)
    world.accept(world.deactivate(GPU_1))
    assert world.lamports(CAROL.pubkey) - before == DEPOSIT
    assert world.lamports(GPU_1.address) == minimum_balance(Device.LENGTH) + 77


def test_activation_without_the_deposit_changes_nothing(world: World) -> None:
    poor = minimum_balance(0) + DEPOSIT - 1
    world.vm.set_account(CAROL.pubkey, Account(poor, b"", SYSTEM_PROGRAM))
    too_poor = TransactionFault("InsufficientFundsForRent")
    world.reject_by_runtime(too_poor, world.activate(IDLE))
    world.vm.set_account(CAROL.pubkey, Account(DEPOSIT - 1, b"", SYSTEM_PROGRAM))
    world.reject_by_runtime(TransactionFault("Custom", 0, 1), world.activate(IDLE))


def test_freed_indexes_are_taken_in_the_order_in_which_they_were_freed(world: World) -> None:
    """Thirty devices in and out, against a queue in Python."""
    fleet = [Gpu(DAVE, Actor.named(f"queued-{number}")) for number in range(10)]
    world.introduce(*(gpu.key for gpu in fleet))
    queue: list[int] = []
    held: dict[Pubkey, int] = {}
    fresh = len(FLEET)
    for gpu in fleet:
        world.accept(gpu.register())
    for turn in range(30):
        gpu = fleet[turn * 7 % len(fleet)]
        if gpu.address in held:
            world.accept(world.deactivate(gpu))
            queue.append(held.pop(gpu.address))
        elif world.device(gpu).active_until != world.epoch:
            world.accept(world.activate(gpu))
            index = queue.pop(0) if queue else fresh
            fresh = max(fresh, index + 1)
            assert world.device(gpu).index == index
            held[gpu.address] = index
        if turn % 4 == 0:
            world.to(0, epoch=world.epoch + 1)
    registry = world.registry()
    assert registry.index_count == fresh
    assert registry.active_devices == len(FLEET) + len(held)
    assert registry.free_tail - registry.free_head == len(queue)
    assert len(set(held.values()) | {0, 1, 2}) == len(held) + 3


def test_freed_index_counts_for_its_next_holder_from_the_next_epoch_on(world: World) -> None:
    world.accept(world.deactivate(GPU_1))
    world.accept(world.activate(IDLE))
    before, after = world.device(GPU_1), world.device(IDLE)
    assert before.index == after.index == 0
    assert (before.active_until, after.active_from) == (EPOCH, EPOCH + 1)
    number = report_all(world)
    for gpu in (GPU_1, IDLE):
        world.reject(errors.DeviceNotInEpoch, tally(world, number, [gpu]))
    world.to(0, epoch=2)
    number = report_all(world)
    world.reject(errors.DeviceNotInEpoch, tally(world, number, [GPU_1]))
    world.accept(tally(world, number, [IDLE]))


def test_next_holder_never_counts_in_an_epoch_of_the_last_one(world: World) -> None:
    """Even if the clock goes back behind the epoch in which the index was freed."""
    world.to(100, epoch=3).accept(world.deactivate(GPU_1))
    moment = world.now
    assert world.decode(find_free_index(0)[0]).freed_in == 3
    world.turn_back(moment - 2 * 21_600).accept(world.activate(IDLE))
    assert world.epoch == 1
    assert (world.device(IDLE).index, world.device(IDLE).active_from) == (0, 4)


def _deactivated(world: World, *, is_tallied_first: bool) -> tuple[Device, EpochRing]:
    play(world)
    number = report_all(world)
    if is_tallied_first:
        world.accept(tally(world, number, [GPU_1]))
    world.accept(world.deactivate(GPU_1))
    if not is_tallied_first:
        world.reject(errors.DeviceNotInEpoch, tally(world, number, [GPU_1]))
    return world.device(GPU_1), world.ring()


@guards(errors.DeviceNotInEpoch)
def test_order_of_tally_and_deactivation_makes_no_difference(world: World) -> None:
    """The tally's nibble and weight are taken back; only ``tallied_to`` tells."""
    one, totals = _deactivated(world, is_tallied_first=False)
    world.restore()
    other, other_totals = _deactivated(world, is_tallied_first=True)
    assert totals == other_totals
    assert totals.weights[1] > totals.weights[2] == 0
    for epoch in range(300):
        assert nibble_of(one, epoch) == nibble_of(other, epoch)
    assert nibble_of(one, 1) == 3
    assert nibble_of(one, 2) == nibble_of(one, 3) == 0
    assert replace(one, tallied_to=0) == replace(other, tallied_to=0)


@pytest.mark.parametrize("code", [1, 3, 9])
def test_weight_that_was_never_added_is_not_taken_back(world: World, code: int) -> None:
    """A device that passed without being deployable, or failed, added nothing."""
    number = report_all(world, codes=(code, 2, 2))
    world.accept(tally(world, number))
    weights = world.ring().weights
    world.accept(world.deactivate(GPU_1))
    assert world.ring().weights == weights
    assert weights[number] == world.device(GPU_2).weight + world.device(GPU_3).weight


def test_carried_result_takes_no_weight_back(world: World) -> None:
    play(world)
    number = start(world)
    world.to(REVEAL_DEADLINE).accept(tally(world, number))
    assert nibble_of(world.device(GPU_1), number) == 3 | 1 << 2
    world.accept(world.deactivate(GPU_1))
    assert world.ring().weights[number] == 0


def test_weight_is_taken_from_its_own_epoch_alone(world: World) -> None:
    play(world)
    weights = world.ring().weights
    world.accept(world.deactivate(GPU_1))
    assert world.ring().weights == weights


def test_epochs_that_nobody_tallied_are_carried_up_to_the_deactivation(world: World) -> None:
    play(world)
    world.to(0, epoch=4).accept(world.deactivate(GPU_1))
    device = world.device(GPU_1)
    assert [nibble_of(device, epoch) for epoch in range(7)] == [0, 3, 3 | 4, 3 | 8, 0, 0, 0]


def test_device_that_leaves_in_the_epoch_it_came_leaves_no_result(world: World) -> None:
    before = world.lamports(CAROL.pubkey)
    world.accept(world.activate(IDLE), world.deactivate(IDLE))
    device = world.device(IDLE)
    assert (device.active_from, device.active_until) == (EPOCH + 1, EPOCH)
    assert device.ring == bytes(128)
    assert world.lamports(CAROL.pubkey) == before
    for epoch in (1, 2):
        number = report_all(world.to(0, epoch=epoch))
        world.reject(errors.DeviceNotInEpoch, tally(world, number, [IDLE]))


@pytest.mark.parametrize("gap", [1, 2, 3, 10, 255, 256, 257, 400])
def test_second_activation_leaves_the_earlier_record_as_it_was(world: World, gap: int) -> None:
    play(world)
    world.accept(world.deactivate(GPU_1))
    before = world.device(GPU_1)
    world.to(0, epoch=2 + gap).accept(world.activate(GPU_1))
    after = world.device(GPU_1)
    assert after.tallied_to == 2 + gap
    kept = range(max(0, 2 + gap - 255), 2 + gap + 3)
    assert [nibble_of(after, e) for e in kept] == [nibble_of(before, e) for e in kept]
    assert nibble_of(after, 1) == (3 if gap < 255 else 0)


def test_index_of_another_range_is_its_own_ranges_subject(world: World) -> None:
    """The first index of range 1 is not the last of range 0."""
    world.rewrite(REGISTRY, index_count=1_023)
    world.accept(NEW.register(), world.activate(NEW), world.activate(IDLE))
    assert (world.device(NEW).index, world.device(IDLE).index) == (1_023, 1_024)
    world.to(0, epoch=2)
    number = start(world)
    assert world.epoch_record().index_count == 1_025
    world.to(REVEAL_DEADLINE)
    world.accept(tally(world, number, [NEW]))
    world.reject(errors.DeviceNotInRange, tally(world, number, [IDLE]))
    assert world.device(IDLE).active_until == FOREVER
