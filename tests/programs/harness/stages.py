"""Every stage of a job's life, as written on chain or as time has made it, reached by instructions.

``DISPUTED`` and ``RULED`` are the exception: their instructions come with disputes, so the state
byte is written directly.
"""

from __future__ import annotations

from enum import Enum

from ionet.programs.escrow.enums import JobKind, JobState
from tests.programs.harness.jobs import ACCEPT_WITHIN, HOURS, REVIEW_WINDOW, Gang, JobRef
from tests.programs.harness.world import GPU_1, GPU_2, World

RUN = 8 * HOURS
"""How long jobs run before they are stopped: longer than the hold-back of 6 h."""
WINDOW = {
    JobKind.RENTAL: 6 * HOURS,
    JobKind.METERED: 1 * HOURS,
    JobKind.DELIVERABLE: REVIEW_WINDOW,
}
"""Seconds from the end to the release, by ADR 003."""


class Stage(Enum):
    """Where a job is: what is written, and what the clock adds."""

    OPEN = "asked for, in time"
    LATE = "asked for, nobody accepted in time"
    JOINED = "member accepted, cluster incomplete"
    STARTED = "member accepted, cluster started, start not written"
    STARTED_ELAPSED = "as STARTED, and past the scheduled end"
    FAILED = "member asked for, cluster failed"
    JOINED_FAILED = "member accepted, cluster failed"
    ACTIVE = "running for 8 of 12 h, paid once"
    ELAPSED = "written as running, past the scheduled end"
    ENDING = "stopped, window not over"
    RELEASABLE = "stopped, window over"
    FINAL = "released, fee not swept"
    SWEPT = "holds nothing"
    DISPUTED = "held for a ruling"
    RULED = "ruled"
    DECLINED = "refused by the provider"
    EXPIRED = "expired"
    CANCELLED = "withdrawn by the client"
    CLOSED = "gone"


IN_CLUSTER = (
    Stage.JOINED,
    Stage.STARTED,
    Stage.STARTED_ELAPSED,
    Stage.FAILED,
    Stage.JOINED_FAILED,
)


def reach(world: World, stage: Stage, kind: JobKind = JobKind.RENTAL) -> JobRef:
    """Bring a new job into a stage."""
    if stage in IN_CLUSTER:
        return _reach_in_cluster(world, stage, kind)
    job = JobRef(kind=kind)
    world.accept(job.open(world))
    if stage in _REQUESTS:
        _REQUESTS[stage](world, job)
        return job
    accept(world, job)
    if stage is Stage.ELAPSED:
        world.at(scheduled_end(world, job))
        return job
    world.at(started_at(world, job) + RUN)
    earn(world, job)
    if stage is Stage.ACTIVE:
        return job
    stop(world, job)
    _finish(world, job, stage)
    return job


def _finish(world: World, job: JobRef, stage: Stage) -> None:
    if stage in (Stage.DISPUTED, Stage.RULED):
        state = JobState.DISPUTED if stage is Stage.DISPUTED else JobState.RULED
        world.rewrite(job.address, state=state)
        return
    if stage is Stage.ENDING:
        return
    world.at(release_at(world, job))
    for next_stage, name in (
        (Stage.FINAL, "release"),
        (Stage.SWEPT, "sweep_fee"),
        (Stage.CLOSED, "close_job"),
    ):
        if stage is Stage.RELEASABLE:
            return
        if name == "sweep_fee" and job.kind is JobKind.METERED:
            # The rest of the deposit is due only once no voucher can come.
            world.accept(job.step(world, "refund"))
        world.accept(job.step(world, name))
        if stage is next_stage:
            return


def _late(world: World, job: JobRef) -> None:
    world.at(world.job(job.address).opened_at + ACCEPT_WITHIN)


def _decline(world: World, job: JobRef) -> None:
    world.accept(job.step(world, "decline_job"))


def _expire(world: World, job: JobRef) -> None:
    _late(world, job)
    world.accept(job.step(world, "expire_job"))


def _cancel(world: World, job: JobRef) -> None:
    world.accept(job.step(world, "end_job"))


_REQUESTS = {
    Stage.OPEN: lambda world, job: None,
    Stage.LATE: _late,
    Stage.DECLINED: _decline,
    Stage.EXPIRED: _expire,
    Stage.CANCELLED: _cancel,
}


def _reach_in_cluster(world: World, stage: Stage, kind: JobKind) -> JobRef:
    gang = Gang()
    first = gang.member(1, GPU_1, kind=kind)
    second = gang.member(2, GPU_2, kind=kind)
    world.accept(gang.open())
    world.accept(first.open(world))
    world.accept(second.open(world))
    if stage is not Stage.FAILED:
        accept(world, first)
    if stage in (Stage.FAILED, Stage.JOINED_FAILED):
        world.accept(second.step(world, "decline_job"))
    if stage in (Stage.STARTED, Stage.STARTED_ELAPSED):
        accept(world, second)
        start = world.cluster(gang.address).started_at
        world.at(start + (RUN if stage is Stage.STARTED else first.duration))
    return first


def accept(world: World, job: JobRef) -> None:
    """The provider accepts, at the start of a second: the next transaction still falls into it."""
    world.at(world.now + 1)
    world.accept(job.step(world, "accept_job"))


def earn(world: World, job: JobRef) -> None:
    """Something is earned and paid while the job runs; a deliverable earns when it is submitted."""
    if job.kind is JobKind.RENTAL:
        world.accept(job.step(world, "settle_job"))
    elif job.kind is JobKind.METERED:
        world.accept(*job.redeem(world, 4_000_001))


def stop(world: World, job: JobRef) -> None:
    """The client ends the job; a deliverable is submitted."""
    if job.kind is JobKind.DELIVERABLE:
        world.accept(job.step(world, "submit_result", result_hash=bytes(range(32))))
    else:
        world.accept(job.step(world, "end_job"))


def started_at(world: World, job: JobRef) -> int:
    """Unix second of the start."""
    return world.job(job.address).started_at


def scheduled_end(world: World, job: JobRef) -> int:
    """Unix second of the scheduled end."""
    return started_at(world, job) + world.job(job.address).duration


def release_at(world: World, job: JobRef) -> int:
    """Unix second from which on anyone may release a stopped job."""
    record = world.job(job.address)
    return record.started_at + record.seen_to + WINDOW[job.kind]
