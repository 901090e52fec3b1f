"""Clusters start together or not at all, and an interrupted opening can be repeated."""

import pytest

from ionet import JobState, Usdc, errors, hours
from tests.sdk.world import World, collect, done


async def offers_of(world: World, count: int) -> list:  # type: ignore[type-arg]
    return [
        await world.post_offer(("bob", "carol")[i % 2], f"gpu-{i}", rate=Usdc("2"))
        for i in range(count)
    ]


async def accept_all(world: World) -> None:
    for name in ("bob", "carol"):
        for request in await collect(world.client(name).provider.iter_requests()):
            await done(request.accept())


async def test_eight_members_start_with_the_last_accept(world: World) -> None:
    offers = await offers_of(world, 8)
    cluster = await done(
        world.client("alice").renter.open_cluster(offers, hours(24), max_deposit=Usdc("384"))
    )
    assert 1 < len(cluster.opened_by) < 8
    assert [job.account.member for job in cluster.members] == list(range(1, 9))
    await accept_all(world)
    started = await done(cluster.wait_started(timeout=60))
    world.warp(hours(12))
    extended = await done(cluster.extend(hours(12)))
    assert {settlement.deposit for settlement in extended} == {Usdc("72").base_units}
    assert {job.account.started_at for job in cluster.members} == {started.started_at}
    ended = await done(cluster.end())
    assert all(settlement.state is JobState.ENDING for settlement in ended)


async def test_a_declined_member_fails_all_and_a_keeper_refunds_the_rest(world: World) -> None:
    offers = await offers_of(world, 3)
    before = world.usdc("alice")
    cluster = await done(world.client("alice").renter.open_cluster(offers, hours(24)))
    await done(world.client("bob").provider.decline(cluster.members[0]))
    with pytest.raises(errors.RequestLostError, match="a member was lost"):
        await done(cluster.wait_started(timeout=60))
    assert await collect(world.client("carol").provider.iter_requests()) == []
    report = await done(world.client("carol").keeper.crank_all())
    assert report.failures == ()
    assert world.usdc("alice") == before
    states = [settlement.state for settlement in await done(cluster.settlements())]
    assert states == [JobState.DECLINED, JobState.EXPIRED, JobState.EXPIRED]
    world.warp(hours(24))
    report = await done(world.client("carol").keeper.crank_all())
    assert report.failures == ()
    assert report.closed_clusters == (cluster.address,)


async def test_an_interrupted_opening_is_completed_by_the_same_key(world: World) -> None:
    offers = await offers_of(world, 8)
    client = world.client("alice")
    land, calls = client._market.land, []

    def failing(*args: object) -> object:
        calls.append(args)
        if len(calls) == 2:
            raise errors.NotSentError("the cable was pulled")
        return land(*args)

    before = world.usdc("alice")
    client._market.land = failing
    with pytest.raises(errors.NotSentError):
        await done(client.renter.open_cluster(offers, hours(24), idempotency_key="pod"))
    assert 0 < before - world.usdc("alice") < Usdc("384").base_units
    for _ in range(2):
        cluster = await done(
            world.client("alice").renter.open_cluster(offers, hours(24), idempotency_key="pod")
        )
        assert len(cluster.members) == 8
        assert before - world.usdc("alice") == Usdc("384").base_units
    with pytest.raises(errors.QuoteError, match="exists with 8 members, not 7"):
        await done(
            world.client("alice").renter.open_cluster(offers[:7], hours(24), idempotency_key="pod")
        )


async def test_bad_clusters_are_refused_before_anything_is_sent(world: World) -> None:
    offers = await offers_of(world, 2)
    renter = world.client("alice").renter
    for bad, rule in [
        ([], "cluster of 0 offers"),
        (offers[:1], "cluster of 1 offers: must be 2 to 64"),
        ([offers[0], offers[0]], "each can be taken once"),
    ]:
        with pytest.raises(errors.QuoteError) as caught:
            await done(renter.open_cluster(bad, hours(24)))
        assert rule in str(caught.value)
    with pytest.raises(errors.QuoteError, match="above max_deposit"):
        await done(renter.open_cluster(offers, hours(24), max_deposit=Usdc("95.999999")))
