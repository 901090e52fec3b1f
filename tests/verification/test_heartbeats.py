"""Heartbeats: who may send them, which two are kept, and for how long they count."""

from __future__ import annotations

import pytest

from ionet.devices import DeviceState, device_state
from ionet.programs.verification import errors, instructions
from ionet.programs.verification.constants import EPOCH_SECONDS
from tests.verification.harness.cast import CAROL, GPU_1, GPU_2, GPU_3, IDLE, NEW
from tests.verification.harness.guard import guards
from tests.verification.harness.world import GENESIS, World

LAST_SECOND = EPOCH_SECONDS - 1


@guards(errors.NotDeviceKey)
def test_heartbeat_of_another_key_rejects(world: World) -> None:
    for other in (GPU_2.key, GPU_3.key, CAROL):
        step = instructions.heartbeat(device_key=other.pubkey, device=GPU_1.address)
        world.reject(errors.NotDeviceKey, step)


@guards(errors.ClockWentBack)
def test_heartbeat_of_a_clock_that_went_back_rejects(world: World) -> None:
    world.to(1_000).accept(GPU_1.heartbeat())
    last = world.device(GPU_1).heartbeat
    world.turn_back(last - 1).reject(errors.ClockWentBack, GPU_1.heartbeat())
    world.turn_back(last).accept(GPU_1.heartbeat())
    assert world.device(GPU_1).heartbeat == last


@pytest.mark.parametrize(
    ("first", "second", "is_kept"),
    [
        ((1, 0), (1, LAST_SECOND), False),
        ((1, LAST_SECOND), (2, 0), True),
        ((1, 5), (2, 5), True),
        ((1, 5), (400, 0), True),
    ],
)
def test_last_heartbeat_of_an_earlier_epoch_is_kept(
    world: World, first: tuple[int, int], second: tuple[int, int], is_kept: bool
) -> None:
    world.to(first[1], epoch=first[0]).accept(GPU_1.heartbeat())
    before = world.device(GPU_1)
    world.to(second[1], epoch=second[0]).accept(GPU_1.heartbeat())
    after = world.device(GPU_1)
    assert after.earlier_heartbeat == (before.heartbeat if is_kept else before.earlier_heartbeat)
    assert after.heartbeat == GENESIS + second[0] * EPOCH_SECONDS + second[1]


def test_many_heartbeats_of_an_epoch_push_nothing_out(world: World) -> None:
    """Sending more of them cannot make a device look younger or older."""
    registered = world.device(GPU_1).heartbeat
    for second in (0, 10, 20, LAST_SECOND):
        world.to(second).accept(GPU_1.heartbeat())
        assert world.device(GPU_1).earlier_heartbeat == registered


@pytest.mark.parametrize("second", [0, LAST_SECOND], ids=["first second", "last second"])
def test_registration_counts_for_thirty_days_from_the_next_epoch_on(
    world: World, second: int
) -> None:
    world.to(second).accept(NEW.register())
    device, epoch = world.device(NEW), world.epoch
    at = {
        (number, offset): device_state(device, GENESIS + number * EPOCH_SECONDS + offset)
        for number in (epoch, epoch + 1, epoch + 120, epoch + 121)
        for offset in (0, LAST_SECOND)
    }
    for offset in (0, LAST_SECOND):
        assert at[epoch, offset] is DeviceState.NOT_COUNTED
        assert at[epoch + 1, offset] is at[epoch + 120, offset] is DeviceState.UNVERIFIED
        assert at[epoch + 121, offset] is DeviceState.NOT_COUNTED


def test_heartbeat_within_an_epoch_changes_no_state_of_it(world: World) -> None:
    """A device that was silent for too long returns with the epoch after its heartbeat."""
    world.to(0, epoch=121)
    silent = world.device(IDLE)
    world.accept(IDLE.heartbeat())
    returned = world.device(IDLE)
    for second in (world.now, GENESIS + 122 * EPOCH_SECONDS - 1):
        assert device_state(silent, second) is DeviceState.NOT_COUNTED
        assert device_state(returned, second) is DeviceState.NOT_COUNTED
    later = GENESIS + 122 * EPOCH_SECONDS
    assert device_state(returned, later) is DeviceState.UNVERIFIED


def test_idle_devices_send_heartbeats_too(world: World) -> None:
    world.accept(IDLE.heartbeat())
    world.accept(world.deactivate(GPU_1), GPU_1.heartbeat())
