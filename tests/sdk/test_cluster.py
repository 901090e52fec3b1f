"""Clusters start together or not at all, and an interrupted opening can be repeated."""

import pytest

from ionet import JobState, Usdc, errors, hours
from ionet.programs.escrow.errors import ClusterIncomplete
from tests.sdk.world import World, collect, done, lose_answer


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
    before = world.usdc("alice")
    await interrupted(world, offers)
    assert 0 < before - world.usdc("alice") < Usdc("384").base_units
    for _ in range(2):
        cluster = await done(
            world.client("alice").renter.open_cluster(offers, hours(24), idempotency_key="pod")
        )
        assert len(cluster.members) == 8
        assert before - world.usdc("alice") == Usdc("384").base_units


async def interrupted(world: World, offers: list, **options: object) -> None:  # type: ignore[type-arg]
    """Open a cluster with the key "pod", cut off after its first transaction."""
    client = world.client("alice")
    land, calls = client._network.land, []

    def failing(*args: object) -> object:
        calls.append(args)
        if len(calls) == 2:
            raise errors.NotSentError("the cable was pulled")
        return land(*args)

    client._network.land = failing
    with pytest.raises(errors.NotSentError):
        await done(client.renter.open_cluster(offers, hours(24), idempotency_key="pod", **options))


async def test_a_repeated_opening_with_other_members_is_refused(world: World) -> None:
    offers = await offers_of(world, 8)
    await interrupted(world, offers)
    renter = world.client("alice").renter
    before = world.usdc("alice")
    for asked, duration, rule in [
        (offers[:7], hours(24), "with 8 members, not 7"),
        (offers[::-1], hours(24), f"with offer {offers[0].address}, not {offers[7].address}"),
        (offers, hours(12), "with duration 86400, not 43200"),
    ]:
        with pytest.raises(errors.IdempotencyError) as caught:
            await done(renter.open_cluster(asked, duration, idempotency_key="pod"))
        assert rule in str(caught.value)
    assert world.usdc("alice") == before
    call = renter.open_cluster(offers, hours(24), idempotency_key="pod")
    assert len({job.account.offer for job in (await done(call)).members}) == 8


async def test_max_deposit_counts_the_members_that_are_paid_already(world: World) -> None:
    offers = await offers_of(world, 8)
    await interrupted(world, offers, max_deposit=Usdc("384"))
    provider, renter = world.client("carol").provider, world.client("alice").renter
    before = world.usdc("alice")
    # The last offer, not taken yet, has become dearer: 24 h at 3 instead of 2.
    await done(provider.update_offer(offers[7].address, rate=Usdc("3")))
    offers[7] = await done(renter.fetch_offer(offers[7].address))
    call = {"idempotency_key": "pod", "max_deposit": Usdc("407.999999")}
    with pytest.raises(errors.QuoteError, match="deposit 408000000 base units: above max_deposit"):
        await done(renter.open_cluster(offers, hours(24), **call))
    assert world.usdc("alice") == before
    call["max_deposit"] = Usdc("408")
    cluster = await done(renter.open_cluster(offers, hours(24), **call))
    assert sum(job.account.deposit for job in cluster.members) == Usdc("408").base_units


async def test_a_cluster_key_with_valid_until_never_pays_twice(world: World) -> None:
    offers = await offers_of(world, 2)
    renter = world.client("alice").renter
    before = world.usdc("alice")
    now = world.net.vm.now().unix_timestamp
    call = {"idempotency_key": "pod", "valid_until": now + hours(1)}
    await done((await done(renter.open_cluster(offers, hours(24), **call))).end())
    world.warp(hours(1))
    report = await done(world.client("carol").keeper.crank_all())
    assert len(report.closed_clusters) == 1
    with pytest.raises(errors.OpeningExpiredError):
        await done(renter.open_cluster(offers, hours(24), **call))
    assert world.usdc("alice") == before


async def test_a_cluster_opens_with_the_shortest_validity(world: World) -> None:
    offers = await offers_of(world, 8)
    cluster = await done(
        world.client("alice").renter.open_cluster(
            offers, hours(24), accept_within=900, valid_for=1_020
        )
    )
    assert len(cluster.members) == 8


async def test_an_incomplete_cluster_is_not_shown_as_acceptable(world: World) -> None:
    offers = await offers_of(world, 8)
    await interrupted(world, offers)
    for name in ("bob", "carol"):
        provider = world.client(name).provider
        assert await collect(provider.iter_requests()) == []
        waiting = await collect(provider.iter_requests(is_acceptable=False))
        assert waiting
        assert not any(request.is_acceptable for request in waiting)
        with pytest.raises(ClusterIncomplete):
            await done(waiting[0].accept())
    await done(world.client("alice").renter.open_cluster(offers, hours(24), idempotency_key="pod"))
    await accept_all(world)
    assert await collect(world.client("bob").provider.iter_requests(is_acceptable=False)) == []


async def test_an_interrupted_extension_can_be_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = await offers_of(world, 3)
    renter = world.client("alice").renter
    opened = await done(renter.open_cluster(offers, hours(4)))
    await accept_all(world)
    cluster = await done(renter.fetch_cluster(opened.address))
    lose_answer(monkeypatch, cluster._network, 2)
    with pytest.raises(errors.OutcomeUnknownError):
        await done(cluster.extend(hours(2)))
    monkeypatch.undo()
    before = world.usdc("alice")
    settlements = await done(cluster.extend(hours(2)))
    assert {settlement.deposit for settlement in settlements} == {Usdc("12").base_units}
    assert before - world.usdc("alice") == Usdc("4").base_units
    assert [(await done(job.refresh())).duration for job in cluster.members] == [hours(6)] * 3
    again = await done((await done(renter.fetch_cluster(opened.address))).extend_to(hours(6)))
    assert [settlement.transaction for settlement in again] == [None] * 3
    await done(world.client("bob").provider.quit(cluster.members[0]))
    # This handle has not read that one of its members has stopped.
    assert len(await done(cluster.extend(hours(1)))) == 2


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
