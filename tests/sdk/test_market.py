"""What anyone finds on the market: devices and offers by class, state, source and price."""

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet import DeviceState, GpuClass, OfferObstacle, Usdc, errors, hours
from ionet.devices import Result
from ionet.programs.escrow.constants import SYSTEM_PROGRAM
from ionet.programs.escrow.errors import DeviceChanged, DeviceNotEligible, NotDeviceOwner
from ionet.programs.verification.constants import RING_EPOCHS
from ionet.programs.verification.enums import SupplySource
from tests.programs.harness.devices import FIRST_EPOCH, epoch_start, fill_ring, nibble
from tests.sdk.world import RATE, World, collect, done

UNSEEN = {"ring": bytes(RING_EPOCHS // 2)}
PASSED = {"ring": fill_ring({}, nibble(Result.PASSED))}
HIRED = {"ring": fill_ring({FIRST_EPOCH - 1: nibble(Result.ALIVE)})}
CARRIED = {"ring": fill_ring({FIRST_EPOCH - 1: nibble(Result.DEPLOYABLE, 2)})}


async def test_devices_are_found_by_what_they_are(world: World) -> None:
    ready = world.write_device("ready")
    passed = world.write_device("passed", gpu=GpuClass.L40S, **PASSED)
    hired = world.write_device("hired", owner="carol", source=SupplySource.RENDER, **HIRED)
    unseen = world.write_device("unseen", heartbeat=0, **UNSEEN)
    market = world.client(None).market

    async def found(**wanted: object) -> set[Pubkey]:
        return {device.address for device in await collect(market.iter_devices(**wanted))}

    assert await found() == {ready, passed, hired, unseen}
    assert await found(state="cluster_ready") == {ready}
    assert await found(state=DeviceState.VERIFIED) == {passed}
    assert await found(state="Hired") == {hired}
    assert await found(state="not_counted") == {unseen}
    assert await found(is_eligible=True) == {ready, hired}
    assert await found(gpu="l40s") == {passed}
    assert await found(source="render") == {hired}
    assert await found(owner=world.net.actor("carol").pubkey) == {hired}
    assert await found(gpu="L40S", source="render") == set()
    for wanted, rule in [
        ({"state": "ready"}, "state 'ready': must be one of NOT_COUNTED, UNVERIFIED"),
        ({"gpu": "H900"}, "gpu 'H900': must be one of OTHER"),
        ({"source": ""}, "source '': must be one of OWN"),
    ]:
        with pytest.raises(errors.QuoteError) as caught:
            await found(**wanted)
        assert rule in str(caught.value)


async def test_offers_are_found_by_their_devices(world: World) -> None:
    ready = await world.post_offer(device="ready")
    passed = await world.post_offer(device="passed", fields=PASSED, rate=Usdc("1"))
    hired = await world.post_offer(device="hired", fields=HIRED)
    gone = await world.post_offer(device="gone", rate=Usdc("0.5"))
    forget(world, gone.account.device)
    market, renter = world.client(None).market, world.client("alice").renter
    everything = sorted([ready, passed, hired, gone], key=lambda offer: bytes(offer.address))
    assert await collect(market.iter_offers()) == everything
    assert await collect(market.iter_offers(state="cluster_ready")) == [ready]
    assert await collect(renter.iter_offers(gpu="H100", state="cluster_ready")) == [ready]
    assert await collect(market.iter_offers(state="verified", max_rate=RATE)) == [passed]
    assert await collect(market.iter_offers(is_eligible=True, state="hired")) == [hired]
    assert await collect(market.iter_offers(source="render")) == []
    (cheap,) = await collect(market.iter_offers(max_rate=Usdc("0.5")))
    assert (cheap.device, cheap.address) == (None, gone.address)
    view = (await done(market.fetch_offer(ready.address))).device
    assert (view.state, view.is_carried) == (DeviceState.CLUSTER_READY, False)
    assert (ready.device.address, ready.device.owner) == (
        ready.account.device,
        world.net.actor("bob").pubkey,
    )


async def test_a_busy_device_is_left_out_unless_asked_for(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4))
    market = world.client(None).market
    assert await collect(market.iter_offers()) == []
    (busy,) = await collect(market.iter_offers(is_free=False, state="cluster_ready"))
    assert busy.account.live_job == job.address


async def test_carried_results_are_told_apart(world: World) -> None:
    address = world.write_device(**CARRIED)
    view = await done(world.client(None).market.fetch_device(address))
    assert (view.state, view.is_carried, view.is_eligible) == (
        DeviceState.CLUSTER_READY,
        True,
        True,
    )
    newest = view.history(1)[0]
    assert (newest.epoch, newest.result, newest.carries) == (
        FIRST_EPOCH - 1,
        Result.DEPLOYABLE,
        2,
    )
    assert len(view.history()) == FIRST_EPOCH


async def test_a_device_registered_again_is_not_what_is_offered(world: World) -> None:
    offer = await world.post_offer()
    assert (offer.obstacle, offer.is_available, offer.is_eligible) == (None, True, True)
    market = world.client(None).market
    (found,) = await collect(market.iter_offers(is_eligible=True))
    assert found == offer
    for slot, is_same in ((0, True), (1, False)):
        world.write_device(registered_slot=slot)
        again = await done(market.fetch_offer(offer.address))
        assert again.device.is_eligible
        assert (again.is_available, again.is_eligible) == (is_same, is_same)
        for wanted in ({"is_eligible": True}, {"state": "cluster_ready"}, {"source": "own"}):
            assert bool(await collect(market.iter_offers(**wanted))) is is_same
    assert (again.offered_device, again.obstacle) == (None, OfferObstacle.DEVICE_CHANGED)
    # The program is of the same opinion.
    job = await done(world.client("alice").renter.open_job(offer, hours(4)))
    with pytest.raises(DeviceChanged):
        await done(world.client("bob").provider.accept(job))


async def test_what_keeps_a_job_from_starting_is_named(world: World) -> None:
    offer = await world.post_offer()
    market, bob = world.client(None).market, world.client("bob").provider

    async def obstacle() -> OfferObstacle | None:
        view = await done(market.fetch_offer(offer.address))
        assert view.is_available is (view.obstacle is None)
        found = view.obstacle
        assert found is None or isinstance(found, OfferObstacle)
        return found

    assert await obstacle() is None
    world.write_device(**UNSEEN)
    assert await obstacle() is OfferObstacle.DEVICE_NOT_ELIGIBLE
    world.write_device()
    job = await world.open_running(offer, hours(4))
    assert await obstacle() is OfferObstacle.BUSY
    await done(bob.update_offer(offer.address, kinds=()))
    assert await obstacle() is OfferObstacle.WITHDRAWN
    await done(job.end())
    assert await obstacle() is OfferObstacle.WITHDRAWN
    world.write_device(registered_slot=1)
    assert await obstacle() is OfferObstacle.DEVICE_CHANGED
    forget(world, offer.account.device)
    assert await obstacle() is OfferObstacle.DEVICE_DEREGISTERED


async def test_only_its_owner_offers_a_device(world: World) -> None:
    address = world.write_device()
    with pytest.raises(NotDeviceOwner):
        await done(
            world.client("carol").provider.post_offer(address, rate=RATE, min=3_600, max=7_200)
        )


async def test_no_job_starts_on_a_device_that_is_not_eligible(world: World) -> None:
    offer = await world.post_offer(fields=PASSED)
    assert not offer.device.is_eligible
    job = await done(world.client("alice").renter.open_job(offer, hours(4)))
    with pytest.raises(DeviceNotEligible):
        await done(world.client("bob").provider.accept(job))


async def test_unseen_time_is_not_paid(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(10))
    # It fails in the epoch in which the job starts, which is known when that epoch is over.
    world.write_device(ring=fill_ring({FIRST_EPOCH: nibble(Result.UNSEEN)}))
    seen = epoch_start(FIRST_EPOCH + 1) - (await done(job.refresh())).started_at
    earned = RATE.base_units * seen // 3_600
    world.warp(hours(9))
    standing = await done(job.standing())
    assert standing.earned == 3 * RATE.base_units  # all but the hold-back
    ended = await done(job.end())
    assert ended.transaction.unix_timestamp - job.account.started_at == hours(9) > seen
    assert ended.refunded == ended.deposit - earned
    released = await done(job.release())
    assert released.paid + released.held == earned


def forget(world: World, address: Pubkey) -> None:
    """Remove an account."""
    world.net.vm.set_account(address, Account(0, b"", SYSTEM_PROGRAM))
