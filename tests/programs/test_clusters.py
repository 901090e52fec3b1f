"""Clusters: all members start together, or none does and all are refunded."""

from __future__ import annotations

from typing import Any

import pytest
from solders.pubkey import Pubkey

from ionet.localnet.actors import Actor
from ionet.programs.escrow import errors
from ionet.programs.escrow.constants import MAX_ACCEPT_WITHIN, MAX_CLUSTER_SIZE, MIN_CLUSTER_SIZE
from ionet.programs.escrow.enums import JobKind, JobState
from tests.harness.metas import substitute
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import HOURS, VALID_FOR, Gang, JobRef
from tests.programs.harness.stages import RUN, Stage, accept, reach
from tests.programs.harness.world import (
    ALICE,
    BOB,
    CAROL,
    FUNDER,
    GPU_1,
    GPU_2,
    GPU_3,
    MALLORY,
    Listing,
    World,
)

U64_MAX = (1 << 64) - 1
TRIO = Gang(size=3)
OFFERS = (GPU_1, GPU_2, GPU_3)


def _open(world: World, gang: Gang = TRIO) -> list[JobRef]:
    """Open a cluster and all its members."""
    world.accept(gang.open())
    jobs = [gang.member(place, OFFERS[place - 1]) for place in range(1, gang.size + 1)]
    for job in jobs:
        world.accept(job.open(world))
    return jobs


@guards(errors.InvalidClusterSize, errors.InvalidAcceptWindow)
def test_size_and_time_to_accept_are_bounded(world: World) -> None:
    for size in (0, 1, MAX_CLUSTER_SIZE + 1, 255):
        world.reject(errors.InvalidClusterSize, Gang(size=size).open())
    for seconds in (0, MAX_ACCEPT_WITHIN + 1):
        world.reject(errors.InvalidAcceptWindow, Gang(accept_within=seconds).open())
    world.accept(Gang(id=1, size=MIN_CLUSTER_SIZE, accept_within=1).open())
    world.accept(Gang(id=2, size=MAX_CLUSTER_SIZE, accept_within=MAX_ACCEPT_WITHIN).open())


@guards(errors.InvalidMember, errors.ClusterDeadlinePassed)
def test_member_has_its_own_place_and_id(world: World) -> None:
    world.accept(TRIO.open())
    first = TRIO.member(1, GPU_1)
    for place, job_id in ((4, 1_003), (255, 1_254), (2, 1_000), (1, 1_001), (1, 999)):
        job = JobRef(ALICE, job_id, cluster=TRIO.address, member=place)
        world.reject(errors.InvalidMember, job.open(world))
    world.accept(first.open(world))
    world.accept(first.step(world, "end_job"))
    # A place is taken for good, even when its job is gone and the cluster has failed.
    world.at(world.now + VALID_FOR).accept(first.step(world, "close_job"))
    world.reject(errors.ClusterDeadlinePassed, first.open(world))


@guards(errors.MemberTaken)
def test_place_is_taken_once(world: World) -> None:
    world.accept(TRIO.open())
    first = TRIO.member(1, GPU_1)
    twin = TRIO.member(1, GPU_2)
    world.accept(first.open(world))
    world.reject(errors.MemberTaken, twin.open(world))


@guards(errors.ClusterIncomplete)
def test_provider_waits_only_for_members_that_are_paid_for(world: World) -> None:
    world.accept(TRIO.open())
    jobs = [TRIO.member(place, OFFERS[place - 1]) for place in (1, 2, 3)]
    for job in jobs:
        assert world.offer(job.listing.address).live_job == Pubkey.default()
        world.accept(job.open(world))
        if job is not jobs[-1]:
            world.reject(errors.ClusterIncomplete, job.step(world, "accept_job"))
    for job in jobs:
        accept(world, job)
    assert world.cluster(TRIO.address).started_at > 0


@guards(errors.InvalidMember, errors.ClusterIncomplete)
def test_last_id_has_no_second_member(world: World) -> None:
    gang = Gang(id=U64_MAX)
    world.accept(gang.open())
    wrapped = JobRef(ALICE, 0, cluster=gang.address, member=2)
    world.reject(errors.InvalidMember, wrapped.open(world))
    last = gang.member(1, GPU_1)
    world.accept(last.open(world))
    world.reject(errors.ClusterIncomplete, last.step(world, "accept_job"))
    world.accept(last.step(world, "end_job"))


@guards(errors.WrongCluster, errors.NotInCluster)
def test_cluster_belongs_to_its_client(world: World) -> None:
    world.accept(TRIO.open())
    foreign = JobRef(BOB, 1_000, cluster=TRIO.address, member=1)
    world.reject(errors.WrongCluster, foreign.open(world))
    single = JobRef(BOB, 1_000)
    world.reject(errors.NotInCluster, single.open(world, cluster=TRIO.address))


@guards(errors.InvalidAcceptWindow, errors.ClusterDeadlinePassed)
def test_members_share_the_clusters_deadline(world: World) -> None:
    world.accept(TRIO.open())
    deadline = world.cluster(TRIO.address).accept_by
    first, second = TRIO.member(1, GPU_1), TRIO.member(2, GPU_2)
    world.reject(errors.InvalidAcceptWindow, first.open(world, accept_within=1))
    world.at(deadline - 1).accept(first.open(world))
    record = world.job(first.address)
    assert record.opened_at + record.accept_within == deadline
    world.at(deadline).reject(errors.ClusterDeadlinePassed, second.open(world))
    world.at(deadline + 1).reject(errors.ClusterDeadlinePassed, second.open(world))


@guards(errors.AlreadyAccepted)
def test_all_start_with_the_last_accept(world: World) -> None:
    first, second, third = jobs = _open(world)
    for job in (first, second):
        accept(world, job)
        assert world.job(job.address).state is JobState.OPEN
        assert world.job(job.address).started_at == 0
        world.reject(errors.AlreadyAccepted, job.step(world, "accept_job"))
    assert world.offer(GPU_1.address).live_job == first.address
    world.at(world.now + 60)
    accept(world, third)
    start = world.cluster(TRIO.address).started_at
    assert world.job(third.address).started_at == start
    # The others learn it from whatever comes next, at whatever time.
    world.at(start + RUN)
    for job in jobs:
        world.accept(job.step(world, "settle_job"))
        record = world.job(job.address)
        assert (record.state, record.started_at) == (JobState.ACTIVE, start)
        assert record.seen_seconds == RUN - 6 * HOURS


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("settle_job", JobKind.RENTAL),
        ("extend_job", JobKind.RENTAL),
        ("end_job", JobKind.RENTAL),
        ("quit_job", JobKind.RENTAL),
        ("settle_voucher", JobKind.METERED),
        ("submit_result", JobKind.DELIVERABLE),
    ],
)
def test_any_instruction_writes_the_start(world: World, name: str, kind: JobKind) -> None:
    job = reach(world, Stage.STARTED, kind)
    start = world.cluster(Gang().address).started_at
    assert world.job(job.address).started_at == 0
    arguments: dict[str, dict[str, Any]] = {
        "extend_job": {"duration": 13 * HOURS, "deposit": 13 * GPU_1.rate},
        "submit_result": {"result_hash": bytes(32)},
    }
    if name == "settle_voucher":
        world.accept(*job.redeem(world, 1_000))
    else:
        world.accept(job.step(world, name, **arguments.get(name, {})))
    record = world.job(job.address)
    assert record.started_at == start
    assert record.flags & 4 == 0


def test_any_instruction_writes_start_and_end(world: World) -> None:
    job = reach(world, Stage.STARTED_ELAPSED)
    start = world.cluster(Gang().address).started_at
    world.accept(job.step(world, "settle_job"))
    record = world.job(job.address)
    assert (record.state, record.started_at) == (JobState.ENDING, start)
    assert record.seen_to == record.duration
    assert world.offer(GPU_1.address).live_job != job.address


@pytest.mark.parametrize("cause", ["decline_job", "end_job", "expire_job"])
def test_one_lost_member_fails_all(world: World, cause: str) -> None:
    """The others are refunded one by one, whether accepted or not."""
    before = world.balance(world.token(ALICE))
    first, second, third = _open(world)
    accept(world, first)
    if cause == "expire_job":
        world.reject(errors.ExpireTooEarly, second.step(world, "expire_job"))
        world.at(world.cluster(TRIO.address).accept_by)
    world.accept(second.step(world, cause))
    assert world.cluster(TRIO.address).is_failed
    if cause != "expire_job":
        world.reject(errors.ClusterFailed, third.step(world, "accept_job"))
    for job in (first, third):
        world.accept(job.step(world, "expire_job"))
        assert world.job(job.address).state is JobState.EXPIRED
    assert world.offer(GPU_1.address).live_job != first.address
    assert world.balance(world.token(ALICE)) == before
    # Only requests that could have been answered count against a provider.
    expired = [world.offer(offer.address).expired for offer in OFFERS]
    assert expired == ([0, 1, 0] if cause == "expire_job" else [0, 0, 0])


@guards(errors.ClusterFailed)
def test_failed_cluster_takes_no_member(world: World) -> None:
    world.accept(TRIO.open())
    first, second = TRIO.member(1, GPU_1), TRIO.member(2, GPU_2)
    world.accept(first.open(world))
    world.accept(first.step(world, "end_job"))
    world.reject(errors.ClusterFailed, second.open(world))


def test_accepted_member_may_still_leave_before_the_start(world: World) -> None:
    before = world.balance(world.token(ALICE))
    job = reach(world, Stage.JOINED)
    world.accept(job.step(world, "decline_job"))
    assert world.cluster(Gang().address).is_failed
    assert world.job(job.address).state is JobState.DECLINED
    other = Gang().member(2, GPU_2)
    world.accept(other.step(world, "expire_job"))
    assert world.balance(world.token(ALICE)) == before


def test_started_cluster_cannot_fail(world: World) -> None:
    job = reach(world, Stage.STARTED)
    world.accept(job.step(world, "end_job"))
    assert not world.cluster(Gang().address).is_failed


@guards(errors.ClusterUnclosed, errors.ClusterStillOpen, errors.WrongRentPayer)
def test_cluster_closes_after_its_members_and_its_deadline(world: World) -> None:
    gang = Gang()
    world.accept(gang.open())
    deadline = world.cluster(gang.address).accept_by
    world.at(deadline - 1).reject(errors.ClusterStillOpen, gang.close())
    before = world.snapshot()
    lamports = world.lamports(FUNDER.pubkey)
    for now in (deadline, deadline + 1):
        world.at(now).accept(gang.close())
        assert world.lamports(FUNDER.pubkey) - lamports == 1_823_520
        assert world.vm.get_account(gang.address) is None
        world.restore(before)
    world.restore()
    first, second = (gang.member(1, GPU_1), gang.member(2, GPU_2))
    for step in (gang.open(), first.open(world), second.open(world)):
        world.accept(step)
    world.accept(first.step(world, "end_job"))
    world.accept(second.step(world, "expire_job"))
    world.at(world.now + VALID_FOR)
    for job in (first, second):
        world.reject(errors.ClusterUnclosed, gang.close())
        world.accept(job.step(world, "close_job"))
    foreign = substitute(gang.close(), {1: MALLORY.pubkey})
    world.reject(errors.WrongRentPayer, foreign)
    world.accept(gang.close())


@guards(errors.MemberTaken)
def test_reopened_cluster_has_forgotten_nothing_that_matters(world: World) -> None:
    """A cluster can only be closed, and its address used again, when no job refers to it."""
    gang = Gang()
    world.accept(gang.open())
    world.at(world.cluster(gang.address).accept_by).accept(gang.close())
    world.accept(gang.open())
    cluster = world.cluster(gang.address)
    assert (cluster.accepted, cluster.members, cluster.unclosed) == (0, 0, 0)
    world.accept(gang.member(1, GPU_1).open(world))
    world.reject(errors.MemberTaken, gang.member(1, GPU_2).open(world))


@guards(errors.AcceptTooLate)
def test_accept_at_the_clusters_deadline_is_too_late(world: World) -> None:
    first, _, _ = _open(world)
    deadline = world.cluster(TRIO.address).accept_by
    before = world.snapshot()
    world.at(deadline - 1).accept(first.step(world, "accept_job"))
    world.restore(before)
    world.at(deadline).reject(errors.AcceptTooLate, first.step(world, "accept_job"))


def test_largest_cluster_starts(world: World) -> None:
    """64 members, the last bit included: each on a device of its own."""
    gang = Gang(size=MAX_CLUSTER_SIZE, accept_within=MAX_ACCEPT_WITHIN)
    world.accept(gang.open())
    members = []
    for place in range(1, MAX_CLUSTER_SIZE + 1):
        listing = Listing(CAROL, Actor.named(f"gpu-of-64-{place}"), rate=3_600)
        world.register(listing)
        world.accept(world.post(listing))
        member = gang.member(place, listing, duration=HOURS)
        world.accept(member.open(world))
        members.append(member)
    for member in members:
        assert world.cluster(gang.address).started_at == 0
        world.accept(member.step(world, "accept_job"))
    cluster = world.cluster(gang.address)
    assert (cluster.accepted, cluster.unclosed, cluster.members) == (64, 64, U64_MAX)
    assert 0 < cluster.started_at < cluster.accept_by
