"""Where a job stands at a given moment: state, deadlines, and who is due what.

An account shows what was last written. Time alone starts the members of a complete cluster and
ends a job at its scheduled end; these functions apply it, as the program does before any
instruction (docs/adr/003-job-state-machine.md), and add what a settlement would find now.
"""

from __future__ import annotations

from dataclasses import dataclass

from ionet import money
from ionet.codec import Unknown
from ionet.devices import DeviceRecord, seen_seconds
from ionet.errors import ArgumentError
from ionet.programs.escrow.accounts import Cluster, Job
from ionet.programs.escrow.constants import (
    FLAG_ACCEPTED,
    FLAG_FINAL,
    FLAG_SUBMITTED,
    HOLD_BACK,
    RENTAL_WINDOW,
    VOUCHER_GRACE,
)
from ionet.programs.escrow.enums import JobKind, JobState


@dataclass(frozen=True, slots=True)
class Standing:
    """A job at one Unix second.

    Attributes:
        state: The state that an instruction would see.
        is_final: No amount changes any more except by being paid out.
        started_at: Unix second of the start; 0 before it.
        earned: Gross base units booked for the provider, with those that ``settle_job`` would book:
            of a rental, for the seconds in which its device was seen (ADR 009).
        release_at: From when on anyone may release it; None while it has not stopped.
        due_to_provider: Net base units that ``settle_job`` would pay now.
        due_to_client: Base units that ``refund`` would pay now.
        due_to_treasury: Base units that ``sweep_fee`` would pay now: of a running rental the fee on
            what has been settled, because a sweep settles nothing.
        held: Base units in the vault, booked for one of the three.
    """

    state: JobState | Unknown
    is_final: bool
    started_at: int
    earned: int
    release_at: int | None
    due_to_provider: int
    due_to_client: int
    due_to_treasury: int
    held: int


def standing_of(
    job: Job, now: int, cluster: Cluster | None = None, device: DeviceRecord | None = None
) -> Standing:
    """Compute where ``job`` stands at the Unix second ``now``.

    Args:
        job: The account as last written.
        now: The chain's clock.
        cluster: The job's cluster, needed for a member that waits for its start.
        device: The device of its offer, needed for a rental that runs, or whose end is unwritten.

    Raises:
        ArgumentError: the device is needed and missing.
    """
    started_at = _started_at(job, cluster)
    state = _state_at(job, now, started_at)
    is_final = bool(job.flags & FLAG_FINAL)
    release_at = _release_at(job, state, started_at)
    earned, released = _earned_and_released(job, state, now, started_at, device)
    is_running = state is JobState.ACTIVE
    swept_of = min(released, job.earned) if is_running else released
    return Standing(
        state=state,
        is_final=is_final,
        started_at=started_at,
        earned=earned,
        release_at=release_at,
        due_to_provider=max(money.net(released, job.fee_bps) - job.paid, 0),
        due_to_client=_due_to_client(job, state, now, release_at, earned),
        due_to_treasury=max(money.fee(swept_of, job.fee_bps) - job.fee, 0),
        held=job.deposit - job.paid - job.fee - job.refunded,
    )


def accept_by(job: Job) -> int:
    """Return the Unix second from which an open job can be expired; a member's is its cluster's."""
    return job.opened_at + job.accept_within


def valid_until(job: Job) -> int:
    """Return the Unix second from which the job can be closed."""
    return job.opened_at + job.valid_for


def _started_at(job: Job, cluster: Cluster | None) -> int:
    if job.started_at == 0 and job.flags & FLAG_ACCEPTED and cluster is not None:
        return cluster.started_at
    return job.started_at


def _state_at(job: Job, now: int, started_at: int) -> JobState | Unknown:
    state = job.state
    if state is JobState.OPEN and started_at:
        state = JobState.ACTIVE
    if state is JobState.ACTIVE and now >= started_at + job.duration:
        state = JobState.ENDING
    return state


def _has_stopped_unwritten(job: Job, state: JobState | Unknown) -> bool:
    return state is JobState.ENDING and job.state is not JobState.ENDING


def _release_at(job: Job, state: JobState | Unknown, started_at: int) -> int | None:
    if state is not JobState.ENDING:
        return None
    ran = job.duration if _has_stopped_unwritten(job, state) else job.seen_to
    match job.kind:
        case JobKind.RENTAL:
            window = RENTAL_WINDOW
        case JobKind.METERED:
            window = VOUCHER_GRACE
        case _:
            window = job.review_window if job.flags & FLAG_SUBMITTED else 0
    return started_at + ran + window


def _earned_and_released(
    job: Job,
    state: JobState | Unknown,
    now: int,
    started_at: int,
    device: DeviceRecord | None,
) -> tuple[int, int]:
    """Return cumulative gross amounts: all that is booked, and the part that can be paid now."""
    if job.flags & FLAG_FINAL or job.kind is JobKind.METERED:
        return job.earned, job.earned
    if job.kind is not JobKind.RENTAL:
        return job.earned, 0
    is_stopped_unwritten = _has_stopped_unwritten(job, state)
    if state is not JobState.ACTIVE and not is_stopped_unwritten:
        released = job.seen_seconds - job.held_seconds
        return job.earned, min(money.gross(job.rate, released), job.earned)
    ran = job.duration if is_stopped_unwritten else min(max(now - started_at, 0), job.duration)
    settled = max(ran - HOLD_BACK, job.seen_to)
    released = job.seen_seconds + _seen(device, started_at, job.seen_to, settled)
    payable = money.earned(job.rate, released, job.deposit)
    if not is_stopped_unwritten:
        return payable, payable
    # The tail is booked when the job stops, and payable once its window is over.
    seen = released + _seen(device, started_at, settled, ran)
    return money.earned(job.rate, seen, job.deposit), payable


def _seen(device: DeviceRecord | None, started_at: int, since: int, until: int) -> int:
    """Return the seconds seen between two offsets from the start."""
    if until <= since:
        return 0
    if device is None:
        raise ArgumentError("device: missing, and the rental is paid for the time it was seen")
    return seen_seconds(device, started_at + since, started_at + until)


def _due_to_client(
    job: Job, state: JobState | Unknown, now: int, release_at: int | None, earned: int
) -> int:
    if state is JobState.OPEN or state is JobState.ACTIVE:
        return 0
    # Until a metered job's grace is over, a voucher may still claim what is left.
    may_earn_more = (
        job.kind is JobKind.METERED
        and not job.flags & FLAG_FINAL
        and release_at is not None
        and now < release_at
    )
    return 0 if may_earn_more else max(job.deposit - earned - job.refunded, 0)
