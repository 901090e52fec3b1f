"""Ceilings of compute and size, for canonical bumps of 255; they are moved on purpose only.

Committees have nine members, as on the public network, and twenty-one, the most there can be.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from ionet.lanes import PROGRAM_ARCH
from tests.verification.harness.canonical import canonical, large_world, many_devices
from tests.verification.harness.cast import GPU_1
from tests.verification.harness.rounds import (
    GOOD,
    ballots,
    play,
    report_all,
    start,
    tally,
)
from tests.verification.harness.world import World

PACKET = 1_232
BINARY = 65_536
CEILINGS = {
    "register_device": 3_000,
    "activate_device": 2_500,
    "activate_device from the queue": 2_500,
    "deactivate_device": 3_500,
    "deregister_device": 2_500,
    "heartbeat": 800,
    "join_attestor": 4_000,
    "exit_attestor": 1_200,
    "evict_attestor": 1_500,
    "withdraw_bond": 1_000,
    "open_epoch": 5_000,
    "open_epoch again": 1_000,
    "rearm_epoch": 1_000,
    "seed_epoch": 1_000,
    "post_answers": 3_500,
    "post_answers again": 900,
    "open_report": 3_500,
}
"""Of instructions whose cost does not depend on the committee."""
PER_COMMITTEE = {
    9: {"commit_report": 3_000, "reveal_report": 5_000, "record_miss": 3_000, "device": 1_200},
    21: {"commit_report": 4_500, "reveal_report": 5_000, "record_miss": 4_500, "device": 1_600},
}
DEVICES_PER_TALLY = {9: 15, 21: 8}


@pytest.mark.parametrize("name", CEILINGS)
def test_instruction_stays_below_its_ceiling(world: World, name: str) -> None:
    units = world.accept(canonical(world, name)).units_consumed
    assert 0 < units <= CEILINGS[name]


@pytest.mark.parametrize("rest", [1, 2, 3, 100, 255, 256, 400])
def test_activation_after_any_rest_stays_below_its_ceiling(world: World, rest: int) -> None:
    play(world)
    world.accept(world.deactivate(GPU_1))
    world.to(0, epoch=2 + rest)
    units = world.accept(world.activate(GPU_1)).units_consumed
    assert units <= CEILINGS["activate_device"]


@pytest.mark.parametrize("rest", [0, 1, 2, 3, 100, 255, 256, 400])
def test_deactivation_after_any_rest_stays_below_its_ceiling(world: World, rest: int) -> None:
    play(world)
    world.to(0, epoch=2 + rest)
    units = world.accept(canonical(world, "deactivate_device")).units_consumed
    assert units <= CEILINGS["deactivate_device"]


@pytest.mark.parametrize("size", PER_COMMITTEE)
def test_report_of_a_range_stays_below_its_ceilings(size: int) -> None:
    """For a member at the last place, which is found last."""
    world, ceilings = large_world(size), PER_COMMITTEE[size]
    world.restore()
    *_, silent, ballot = ballots(world, start(world))
    units = {"commit_report": world.accept(ballot.commit()).units_consumed}
    world.to(10_800)
    units["reveal_report"] = world.accept(ballot.reveal()).units_consumed
    world.to(16_200)
    units["record_miss"] = world.accept(silent.miss()).units_consumed
    assert all(0 < units[name] <= ceilings[name] for name in units), units


@pytest.mark.parametrize("rest", [1, 2, 3, 4, 260])
@pytest.mark.parametrize("size", PER_COMMITTEE)
def test_devices_of_one_tally_fit_packet_and_ceiling(size: int, rest: int) -> None:
    """All members have revealed; ``rest`` epochs have passed since the last tally."""
    world, devices = large_world(size), many_devices()[: DEVICES_PER_TALLY[size]]
    world.restore()
    world.to(0, epoch=1 + rest)
    number = report_all(world, codes=(*GOOD, *(2,) * 20))
    step = tally(world, number, devices)
    assert len(bytes(world.sign([step]))) <= PACKET
    units = world.accept(step).units_consumed
    assert 0 < units <= PER_COMMITTEE[size]["device"] * len(devices)
    assert all(world.device(gpu).tallied_to == number for gpu in devices)


@pytest.mark.parametrize("size", PER_COMMITTEE)
def test_failed_devices_cost_no_more_than_the_ceiling(size: int) -> None:
    """Reasons that differ are counted, which takes longest."""
    world, devices = large_world(size), many_devices()[: DEVICES_PER_TALLY[size]]
    world.restore()
    number = start(world)
    cast = [
        replace(ballot, codes=bytes([code | code << 4]) * 512)
        for ballot, code in zip(ballots(world, number), [0, *range(4, 16)] * 2, strict=False)
    ]
    for ballot in cast:
        world.accept(ballot.commit())
    world.to(10_800)
    for ballot in cast:
        world.accept(ballot.reveal())
    world.to(16_200)
    units = world.accept(tally(world, number, devices)).units_consumed
    assert units <= PER_COMMITTEE[size]["device"] * len(devices)


def test_attestor_sends_two_transactions_that_fit_a_packet(world: World) -> None:
    """Per epoch and range, whatever the fleet; no rent after the report account exists."""
    ballot = ballots(world, start(world))[0]
    before = world.lamports(ballot.attestor.pubkey)
    assert len(bytes(world.sign([ballot.commit()]))) <= PACKET
    world.accept(ballot.commit())
    world.to(10_800)
    assert len(bytes(world.sign([ballot.reveal()]))) <= PACKET
    world.accept(ballot.reveal())
    assert world.lamports(ballot.attestor.pubkey) == before


def test_binary_stays_below_its_ceiling() -> None:
    elf = files("ionet") / "programs" / "bin" / f"verification.{PROGRAM_ARCH}.so"
    assert 0 < len(elf.read_bytes()) <= BINARY
