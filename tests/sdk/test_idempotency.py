"""The same key pays once, whatever happened to the first answer."""

import hashlib

import pytest

from ionet import Usdc, hours
from ionet.jobs import cluster_id_of, job_id_of
from ionet.programs.escrow.errors import AlreadyInUse
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
    again = await done(renter.open_job(offer, hours(8), idempotency_key="train-42"))
    assert again.address == first.address
    assert (first.opening is None, again.opening) == (False, None)
    assert again.account.duration == hours(4)
    assert world.usdc("alice") == before - Usdc("9.96").base_units
    other = await done(renter.open_job(offer, hours(4), idempotency_key="train-43"))
    assert other.address != first.address
    assert {job.address for job in await collect(renter.iter_jobs())} == {
        first.address,
        other.address,
    }


async def test_a_lost_race_returns_the_winners_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = await world.post_offer()
    client = world.client("alice")
    first = await done(client.renter.open_job(offer, hours(4), idempotency_key="train-42"))
    blind = world.client("alice")
    find = blind._market.find_job
    answers = iter([None])

    def late(address):  # type: ignore[no-untyped-def]
        """See no job the first time, as if the other process were just about to open it."""
        if (answer := next(answers, "look")) == "look":
            return find(address)
        return _now(answer) if world.is_async else answer

    monkeypatch.setattr(blind._market, "find_job", late)
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
