"""From request to close: signers, deadlines at t - 1, t and t + 1, and what belongs together."""

from __future__ import annotations

import pytest

from ionet.localnet.actors import GOVERNANCE, GUARDIAN
from ionet.programs.escrow import errors
from ionet.programs.escrow.enums import JobKind, JobState
from tests.programs.harness.examples import OTHER_JOB, SIBLING
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import ACCEPT_WITHIN, HOURS, TIP, VALID_FOR, JobRef
from tests.programs.harness.stages import (
    WINDOW,
    Stage,
    reach,
    release_at,
    scheduled_end,
    started_at,
)
from tests.programs.harness.world import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    FUNDER,
    GPU_1,
    GPU_3,
    MALLORY,
    World,
)

U64_MAX = (1 << 64) - 1
EACH_KIND = pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)


# Signers


@guards(errors.NotProvider)
@pytest.mark.parametrize(
    ("name", "stage", "kind"),
    [
        ("accept_job", Stage.OPEN, JobKind.RENTAL),
        ("decline_job", Stage.OPEN, JobKind.RENTAL),
        ("quit_job", Stage.ACTIVE, JobKind.RENTAL),
        ("submit_result", Stage.ACTIVE, JobKind.DELIVERABLE),
    ],
)
def test_only_the_provider_signs(world: World, name: str, stage: Stage, kind: JobKind) -> None:
    job = reach(world, stage, kind)
    arguments = {"result_hash": bytes(32)} if name == "submit_result" else {}
    for actor in (ALICE, DAVE, MALLORY, GOVERNANCE, GUARDIAN, GPU_1.device_key):
        step = job.step(world, name, provider=actor.pubkey, **arguments)
        world.reject(errors.NotProvider, step)
    world.accept(job.step(world, name, **arguments))


@guards(errors.NotClient)
@pytest.mark.parametrize("name", ["end_job", "extend_job"])
def test_only_the_client_signs(world: World, name: str) -> None:
    job = reach(world, Stage.ACTIVE)
    totals = {"duration": 13 * HOURS, "deposit": 13 * GPU_1.rate}
    arguments = totals if name == "extend_job" else {}
    for actor in (BOB, CAROL, MALLORY, GOVERNANCE, GUARDIAN, FUNDER):
        step = job.step(world, name, client=actor.pubkey, **arguments)
        world.reject(errors.NotClient, step)
    world.accept(job.step(world, name, **arguments))


# Deadlines


@guards(errors.AcceptTooLate, errors.ExpireTooEarly)
def test_accept_and_expire_meet_at_the_deadline(world: World) -> None:
    job = JobRef()
    world.accept(job.open(world))
    deadline = world.job(job.address).opened_at + ACCEPT_WITHIN
    before = world.snapshot()
    world.at(deadline - 1).reject(errors.ExpireTooEarly, job.step(world, "expire_job"))
    world.accept(job.step(world, "accept_job"))
    for late in (deadline, deadline + 1):
        world.restore(before)
        world.at(late).reject(errors.AcceptTooLate, job.step(world, "accept_job"))
        world.accept(job.step(world, "expire_job"))


@guards(errors.JobChanged)
def test_accept_is_for_the_job_that_the_provider_saw(world: World) -> None:
    """A worse request under the same id, opened after the provider signed, is not taken."""
    job = reach(world, Stage.OPEN)
    seen = job.step(world, "accept_job")
    slot = world.job(job.address).opened_slot
    for other in (0, slot - 1, slot + 1, U64_MAX):
        step = job.step(world, "accept_job", opened_slot=other)
        world.reject(errors.JobChanged, step)
    world.accept(job.step(world, "end_job"))
    world.at(world.now + VALID_FOR).accept(job.step(world, "close_job"))
    world.accept(job.open(world))
    world.reject(errors.JobChanged, seen)
    world.accept(job.step(world, "accept_job"))


@guards(errors.AlreadyAccepted, errors.WrongState)
def test_accept_counts_once(world: World) -> None:
    world.reject(errors.AlreadyAccepted, reach(world, Stage.JOINED).step(world, "accept_job"))
    world.restore()
    world.reject(errors.WrongState, reach(world, Stage.ACTIVE).step(world, "accept_job"))


@guards(errors.ExpireTooEarly)
@EACH_KIND
def test_scheduled_end_is_due_at_its_second(world: World, kind: JobKind) -> None:
    job = reach(world, Stage.ACTIVE, kind)
    end = scheduled_end(world, job)
    world.at(end - 1).reject(errors.ExpireTooEarly, job.step(world, "expire_job"))
    before = world.snapshot()
    for now in (end, end + 1, end + 10**6):
        world.at(now).accept(job.step(world, "expire_job"))
        record = world.job(job.address)
        # The end is the scheduled one whoever writes it, whenever.
        assert (record.state, record.seen_to) == (JobState.ENDING, 12 * HOURS)
        world.restore(before)


@guards(errors.ReleaseTooEarly, errors.AlreadyReleased)
@EACH_KIND
def test_release_is_due_at_its_second(world: World, kind: JobKind) -> None:
    job = reach(world, Stage.ENDING, kind)
    due = release_at(world, job)
    assert due == started_at(world, job) + 8 * HOURS + WINDOW[kind]
    world.at(due - 1).reject(errors.ReleaseTooEarly, job.step(world, "release"))
    before = world.snapshot()
    for now in (due, due + 1):
        world.at(now).accept(job.step(world, "release"))
        world.reject(errors.AlreadyReleased, job.step(world, "release"))
        world.restore(before)


@guards(errors.ReleaseTooEarly)
@EACH_KIND
def test_only_who_waits_for_the_window_waives_it(world: World, kind: JobKind) -> None:
    job = reach(world, Stage.ENDING, kind)
    protected, other = (CAROL, ALICE) if kind is JobKind.METERED else (ALICE, CAROL)
    for actor in (other, MALLORY, FUNDER, GOVERNANCE):
        step = job.step(world, "release", caller=actor.pubkey)
        world.reject(errors.ReleaseTooEarly, step)
    world.accept(job.step(world, "release", caller=protected.pubkey))


@guards(errors.CloseTooEarly)
def test_close_is_due_when_the_opening_has_become_invalid(world: World) -> None:
    job = reach(world, Stage.CANCELLED)
    due = world.job(job.address).opened_at + VALID_FOR
    world.at(due - 1).reject(errors.CloseTooEarly, job.step(world, "close_job"))
    before = world.snapshot()
    for now in (due, due + 1):
        world.at(now).accept(job.step(world, "close_job"))
        world.restore(before)


@guards(errors.InvalidValidity, errors.AlreadyInUse)
def test_repeated_opening_cannot_pay_twice(world: World) -> None:
    """The same signed instruction works before ``valid_until``, the job stays until then."""
    job = JobRef()
    step = job.open(world)
    valid_until = world.now + VALID_FOR
    world.accept(step)
    world.accept(job.step(world, "end_job"))
    world.reject(errors.AlreadyInUse, step)
    world.at(valid_until - 1).reject(errors.CloseTooEarly, job.step(world, "close_job"))
    world.reject(errors.InvalidValidity, step)
    world.at(valid_until).accept(job.step(world, "close_job"))
    world.reject(errors.InvalidValidity, step)


@guards(errors.StillHeld, errors.WrongRentPayer)
def test_close_needs_an_empty_job_and_its_rent_payer(world: World) -> None:
    job = reach(world, Stage.FINAL)
    world.reject(errors.StillHeld, job.step(world, "close_job"))
    world.accept(job.step(world, "sweep_fee"))
    for actor in (ALICE, MALLORY, CAROL):
        step = job.step(world, "close_job", rent_payer=actor.pubkey)
        world.reject(errors.WrongRentPayer, step)
    before = world.lamports(FUNDER.pubkey)
    world.accept(job.step(world, "close_job"))
    assert world.lamports(FUNDER.pubkey) - before == 4_496_160 + TIP


# Relations


@guards(errors.WrongOffer, errors.WrongVault, errors.NotInCluster)
def test_accounts_of_two_jobs_do_not_mix(world: World) -> None:
    job = reach(world, Stage.ACTIVE)
    for other in (OTHER_JOB, SIBLING):
        world.accept(other.open(world))
        step = job.step(world, "settle_job", vault=other.vault)
        world.reject(errors.WrongVault, step)
        step = job.step(world, "settle_job", cluster=other.address)
        world.reject(errors.NotInCluster, step)
    world.reject(errors.WrongOffer, job.step(world, "settle_job", offer=GPU_3.address))
