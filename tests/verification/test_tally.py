"""The tally's guards: its time, its reports, its devices, and each of them once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from ionet.devices import nibble_of
from ionet.programs.verification import errors
from ionet.programs.verification.pdas import find_report
from tests.verification.harness.cast import FLEET, GPU_1, GPU_2, GPU_3, IDLE, MALLORY, NEW
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import (
    ballots,
    commit_all,
    play,
    report_all,
    start,
    tally,
)
from tests.verification.harness.swaps import BY_ADDRESS, IN_PLACE
from tests.verification.harness.world import (
    CONFIG,
    EPOCH_RING,
    World,
    epoch_account,
    open_epoch,
    open_report,
)

REPORTS = tuple(find_report(0, place)[0] for place in range(3))


def _with(
    world: World, reports: Sequence[Pubkey], devices: Sequence[Pubkey], *, writable: bool = True
) -> Instruction:
    """Build the tally of epoch 1 with exactly these accounts."""
    metas = [
        *(AccountMeta(key, is_signer=False, is_writable=False) for key in reports),
        *(AccountMeta(key, is_signer=False, is_writable=writable) for key in devices),
    ]
    return tally(world, 1, reports_and_devices=metas)


# When


@guards(errors.TallyTooEarly, errors.TallyTooLate)
def test_tally_has_the_end_of_its_epoch(world: World) -> None:
    number = start(world)
    for second in (100, 10_800, 16_199):
        world.to(second).reject(errors.TallyTooEarly, tally(world, number))
    before = world.snapshot()
    for second in (16_200, 21_599):
        world.to(second).accept(tally(world, number))
        world.restore(before)
    late = tally(world, number)
    for second in (0, 1, 16_200, 21_599):
        world.to(second, epoch=2).reject(errors.TallyTooLate, late)
    world.to(16_200, epoch=300).reject(errors.TallyTooLate, late)


@guards(errors.WrongEpoch, errors.TallyTooLate)
def test_tally_of_another_epoch_rejects(world: World) -> None:
    number = report_all(world)
    for other in (0, 2, 33):
        world.reject(errors.WrongEpoch, tally(world, number, epoch_number=other))
    world.reject(errors.WrongEpoch, tally(world, number, epoch=epoch_account(0)))
    past = tally(world, number, epoch=epoch_account(0), epoch_number=0)
    world.reject(errors.TallyTooLate, past)


@guards(errors.EpochNotSeeded)
def test_epoch_without_a_seed_has_no_tally(world: World) -> None:
    world.accept(open_epoch(1))
    world.to(16_200).reject(errors.EpochNotSeeded, tally(world, 1))


# Reports


@guards(errors.MissingReports, errors.NoDevices, errors.WrongReport)
def test_tally_takes_the_reports_of_all_places(world: World) -> None:
    report_all(world)
    for count in (0, 1, 2):
        world.reject(errors.MissingReports, _with(world, REPORTS[:count], []))
    world.reject(errors.NoDevices, _with(world, REPORTS, []))
    # A device stands where the last report should.
    world.reject(errors.WrongReport, _with(world, REPORTS[:2], [GPU_1.address, GPU_2.address]))
    world.accept(open_report(0, 3))
    world.reject(errors.WrongAccountLength, _with(world, (*REPORTS, find_report(0, 3)[0]), []))


@guards(errors.WrongReport)
def test_reports_stand_in_the_order_of_their_places(world: World) -> None:
    report_all(world)
    for order in permutations(REPORTS):
        if order != REPORTS:
            world.reject(errors.WrongReport, _with(world, order, [GPU_1.address]))
    for place in range(3):
        thrice = (REPORTS[place],) * 3
        world.reject(errors.WrongReport, _with(world, thrice, [GPU_1.address]))
    world.accept(_with(world, REPORTS, [GPU_1.address]))


@guards(errors.WrongReport)
def test_no_other_account_passes_for_a_report(world: World) -> None:
    report_all(world)
    world.accept(open_report(1, 0))
    swaps = ("nobody", "missing", "foreign_copy", "config", "other_device", "report_of_other_range")
    for place, key in enumerate(REPORTS):
        for swap in swaps:
            reports = list(REPORTS)
            reports[place] = BY_ADDRESS[swap](world, key)
            world.reject(errors.WrongReport, _with(world, reports, [GPU_1.address]))
        original = world.account(key)
        for spoil in IN_PLACE.values():
            spoil(world, key)
            world.reject(errors.WrongReport, _with(world, REPORTS, [GPU_1.address]))
            world.vm.set_account(key, original)


@guards(errors.WrongReport, errors.DeviceNotInRange)
def test_range_decides_which_reports_and_devices_belong(world: World) -> None:
    number = report_all(world)
    for place in range(3):
        world.accept(open_report(1, place))
    world.reject(errors.WrongReport, tally(world, number, range=1))
    world.reject(errors.DeviceNotInRange, tally(world, number, range_=1))


# Devices


@guards(
    errors.NotWritable,
    errors.WrongAccountOwner,
    errors.WrongAccountLength,
    errors.WrongDiscriminator,
    errors.WrongVersion,
)
def test_every_device_is_checked(world: World) -> None:
    """In first, middle and last place; one that is wrong undoes all."""
    report_all(world)
    keys = [gpu.address for gpu in FLEET]
    world.reject(errors.NotWritable, _with(world, REPORTS, keys, writable=False))
    for place, key in enumerate(keys):
        by_address: tuple[tuple[str, type[errors.VerificationError]], ...] = (
            ("nobody", errors.WrongAccountOwner),
            ("missing", errors.WrongAccountOwner),
            ("foreign_copy", errors.WrongAccountOwner),
            ("config", errors.WrongAccountLength),
            ("epoch_ring", errors.WrongAccountLength),
            ("other_report", errors.WrongAccountLength),
        )
        for swap, error in by_address:
            changed = list(keys)
            changed[place] = BY_ADDRESS[swap](world, key)
            world.reject(error, _with(world, REPORTS, changed))
        original = world.account(key)
        for spoil, error in (
            ("foreign_owner", errors.WrongAccountOwner),
            ("truncated", errors.WrongAccountLength),
            ("longer", errors.WrongAccountLength),
            ("other_kind", errors.WrongDiscriminator),
            ("next_version", errors.WrongVersion),
        ):
            IN_PLACE[spoil](world, key)
            world.reject(error, _with(world, REPORTS, keys))
            world.vm.set_account(key, original)
    world.accept(_with(world, REPORTS, keys))


@guards(errors.DeviceNotInEpoch, errors.DeviceNotInRange)
def test_device_without_an_index_in_the_epoch_rejects(world: World) -> None:
    """Never active, active from the next epoch on, no more active, of another range."""
    world.accept(NEW.register(), world.activate(NEW))
    world.accept(world.deactivate(GPU_3))
    number = report_all(world)
    for gpu in (IDLE, NEW, GPU_3):
        world.reject(errors.DeviceNotInEpoch, tally(world, number, [gpu]))
    for index in (1_024, 2**32 - 1):
        world.rewrite(GPU_2.address, index=index)
        world.reject(errors.DeviceNotInRange, tally(world, number, [GPU_1, GPU_2]))
    world.accept(tally(world, number, [GPU_1]))


@guards(errors.DeviceNotInEpoch)
def test_device_that_does_not_count_holds_up_no_other(world: World) -> None:
    """Its owner could otherwise undo a whole tally by taking it out just before."""
    world.accept(world.deactivate(GPU_3))
    number = report_all(world)
    untouched = [world.device(gpu) for gpu in (IDLE, GPU_3)]
    world.accept(tally(world, number, [IDLE, GPU_1, GPU_3]))
    assert nibble_of(world.device(GPU_1), number) == 3
    assert [world.device(gpu) for gpu in (IDLE, GPU_3)] == untouched
    assert world.ring().weights[number] == world.device(GPU_1).weight
    world.reject(errors.DeviceNotInEpoch, tally(world, number, [GPU_1, GPU_3]))
    world.accept(tally(world, number, [GPU_3, GPU_2]))


@guards(errors.AlreadyTallied)
def test_device_is_decided_once(world: World) -> None:
    """In any grouping and order; one that is listed twice counts once."""
    number = report_all(world)
    world.accept(tally(world, number, [GPU_1, GPU_1]))
    weight = world.device(GPU_1).weight
    assert world.ring().weights[number] == weight
    for gpus in ([GPU_1], [GPU_1, GPU_1]):
        world.reject(errors.AlreadyTallied, tally(world, number, gpus))
    world.accept(tally(world, number, [GPU_1, GPU_2]))
    world.accept(tally(world, number, [GPU_3, GPU_1, GPU_2]))
    assert world.ring().weights[number] == sum(world.device(gpu).weight for gpu in FLEET)
    world.reject(errors.AlreadyTallied, tally(world, number))


def test_grouping_and_order_of_tallies_make_no_difference(world: World) -> None:
    number = report_all(world, codes=(2, 9, 1))
    before, results = world.snapshot(), []
    for groups in (
        [[GPU_1, GPU_2, GPU_3]],
        [[GPU_3], [GPU_1], [GPU_2]],
        [[GPU_2, GPU_3], [GPU_3, GPU_1]],
    ):
        world.restore(before)
        for gpus in groups:
            world.accept(tally(world, number, gpus))
        ring = world.ring()
        results.append((ring, [world.device(gpu) for gpu in FLEET]))
    assert results[0] == results[1] == results[2]


def test_tally_pays_nobody(world: World) -> None:
    number = report_all(world)
    keys = [CONFIG, EPOCH_RING, *REPORTS, *(gpu.address for gpu in FLEET), MALLORY.pubkey]
    before = [world.lamports(key) for key in keys]
    world.accept(tally(world, number))
    assert [world.lamports(key) for key in keys] == before


# What was revealed


def test_codes_of_an_earlier_epoch_are_not_read_again(world: World) -> None:
    """Not committed to anew, or committed but not revealed: the old codes stay unread."""
    play(world)
    for number, is_committed in ((2, False), (3, True)):
        start(world)
        if is_committed:
            commit_all(world, ballots(world, number))
        world.to(16_200).accept(tally(world, number))
        carries = number - 1
        assert nibble_of(world.device(GPU_1), number) == 3 | carries << 2
        assert world.ring().weights[number] == 0
        world.to(0, epoch=number + 1)


@pytest.mark.parametrize("sum_", [2**64 - 1, 2**64 - 5])
def test_total_weight_stops_at_its_limit(world: World, sum_: int) -> None:
    number = report_all(world)
    weights = list(world.ring().weights)
    weights[number] = sum_
    world.rewrite(EPOCH_RING, weights=tuple(weights))
    world.accept(tally(world, number))
    assert world.ring().weights[number] == 2**64 - 1
