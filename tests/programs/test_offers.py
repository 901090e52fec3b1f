"""Offers: bounds of their terms, and who may change them."""

from __future__ import annotations

from typing import Any

import pytest
from solders.instruction import Instruction

from ionet.localnet.actors import GOVERNANCE, Actor
from ionet.localnet.net import CLASS_SLOTS
from ionet.programs.escrow import errors, instructions
from ionet.programs.escrow.constants import MAX_DURATION, MAX_MIN_CHARGE, MAX_RATE
from ionet.programs.escrow.enums import GpuClass
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.stages import Stage, accept, reach
from tests.programs.harness.world import ALICE, BOB, CAROL, DAVE, FUNDER, GPU_1, MALLORY, World

U64_MAX, U32_MAX = (1 << 64) - 1, (1 << 32) - 1
_CLASS_OFFSET = 8
"""Of ``class`` in the data of ``post_offer``."""


def _post(world: World, **changes: Any) -> Instruction:
    arguments: dict[str, Any] = {
        "payer": FUNDER.pubkey,
        "provider": CAROL.pubkey,
        "device": world.introduce(Actor.named("gpu-new")).pubkey,
        "mint": world.usdc,
        "class_": GpuClass.H200,
        "kinds": 7,
        "rate": 1_000,
        "min_duration": 3_600,
        "max_duration": 7_200,
        "min_charge": 60,
    }
    return instructions.post_offer(**{**arguments, **changes})


def _update(world: World, **changes: Any) -> Instruction:
    arguments: dict[str, Any] = {
        "provider": CAROL.pubkey,
        "offer": GPU_1.address,
        "kinds": 7,
        "rate": 1_000,
        "min_duration": 3_600,
        "max_duration": 7_200,
        "min_charge": 60,
    }
    return instructions.update_offer(**{**arguments, **changes})


EACH_WAY = pytest.mark.parametrize("build", [_post, _update], ids=["post", "update"])


@guards(errors.RateTooLow, errors.RateTooHigh)
@EACH_WAY
def test_rate_outside_bounds_rejects(world: World, build: Any) -> None:
    minimum = 500
    slots = (minimum,) * CLASS_SLOTS
    world.accept(
        instructions.set_mint(
            authority=GOVERNANCE.pubkey, mint=world.usdc, slot=0, is_accepted=True, min_rates=slots
        )
    )
    for rate in (0, 1, minimum - 1):
        world.reject(errors.RateTooLow, build(world, rate=rate))
    for rate in (MAX_RATE + 1, U64_MAX):
        world.reject(errors.RateTooHigh, build(world, rate=rate))
    before = world.snapshot()
    for rate in (minimum, MAX_RATE):
        world.accept(build(world, rate=rate))
        world.restore(before)


@guards(errors.RateTooLow)
def test_minimum_rate_is_that_of_the_class_and_mint(world: World) -> None:
    rates = [0] * CLASS_SLOTS
    rates[GpuClass.H200] = 2_000
    for mint, slot, slots in (
        (world.usdc, 0, rates),
        (world.net.io, 1, [9_999] * CLASS_SLOTS),
    ):
        world.accept(
            instructions.set_mint(
                authority=GOVERNANCE.pubkey,
                mint=mint,
                slot=slot,
                is_accepted=True,
                min_rates=tuple(slots),
            )
        )
    world.reject(errors.RateTooLow, _post(world, rate=1_999))
    world.reject(errors.RateTooLow, _post(world, mint=world.net.io, rate=9_998))
    before = world.snapshot()
    for changes in ({"rate": 2_000}, {"class_": GpuClass.B200, "rate": 1}):
        world.accept(_post(world, **changes))
        world.restore(before)


@guards(errors.RateTooLow)
def test_zero_rate_rejects_without_a_minimum(world: World) -> None:
    world.reject(errors.RateTooLow, _post(world, rate=0))
    world.accept(_post(world, rate=1))


@guards(errors.InvalidOfferDuration)
@EACH_WAY
@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (0, 0), (2, 1), (1, MAX_DURATION + 1), (U32_MAX, U32_MAX), (1, U32_MAX)],
)
def test_durations_outside_bounds_reject(world: World, build: Any, low: int, high: int) -> None:
    step = build(world, min_duration=low, max_duration=high, min_charge=0)
    world.reject(errors.InvalidOfferDuration, step)


@EACH_WAY
@pytest.mark.parametrize(("low", "high"), [(1, 1), (1, MAX_DURATION), (MAX_DURATION, MAX_DURATION)])
def test_durations_at_bounds_are_taken(world: World, build: Any, low: int, high: int) -> None:
    world.accept(build(world, min_duration=low, max_duration=high, min_charge=0))


@guards(errors.InvalidMinimumCharge)
@EACH_WAY
def test_minimum_charge_is_at_most_an_hour_and_the_shortest_job(world: World, build: Any) -> None:
    for charge, shortest in (
        (MAX_MIN_CHARGE + 1, 7_200),
        (0xFFFF, 7_200),
        (61, 60),
        (3_600, 3_599),
    ):
        step = build(world, min_charge=charge, min_duration=shortest)
        world.reject(errors.InvalidMinimumCharge, step)
    world.accept(build(world, min_charge=MAX_MIN_CHARGE, min_duration=MAX_MIN_CHARGE))


@guards(errors.InvalidKinds)
@EACH_WAY
def test_unknown_kinds_reject(world: World, build: Any) -> None:
    for kinds in (8, 9, 0x80, 0xFF):
        world.reject(errors.InvalidKinds, build(world, kinds=kinds))
    world.accept(build(world, kinds=0))


@guards(errors.InvalidGpuClass)
def test_unknown_class_rejects(world: World) -> None:
    step = _post(world)
    for byte in (len(GpuClass), 15, 16, 0xFF):
        data = bytes([*step.data[:_CLASS_OFFSET], byte, *step.data[_CLASS_OFFSET + 1 :]])
        changed = Instruction(step.program_id, data, step.accounts)
        world.reject(errors.InvalidGpuClass, changed)
    world.accept(step)


@guards(errors.AlreadyInUse)
def test_device_is_offered_once_whoever_signs(world: World) -> None:
    world.accept(_post(world))
    world.reject(errors.AlreadyInUse, _post(world, rate=2_000))
    world.reject(errors.AlreadyInUse, _post(world, provider=DAVE.pubkey))
    assert world.offer(_post(world).accounts[3].pubkey).provider == CAROL.pubkey


@guards(errors.NotProvider)
def test_only_the_provider_updates(world: World) -> None:
    for actor in (DAVE, ALICE, MALLORY, GOVERNANCE, GPU_1.device):
        world.reject(errors.NotProvider, _update(world, provider=actor.pubkey))
    world.accept(_update(world))


def test_update_changes_terms_and_nothing_else(world: World) -> None:
    job = reach(world, Stage.ACTIVE)
    offer, record = world.offer(GPU_1.address), world.job(job.address)
    world.accept(_update(world, kinds=3, rate=5, min_duration=2, max_duration=9, min_charge=1))
    after = world.offer(GPU_1.address)
    assert (after.kinds, after.rate, after.min_duration, after.max_duration) == (3, 5, 2, 9)
    assert after.min_charge == 1
    for field in ("provider", "device", "mint", "live_job", "seconds", "gross", "fee", "jobs"):
        assert getattr(after, field) == getattr(offer, field)
    assert world.job(job.address) == record


@guards(errors.OfferBusy)
def test_device_serves_one_job_at_a_time(world: World) -> None:
    first = reach(world, Stage.ACTIVE)
    second = JobRef(BOB, 5)
    world.accept(second.open(world))
    world.reject(errors.OfferBusy, second.step(world, "accept_job"))
    world.accept(first.step(world, "end_job"))
    accept(world, second)
    assert world.offer(GPU_1.address).live_job == second.address
    # What is left to do for the first job leaves the device with the second.
    world.at(world.now + 6 * HOURS).accept(first.step(world, "release"))
    assert world.offer(GPU_1.address).live_job == second.address


@guards(errors.OfferBusy)
def test_scheduled_end_frees_the_device_once_it_is_written(world: World) -> None:
    first = reach(world, Stage.ELAPSED)
    second = JobRef(BOB, 5)
    world.accept(second.open(world))
    world.reject(errors.OfferBusy, second.step(world, "accept_job"))
    world.accept(first.step(world, "expire_job"), second.step(world, "accept_job"))
