"""Ceilings of compute, rent and size, for canonical bumps of 255 and the token program in use.

Measured for the plain case of each instruction, its payee's account existing; they are moved on
purpose only.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest
from solders.instruction import Instruction

from ionet.devices import Result
from ionet.lanes import PROGRAM_ARCH
from ionet.localnet.actors import Actor
from ionet.programs.escrow.constants import HOLD_BACK, MAX_DURATION
from ionet.programs.escrow.enums import JobKind
from ionet.programs.escrow.pdas import find_job, find_vault
from ionet.programs.verification.constants import EPOCH_SECONDS
from tests.programs.harness.devices import FIRST_EPOCH
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.stages import RUN, release_at, scheduled_end, started_at
from tests.programs.harness.world import ALICE, GPU_1, World

CEILINGS = {
    "open_job": 7_500,
    "accept_job": 2_500,
    "settle_job": 3_500,
    "settle_voucher": 4_500,
    "end_job": 3_500,
    "refund": 2_500,
    # 2,500 before jobs took the device's account, which costs every job instruction 75.
    "release": 2_600,
    "sweep_fee": 2_500,
    "close_job": 4_500,
}
WHOLE_LIFE = 25_000
RENT = 4_500_000
BINARY = 65_536


def _canonical_id() -> int:
    """The lowest id whose job and vault both have bump 255."""
    for number in range(1, 1_000):
        job, bump = find_job(ALICE.pubkey, number)
        if bump == 255 and find_vault(job)[1] == 255:
            return number
    raise AssertionError("no id below 1,000 has canonical bumps of 255")


def _units(world: World, *steps: Instruction) -> int:
    return world.accept(*steps).units_consumed


def _rental_life(world: World) -> dict[str, int]:
    """A rental that is paid while it runs, ended early, released, swept and closed."""
    job = JobRef(id=_canonical_id())
    units = {"open_job": _units(world, job.open(world))}
    for name, wait in (("accept_job", 0), ("settle_job", RUN), ("end_job", 60)):
        world.at(world.now + wait)
        units[name] = _units(world, job.step(world, name))
    world.at(release_at(world, job))
    for name in ("release", "sweep_fee", "close_job"):
        units[name] = _units(world, job.step(world, name))
    record_is_gone = world.vm.get_account(job.address) is None
    assert record_is_gone
    return units


def _metered_life(world: World) -> dict[str, int]:
    """A metered job whose voucher and refund are measured."""
    job = JobRef(id=_canonical_id(), kind=JobKind.METERED)
    world.accept(job.open(world), job.step(world, "accept_job"))
    units = {"settle_voucher": _units(world, *job.redeem(world, 4_000_000))}
    world.at(scheduled_end(world, job)).accept(job.step(world, "expire_job"))
    world.at(release_at(world, job))
    units["refund"] = _units(world, job.step(world, "refund"))
    return units


@pytest.mark.parametrize("name", CEILINGS)
def test_instruction_stays_below_its_ceiling(world: World, name: str) -> None:
    life = _metered_life if name in ("settle_voucher", "refund") else _rental_life
    units = life(world)[name]
    assert 0 < units <= CEILINGS[name]


def test_whole_life_of_a_rental_stays_below_its_ceiling(world: World) -> None:
    units = _rental_life(world)
    assert sum(units.values()) < WHOLE_LIFE, units


def test_longest_rental_is_settled_at_once_below_the_ceiling(world: World) -> None:
    """30 days of a ring whose newest result is this epoch's: what nobody settled costs little more.

    Past the scheduled end the stop comes on top, with its event.
    """
    listing = replace(GPU_1, device_key=Actor.named("gpu-long"), max_duration=MAX_DURATION)
    for wait, ceiling in ((MAX_DURATION - 1, CEILINGS["settle_job"]), (MAX_DURATION, 4_000)):
        world.restore()
        end = FIRST_EPOCH + MAX_DURATION // EPOCH_SECONDS
        world.register(listing, tallied_to=end)
        world.accept(world.post(listing))
        job = JobRef(id=_canonical_id(), listing=listing, duration=MAX_DURATION)
        world.accept(job.open(world), job.step(world, "accept_job"))
        world.at(started_at(world, job) + wait)
        assert _units(world, job.step(world, "settle_job")) <= ceiling
        assert world.job(job.address).seen_seconds >= MAX_DURATION - 1 - HOLD_BACK


def test_accept_looks_back_as_far_as_it_may_below_the_ceiling(world: World) -> None:
    """A device that was hired in all of the last four epochs."""
    world.find(GPU_1, {FIRST_EPOCH - 1 - back: Result.ALIVE for back in range(4)})
    job = JobRef(id=_canonical_id())
    world.accept(job.open(world))
    assert _units(world, job.step(world, "accept_job")) <= CEILINGS["accept_job"]


def test_payment_is_part_of_what_is_measured(world: World) -> None:
    """An instruction that has nothing to move is cheaper; the ceilings hold with the transfer."""
    job = JobRef(id=_canonical_id())
    world.accept(job.open(world), job.step(world, "accept_job"))
    idle = _units(world, job.step(world, "settle_job"))
    world.at(started_at(world, job) + 7 * HOURS)
    assert _units(world, job.step(world, "settle_job")) > idle


def test_rent_locked_by_a_job_stays_below_its_ceiling(world: World) -> None:
    job = JobRef(tip=0)
    world.accept(job.open(world))
    assert 0 < world.lamports(job.address) + world.lamports(job.vault) <= RENT


def test_binary_stays_below_its_ceiling() -> None:
    elf = files("ionet") / "programs" / "bin" / f"escrow.{PROGRAM_ARCH}.so"
    assert 0 < len(elf.read_bytes()) <= BINARY


def test_largest_transactions_fit_a_packet(world: World) -> None:
    """Signed, with a fee payer apart, against the limit of 1,232 bytes."""
    job = JobRef(kind=JobKind.METERED)
    assert len(bytes(world.sign([job.open(world)]))) <= 1_232
    world.accept(job.open(world), job.step(world, "accept_job"))
    assert len(bytes(world.sign(job.redeem(world, 1)))) <= 1_232
