"""Offers: bounds of their terms, and who may change them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from solders.instruction import Instruction

from ionet.localnet.actors import GOVERNANCE
from ionet.localnet.setup import CLASS_SLOTS
from ionet.programs.escrow import errors, instructions
from ionet.programs.escrow.constants import MAX_DURATION, MAX_MIN_CHARGE, MAX_RATE
from ionet.programs.escrow.enums import GpuClass
from tests.programs.harness.examples import NEW_GPU
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.stages import Stage, accept, reach
from tests.programs.harness.world import ALICE, BOB, CAROL, DAVE, FUNDER, GPU_1, MALLORY, World

U64_MAX, U32_MAX = (1 << 64) - 1, (1 << 32) - 1


def _post(world: World, *, class_: GpuClass = GpuClass.H200, **changes: Any) -> Instruction:
    """Build the offer of a device of Carol's that is registered with this class."""
    world.register(replace(NEW_GPU, class_=class_))
    arguments: dict[str, Any] = {
        "payer": FUNDER.pubkey,
        "provider": CAROL.pubkey,
        "device": NEW_GPU.device,
        "mint": world.usdc,
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
        (world.io, 1, [9_999] * CLASS_SLOTS),
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
    world.reject(errors.RateTooLow, _post(world, mint=world.io, rate=9_998))
    before = world.snapshot()
    for class_, rate in ((GpuClass.H200, 2_000), (GpuClass.B200, 1)):
        world.accept(_post(world, class_=class_, rate=rate))
        assert world.offer(NEW_GPU.address).class_ is class_
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


@guards(errors.NotDeviceOwner)
def test_only_the_owner_offers_a_device(world: World) -> None:
    for actor in (DAVE, ALICE, MALLORY, GOVERNANCE, NEW_GPU.device_key):
        world.reject(errors.NotDeviceOwner, _post(world, provider=actor.pubkey))
    world.accept(_post(world))


@pytest.mark.parametrize("changes", [{"active_from": 0, "active_until": 0}, {"ring": bytes(128)}])
def test_device_is_offered_whatever_it_counts_as(world: World, changes: dict[str, Any]) -> None:
    """Only the start of a job asks: an offer can wait for its device to pass."""
    step = _post(world)
    world.change_device(NEW_GPU, **changes)
    world.accept(step)


@guards(errors.AlreadyInUse)
def test_device_is_offered_once_whoever_owns_it(world: World) -> None:
    world.accept(_post(world))
    world.reject(errors.AlreadyInUse, _post(world, rate=2_000))
    # Whoever owns the device by now: its offer stays the first provider's.
    step = _post(world, provider=DAVE.pubkey)
    world.change_device(NEW_GPU, owner=DAVE.pubkey)
    world.reject(errors.AlreadyInUse, step)
    assert world.offer(NEW_GPU.address).provider == CAROL.pubkey


@guards(errors.NotProvider)
def test_only_the_provider_updates(world: World) -> None:
    for actor in (DAVE, ALICE, MALLORY, GOVERNANCE, GPU_1.device_key):
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
