"""The same key pays once, whatever happened to the first answer."""

import hashlib

import pytest

from ionet import JobKind, JobState, Usdc, errors, hours
from ionet.jobs import cluster_id_of, job_id_of
from ionet.programs.escrow.errors import AlreadyInUse, JobChanged
from ionet.programs.escrow.pdas import find_cluster, find_job
from tests.sdk.world import World, collect, done


def test_ids_follow_from_the_key() -> None:
    digest = hashlib.sha256(b"train-42").digest()
    assert job_id_of("train-42") == int.from_bytes(digest[:8], "little")
    assert cluster_id_of("train-42") & 63 == 0
    assert cluster_id_of("train-42") != job_id_of("train-42") & ~63
    assert len({job_id_of(None) for _ in range(100)}) == 100


async def test_a_repeated_open_returns_the_job_and_pays_nothing(world: World) -> None:
    offer = await world.post_offer()
    renter = world.client("alice").renter
    before = world.usdc("alice")
    first = await done(renter.open_job(offer, hours(4), idempotency_key="train-42"))
    again = await done(renter.open_job(offer, hours(4), idempotency_key="train-42"))
    assert again.address == first.address
    assert (first.opening is None, again.opening) == (False, None)
    assert world.usdc("alice") == before - Usdc("9.96").base_units
    other = await done(renter.open_job(offer, hours(4), idempotency_key="train-43"))
    assert other.address != first.address
    assert {job.address for job in await collect(renter.iter_jobs())} == {
        first.address,
        other.address,
    }


async def test_a_key_with_other_terms_is_refused_by_field_and_values(world: World) -> None:
    offer = await world.post_offer()
    other = await world.post_offer(device="other")
    renter = world.client("alice").renter
    metered = {"kind": JobKind.METERED, "deposit": Usdc("5")}
    await done(renter.open_job(offer, hours(4), idempotency_key="k", **metered))
    slot = world.net.vm.now().slot
    for asked, options, rule in [
        (other, {}, f"with offer {offer.address}, not {other.address}"),
        (offer, {"kind": JobKind.DELIVERABLE}, "with kind metered, not deliverable"),
        (offer, {"duration": hours(2)}, "with duration 14400, not 7200"),
        (offer, {"duration": hours(5)}, "with duration 14400, not 18000"),
        (offer, {"deposit": Usdc("4")}, "with deposit 5000000, not 4000000"),
        (offer, {"deposit": Usdc("6")}, "with deposit 5000000, not 6000000"),
    ]:
        call = {"duration": hours(4), **metered, **options}
        with pytest.raises(errors.IdempotencyError) as caught:
            await done(renter.open_job(asked, idempotency_key="k", **call))
        assert rule in str(caught.value)
    with pytest.raises(errors.QuoteError, match="above max_deposit"):
        await done(
            renter.open_job(
                offer, hours(4), idempotency_key="k", max_deposit=Usdc("4.999999"), **metered
            )
        )
    assert world.net.vm.now().slot == slot


async def test_a_repeated_open_finds_its_job_whatever_became_of_it(world: World) -> None:
    offer = await world.post_offer()
    renter, provider = world.client("alice").renter, world.client("bob").provider
    job = await world.open_running(offer, hours(4), idempotency_key="k")
    await done(job.refresh())
    await done(job.extend(hours(2)))
    await done(provider.update_offer(offer.address, rate=Usdc("9"), kinds=()))
    changed = await done(renter.fetch_offer(offer.address))
    before = world.usdc("alice")
    call = {"idempotency_key": "k", "max_deposit": Usdc("9.96")}
    again = await done(renter.open_job(changed, hours(4), **call))
    assert (again.address, again.account.duration) == (job.address, hours(6))
    await done(job.end())
    again = await done(renter.open_job(changed, hours(4), **call))
    assert (again.address, again.account.state) == (job.address, JobState.ENDING)
    with pytest.raises(errors.IdempotencyError, match="with duration 21600, not 25200"):
        await done(renter.open_job(changed, hours(7), idempotency_key="k"))
    assert world.usdc("alice") >= before


async def test_with_valid_until_a_key_never_pays_twice(world: World) -> None:
    offer = await world.post_offer()
    renter = world.client("alice").renter
    before = world.usdc("alice")
    valid_until = world.net.vm.now().unix_timestamp + hours(3)
    call = {"idempotency_key": "train-42", "valid_until": valid_until}
    job = await done(renter.open_job(offer, hours(1), **call))
    assert job.account.opened_at + job.account.valid_for == valid_until
    await done(world.client("bob").provider.accept(job))
    # Up to its last second the job is there; from then on nothing is opened.
    world.warp(hours(2))
    assert (await done(renter.open_job(offer, hours(1), **call))).address == job.address
    world.warp(hours(30))
    await done(world.client("carol").keeper.crank_all())
    paid = before - world.usdc("alice")
    assert 0 < paid <= Usdc("2.49").base_units
    with pytest.raises(errors.OpeningExpiredError, match="use a new key to pay again") as caught:
        await done(renter.open_job(offer, hours(1), **call))
    assert isinstance(caught.value, errors.NotSentError)
    assert before - world.usdc("alice") == paid
    # A key alone protects only until its job is closed.
    await done(renter.open_job(offer, hours(1), idempotency_key="train-42"))
    assert before - world.usdc("alice") == paid + Usdc("2.49").base_units


async def test_valid_until_is_held_against_the_clock(world: World) -> None:
    offer = await world.post_offer()
    renter = world.client("alice").renter
    now = world.net.vm.now().unix_timestamp
    for ahead, error, rule in [
        (0, errors.OpeningExpiredError, f"valid_until {now}: it is {now}"),
        (299, errors.QuoteError, f"must be {now + 300} to {now + 86_400}"),
        (86_401, errors.QuoteError, f"must be {now + 300} to {now + 86_400}"),
    ]:
        with pytest.raises(error) as caught:
            await done(
                renter.open_job(offer, hours(1), idempotency_key="k", valid_until=now + ahead)
            )
        assert rule in str(caught.value)
    with pytest.raises(errors.QuoteError, match="give it or valid_for"):
        await done(
            renter.open_job(
                offer, hours(1), idempotency_key="k", valid_until=now + 900, valid_for=900
            )
        )
    await done(renter.open_job(offer, hours(1), idempotency_key="k", valid_until=now + 300))


async def test_an_accept_is_for_the_job_that_the_provider_saw(world: World) -> None:
    offer = await world.post_offer()
    renter, provider = world.client("alice").renter, world.client("bob").provider
    call = {"idempotency_key": "k", "accept_within": 900, "valid_for": 1_020}
    job = await done(renter.open_job(offer, hours(48), **call))
    (request,) = await collect(provider.iter_requests())
    await done(job.end())
    world.warp(1_020)
    await done(world.client("carol").keeper.close(job))
    cheap = {"kind": JobKind.METERED, "deposit": 1}
    other = await done(renter.open_job(offer, hours(48), **call, **cheap))
    assert other.address == job.address
    for accept in (request.accept, lambda: provider.accept(request), lambda: provider.accept(job)):
        with pytest.raises(JobChanged):
            await done(accept())
    await done(provider.accept(other.address))
    assert (await done(other.refresh())).state is JobState.ACTIVE


async def test_a_funded_address_is_no_job(world: World) -> None:
    offers = [await world.post_offer(device=f"gpu-{i}") for i in range(2)]
    renter = world.client("alice").renter
    alice = world.net.actor("alice").pubkey
    world.net.airdrop(find_job(alice, job_id_of("one"))[0], 890_880)
    job = await done(renter.open_job(offers[0], hours(4), idempotency_key="one"))
    assert job.opening is not None
    world.net.airdrop(find_cluster(alice, cluster_id_of("pod"))[0], 890_880)
    cluster = await done(renter.open_cluster(offers, hours(4), idempotency_key="pod"))
    await done(cluster.end())
    world.warp(hours(24))
    gone, left = cluster.members
    await done(world.client("carol").keeper.close(gone))
    world.net.airdrop(gone.address, 890_880)
    found = await done(renter.fetch_cluster(cluster.address))
    assert [member.address for member in found.members] == [left.address]
    with pytest.raises(errors.AccountNotFoundError, match="does not exist, or is closed"):
        await done(renter.fetch_job(gone.address))


async def test_a_lost_race_returns_the_winners_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = await world.post_offer()
    client = world.client("alice")
    first = await done(client.renter.open_job(offer, hours(4), idempotency_key="train-42"))
    blind = world.client("alice")
    find = blind._network.find_job
    answers = iter([None])

    def late(address):  # type: ignore[no-untyped-def]
        """See no job the first time, as if the other process were just about to open it."""
        if (answer := next(answers, "look")) == "look":
            return find(address)
        return _now(answer) if world.is_async else answer

    monkeypatch.setattr(blind._network, "find_job", late)
    before = world.usdc("alice")
    second = await done(blind.renter.open_job(offer, hours(4), idempotency_key="train-42"))
    assert second.address == first.address
    assert world.usdc("alice") == before


async def _now(value: object) -> object:
    return value


async def test_an_id_in_use_without_a_key_is_an_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = await world.post_offer()
    monkeypatch.setattr("ionet.jobs.secrets.randbits", lambda bits: 7)
    renter = world.client("alice").renter
    await done(renter.open_job(offer, hours(4)))
    with pytest.raises(AlreadyInUse):
        await done(renter.open_job(offer, hours(4)))
