"""Which permissionless instruction a job is ready for.

Anyone may call these; together they empty and close every job once its deadlines have passed.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from solders.pubkey import Pubkey

from ionet.devices import DeviceRecord
from ionet.errors import IonetError
from ionet.programs.escrow.accounts import Cluster, Job
from ionet.programs.escrow.enums import JobState
from ionet.results import Settlement
from ionet.standing import Standing, accept_by, standing_of, valid_until


class Crank(StrEnum):
    """Permissionless instructions on a job, in the order in which they lead to its end."""

    EXPIRE = "expire_job"
    RELEASE = "release"
    SETTLE = "settle_job"
    REFUND = "refund"
    SWEEP_FEE = "sweep_fee"
    CLOSE = "close_job"


@dataclass(frozen=True, slots=True)
class CrankStep:
    """An instruction that succeeded on a job."""

    job: Pubkey
    crank: Crank
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class CrankFailure:
    """An instruction that was due but failed; the job is left to the next round."""

    address: Pubkey
    instruction: str
    error: IonetError


@dataclass(frozen=True, slots=True)
class CrankReport:
    """One round over many jobs.

    Attributes:
        steps: What was done to jobs, in order.
        failures: What was due and failed; other jobs were not held up by it.
        closed_clusters: Clusters whose rent was returned.
        unpayable: Jobs whose provider is due an amount that cannot reach him now, because his token
            account is missing, frozen or given away, or the vault is frozen; it stays booked.
    """

    steps: tuple[CrankStep, ...]
    failures: tuple[CrankFailure, ...]
    closed_clusters: tuple[Pubkey, ...] = ()
    unpayable: tuple[Pubkey, ...] = ()


_STOPPED = frozenset(
    {
        JobState.ENDING,
        JobState.RULED,
        JobState.DECLINED,
        JobState.EXPIRED,
        JobState.CANCELLED,
    }
)


def next_crank(
    job: Job,
    now: int,
    cluster: Cluster | None = None,
    device: DeviceRecord | None = None,
    *,
    tried: AbstractSet[Crank] = frozenset(),
) -> Crank | None:
    """Return what is due on the job at the Unix second ``now``, or None.

    Args:
        job: The account as last written.
        now: The chain's clock.
        cluster: The job's cluster, for members.
        device: The device of its offer, for rentals.
        tried: Not returned again, so that one payee who cannot be paid holds up nothing else.
    """
    standing = standing_of(job, now, cluster, device)
    for crank in Crank:
        if crank not in tried and _is_due(crank, job, standing, now, cluster):
            return crank
    return None


def changes_only_by_paying(
    job: Job, now: int, cluster: Cluster | None = None, device: DeviceRecord | None = None
) -> bool:
    """Return whether ``settle_job`` books nothing new: if it cannot pay either, it is wasted."""
    standing = standing_of(job, now, cluster, device)
    return standing.state is job.state and standing.earned == job.earned


def is_cluster_closable(cluster: Cluster, now: int) -> bool:
    """Return whether ``close_cluster`` would succeed: no member left, no time to open one."""
    return cluster.unclosed == 0 and now >= cluster.accept_by


def _is_due(crank: Crank, job: Job, standing: Standing, now: int, cluster: Cluster | None) -> bool:
    match crank:
        case Crank.EXPIRE:
            return _is_expirable(job, standing, now, cluster)
        case Crank.RELEASE:
            return _is_releasable(standing, now)
        case Crank.SETTLE:
            is_start_unwritten = job.state is JobState.OPEN and standing.state is JobState.ACTIVE
            return is_start_unwritten or standing.due_to_provider > 0
        case Crank.REFUND:
            return standing.due_to_client > 0
        case Crank.SWEEP_FEE:
            return standing.due_to_treasury > 0
        case Crank.CLOSE:
            is_empty = standing.held == 0 and standing.state in _STOPPED
            return is_empty and now >= valid_until(job)


def _is_expirable(job: Job, standing: Standing, now: int, cluster: Cluster | None) -> bool:
    if standing.state is JobState.OPEN:
        is_lost = cluster is not None and cluster.is_failed
        return is_lost or now >= accept_by(job)
    is_end_unwritten = job.state is not JobState.ENDING
    return is_end_unwritten and standing.state is JobState.ENDING


def _is_releasable(standing: Standing, now: int) -> bool:
    return not standing.is_final and standing.release_at is not None and now >= standing.release_at
