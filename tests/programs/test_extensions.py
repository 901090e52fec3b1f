"""``extend_job``: new totals at the job's own price, with the offer's consent."""

from __future__ import annotations

from dataclasses import replace

from solders.instruction import Instruction

from ionet.programs.escrow import errors, instructions
from ionet.programs.escrow.constants import MAX_DURATION
from ionet.programs.escrow.enums import JobKind
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.stages import (
    Stage,
    accept,
    reach,
)
from tests.programs.harness.world import (
    ALICE,
    CAROL,
    GPU_1,
    GPU_2,
    World,
)

U64_MAX, U32_MAX = (1 << 64) - 1, (1 << 32) - 1


@guards(errors.NothingToExtend, errors.WrongDeposit, errors.ExtensionTooLong)
def test_rental_is_extended_to_exactly_its_price(world: World) -> None:
    """``duration`` and ``deposit`` are the new totals."""
    job = JobRef(listing=GPU_2)
    world.accept(job.open(world))
    accept(world, job)

    def extend(duration: int, deposit: int) -> Instruction:
        return job.step(world, "extend_job", duration=duration, deposit=deposit)

    def price(duration: int) -> int:
        return replace(job, duration=duration).asked_deposit

    agreed, paid_in = job.duration, job.asked_deposit
    for duration, deposit in ((0, 0), (agreed, paid_in), (agreed - 1, paid_in), (agreed, 0)):
        world.reject(errors.NothingToExtend, extend(duration, deposit))
    for duration, deposit in ((agreed - 1, U64_MAX), (U32_MAX, paid_in - 1)):
        world.reject(errors.NothingToExtend, extend(duration, deposit))
    longer = agreed + 1_000
    for wrong in (paid_in, price(longer) - 1, price(longer) + 1, U64_MAX):
        world.reject(errors.WrongDeposit, extend(longer, wrong))
    world.reject(errors.WrongDeposit, extend(agreed, paid_in + 1))
    for duration in (GPU_2.max_duration + 1, MAX_DURATION, U32_MAX):
        world.reject(errors.ExtensionTooLong, extend(duration, U64_MAX))
    before = world.snapshot()
    for duration in (agreed + 1, longer, GPU_2.max_duration):
        world.accept(extend(duration, price(duration)))
        record = world.job(job.address)
        assert record.duration == duration
        assert world.balance(job.vault) == record.deposit == price(duration)
        world.reject(errors.NothingToExtend, extend(duration, price(duration)))
        world.restore(before)


@guards(errors.NothingToExtend, errors.ExtensionTooLong, errors.InsufficientFunds)
def test_metered_extension_adds_time_or_money(world: World) -> None:
    job = reach(world, Stage.ACTIVE, JobKind.METERED)
    agreed, paid_in = job.duration, job.asked_deposit

    def extend(duration: int, deposit: int) -> Instruction:
        return job.step(world, "extend_job", duration=duration, deposit=deposit)

    for duration, deposit in ((agreed, paid_in), (agreed - 1, paid_in + 1), (agreed + 1, 0)):
        world.reject(errors.NothingToExtend, extend(duration, deposit))
    world.reject(errors.ExtensionTooLong, extend(GPU_1.max_duration + 1, paid_in))
    funds = world.balance(world.token(ALICE))
    for deposit in (paid_in + funds + 1, U64_MAX):
        world.reject(errors.InsufficientFunds, extend(agreed, deposit))
    world.accept(extend(agreed, paid_in + 1))
    world.accept(extend(agreed + 1, paid_in + 1))
    record = world.job(job.address)
    assert (record.duration, record.deposit) == (agreed + 1, paid_in + 1)
    world.accept(extend(agreed + 1, paid_in + funds))
    assert world.balance(world.token(ALICE)) == 0


@guards(errors.WrongKind)
def test_deliverable_has_a_fixed_price(world: World) -> None:
    job = reach(world, Stage.ACTIVE, JobKind.DELIVERABLE)
    for step in (job.extend(world, duration=HOURS, deposit=1), job.step(world, "end_job")):
        world.reject(errors.WrongKind, step)


def _change_offer(kinds: int, rate: int, max_duration: int) -> Instruction:
    return instructions.update_offer(
        provider=CAROL.pubkey,
        offer=GPU_1.address,
        kinds=kinds,
        rate=rate,
        min_duration=3_600,
        max_duration=max_duration,
        min_charge=0,
    )


@guards(errors.OfferDearer, errors.ExtensionTooLong, errors.KindNotOffered)
def test_extension_needs_the_offers_consent(world: World) -> None:
    job = reach(world, Stage.ACTIVE)
    step = job.extend(world, duration=HOURS, deposit=GPU_1.rate)
    before = world.snapshot()
    for kinds in (0, 6):
        world.accept(_change_offer(kinds, GPU_1.rate, GPU_1.max_duration))
        world.reject(errors.KindNotOffered, step)
    world.accept(_change_offer(7, GPU_1.rate + 1, GPU_1.max_duration))
    world.reject(errors.OfferDearer, step)
    world.accept(_change_offer(7, GPU_1.rate, 13 * HOURS - 1))
    world.reject(errors.ExtensionTooLong, step)
    for rate in (GPU_1.rate, 1):
        world.restore(before)
        world.accept(_change_offer(7, rate, 13 * HOURS))
        world.accept(step)
        assert world.job(job.address).rate == GPU_1.rate
