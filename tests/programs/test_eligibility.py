"""Jobs start on eligible devices only (docs/adr/009, 011): by history, by epoch, by identity."""

from __future__ import annotations

from typing import Any

import pytest
from solders.instruction import Instruction

from ionet.devices import Result
from ionet.programs.escrow import errors
from ionet.programs.escrow.enums import GpuClass, JobKind, JobState
from tests.programs.harness.devices import (
    FIRST_EPOCH,
    FOREVER,
    epoch_start,
    fill_ring,
    nibble,
)
from tests.programs.harness.examples import NEW_GPU
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import ACCEPT_WITHIN, Gang, JobRef
from tests.programs.harness.stages import Stage, reach
from tests.programs.harness.world import ALICE, DAVE, GPU_1, GPU_2, World

UNSEEN, ALIVE, PASSED, DEPLOYABLE = map(nibble, Result)
U64_MAX = (1 << 64) - 1
NOW = FIRST_EPOCH
"""The epoch that these tests play in."""

# What the epochs before this one found, the newest last; all before are unseen.
ELIGIBLE: dict[str, tuple[int, ...]] = {
    "deployable": (DEPLOYABLE,),
    "deployable, carried": (nibble(Result.DEPLOYABLE, 1),),
    "deployable, carried twice": (nibble(Result.DEPLOYABLE, 2),),
    "hired for an epoch": (DEPLOYABLE, ALIVE),
    "hired for four": (DEPLOYABLE, ALIVE, ALIVE, ALIVE, ALIVE),
    "hired, carried": (DEPLOYABLE, ALIVE, nibble(Result.ALIVE, 1), nibble(Result.ALIVE, 2)),
    "hired after a carried one": (nibble(Result.DEPLOYABLE, 2), ALIVE),
    "deployable again": (UNSEEN, PASSED, DEPLOYABLE),
}
NOT_ELIGIBLE: dict[str, tuple[int, ...]] = {
    "unseen": (UNSEEN,),
    "passed, not deployable": (PASSED,),
    "passed, carried": (DEPLOYABLE, nibble(Result.PASSED, 1)),
    "vanished": (DEPLOYABLE, UNSEEN),
    "no longer deployable": (DEPLOYABLE, PASSED),
    "hired for five": (DEPLOYABLE, ALIVE, ALIVE, ALIVE, ALIVE, ALIVE),
    "hired for five, carried": (
        DEPLOYABLE,
        *(ALIVE,) * 3,
        nibble(Result.ALIVE, 1),
        nibble(Result.ALIVE, 2),
    ),
    "hired after passing": (PASSED, ALIVE),
    "hired, passed in between": (DEPLOYABLE, PASSED, ALIVE),
    "hired, unseen in between": (DEPLOYABLE, ALIVE, UNSEEN, ALIVE),
    "hired from nowhere": (ALIVE,) * NOW,
}


def _write(world: World, history: tuple[int, ...]) -> None:
    """Write what the epochs before this one found."""
    found = dict(enumerate(history, NOW - len(history)))
    world.change_device(GPU_1, ring=fill_ring(found, UNSEEN))


def _request(world: World, kind: JobKind = JobKind.RENTAL) -> Instruction:
    """Open a job; return its accept."""
    job = JobRef(kind=kind)
    world.accept(job.open(world))
    return job.step(world, "accept_job")


@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)
@pytest.mark.parametrize("history", ELIGIBLE.values(), ids=ELIGIBLE)
def test_eligible_device_is_accepted(world: World, history: tuple[int, ...], kind: JobKind) -> None:
    step = _request(world, kind)
    _write(world, history)
    world.accept(step)


@guards(errors.DeviceNotEligible)
@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)
@pytest.mark.parametrize("history", NOT_ELIGIBLE.values(), ids=NOT_ELIGIBLE)
def test_other_device_rejects(world: World, history: tuple[int, ...], kind: JobKind) -> None:
    step = _request(world, kind)
    good = world.device(GPU_1).ring
    _write(world, history)
    world.reject(errors.DeviceNotEligible, step)
    world.change_device(GPU_1, ring=good)
    world.accept(step)


@guards(errors.DeviceNotEligible)
@pytest.mark.parametrize("becomes", [True, False], ids=["becomes fit", "becomes unfit"])
def test_result_counts_from_the_first_second_of_the_next_epoch(world: World, becomes: bool) -> None:
    """The result of an epoch decides in all of the next one, and not a second before."""
    results = (UNSEEN, DEPLOYABLE) if becomes else (DEPLOYABLE, UNSEEN)
    boundary = epoch_start(NOW + 1)
    world.find(GPU_1, {NOW - 1: results[0], NOW: results[1]})
    world.at(boundary - ACCEPT_WITHIN // 2)
    step = _request(world)
    open_ = world.snapshot()
    for moment, is_fit in (
        (world.now, not becomes),
        (boundary - 1, not becomes),
        (boundary, becomes),
        (boundary + 1, becomes),
    ):
        world.restore(open_)
        world.at(moment)
        if is_fit:
            world.accept(step)
        else:
            world.reject(errors.DeviceNotEligible, step)


@pytest.mark.parametrize(
    ("fields", "is_fit"),
    [
        ({"active_from": NOW - 1}, True),
        ({"active_from": NOW}, True),
        ({"active_from": NOW + 1}, False),
        ({"active_until": NOW + 1}, True),
        ({"active_until": NOW}, False),
        ({"active_until": NOW - 1}, False),
        ({"active_from": 0, "active_until": 0}, False),
        ({"active_from": FOREVER}, False),
    ],
    ids=str,
)
def test_device_takes_jobs_while_it_is_active(
    world: World, fields: dict[str, int], is_fit: bool
) -> None:
    """From the epoch after its activation, until the one in which it is deactivated."""
    step = _request(world)
    world.change_device(GPU_1, **fields)
    if is_fit:
        world.accept(step)
    else:
        world.reject(errors.DeviceNotEligible, step)


@pytest.mark.parametrize(
    ("newest", "untallied", "is_fit"),
    [
        (DEPLOYABLE, 0, True),
        (DEPLOYABLE, 1, True),
        (DEPLOYABLE, 2, True),
        (DEPLOYABLE, 3, False),
        (nibble(Result.DEPLOYABLE, 1), 1, True),
        (nibble(Result.DEPLOYABLE, 1), 2, False),
        (nibble(Result.DEPLOYABLE, 2), 1, False),
        (UNSEEN, 1, False),
    ],
)
def test_result_outlives_two_epochs_that_nobody_tallied(
    world: World, newest: int, untallied: int, is_fit: bool
) -> None:
    step = _request(world)
    tallied_to = NOW - 1 - untallied
    # Ahead of `tallied_to` the ring is what it was 256 epochs ago, which says nothing of today.
    world.find(GPU_1, {tallied_to: newest}, tallied_to=tallied_to)
    if is_fit:
        world.accept(step)
    else:
        world.reject(errors.DeviceNotEligible, step)


@guards(errors.DeviceNotEligible)
@pytest.mark.parametrize("since", [-1, 0, 1], ids=["epoch 0", "first second", "before epoch 0"])
def test_no_device_is_fit_in_epoch_0_or_before(world: World, since: int) -> None:
    """Epoch 0 has none before it: a ring that is full of results is not read there."""
    step = _request(world)
    world.change_device(GPU_1, genesis=world.now + since)
    world.reject(errors.DeviceNotEligible, step)


def test_device_is_fit_from_epoch_1_on(world: World) -> None:
    step = _request(world)
    world.change_device(GPU_1, genesis=world.now - (epoch_start(1) - epoch_start(0)))
    world.accept(step)


@guards(errors.DeviceChanged, errors.DeviceNotEligible)
@pytest.mark.parametrize(
    "changes",
    [{}, {"owner": DAVE.pubkey}, {"class_": GpuClass.H200}, {"fingerprint": bytes(range(32))}],
    ids=["the same", "owner", "class", "fingerprint"],
)
def test_key_registered_anew_rejects(world: World, changes: dict[str, Any]) -> None:
    """An offer cannot be closed: it was made for the first device of this address."""
    step = _request(world)
    first = world.device(GPU_1).registered_slot
    for slot in (first + 1, first + (1 << 32), U64_MAX):
        world.register(GPU_1, **changes, registered_slot=slot, ring=bytes(128))
        world.reject(errors.DeviceChanged, step)  # judged before its results
        world.register(GPU_1, **changes, registered_slot=slot)
        world.reject(errors.DeviceChanged, step)
    world.register(GPU_1, ring=bytes(128))
    world.reject(errors.DeviceNotEligible, step)
    world.register(GPU_1)
    world.accept(step)


def test_offer_remembers_the_registration_of_its_device(world: World) -> None:
    world.register(NEW_GPU, registered_slot=450_000_123)
    world.accept(world.post(NEW_GPU))
    assert world.offer(NEW_GPU.address).device_slot == 450_000_123
    job = JobRef(listing=NEW_GPU)
    world.accept(job.open(world), job.step(world, "accept_job"))


@guards(errors.DeviceNotEligible)
def test_cluster_waits_for_the_device_of_its_last_member(world: World) -> None:
    gang = Gang()
    members = [gang.member(1, GPU_1), gang.member(2, GPU_2)]
    world.accept(gang.open(), *(member.open(world) for member in members))
    world.accept(members[0].step(world, "accept_job"))
    last = members[1].step(world, "accept_job")
    world.find(GPU_2, {NOW - 1: PASSED})
    world.reject(errors.DeviceNotEligible, last)
    assert world.cluster(gang.address).started_at == 0
    # Who has accepted already is not asked again.
    world.find(GPU_1, {NOW - 1: UNSEEN})
    world.find(GPU_2, {})
    world.accept(last)
    assert world.cluster(gang.address).started_at == world.job(members[1].address).started_at > 0


def test_running_job_asks_for_no_eligibility(world: World) -> None:
    """It is asked once: later the device is paid for what it is seen, and no job ends by it."""
    job = reach(world, Stage.ACTIVE)
    world.change_device(GPU_1, ring=bytes(128), active_until=NOW)
    world.accept(job.extend(world, duration=3_600, deposit=2_490_000))
    world.accept(job.step(world, "settle_job"))
    assert world.job(job.address).state is JobState.ACTIVE


def test_offer_of_an_unfit_device_can_be_asked_for(world: World) -> None:
    """Opening reads no device: the request waits for the accept, or expires."""
    world.change_device(GPU_1, ring=bytes(128))
    job = JobRef(ALICE, 3)
    world.accept(job.open(world))
    assert world.job(job.address).state is JobState.OPEN
