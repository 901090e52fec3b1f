"""An amount of one token is never taken for an amount of another."""

import pytest

from ionet import GpuClass, Io, JobKind, Usdc, errors, hours
from tests.sdk.world import World, collect, done


async def test_the_wrong_token_is_refused_wherever_an_amount_is_taken(world: World) -> None:
    offer = await world.post_offer()
    renter, provider = world.client("alice").renter, world.client("bob").provider
    job = await world.open_running(offer, hours(4), kind=JobKind.METERED, deposit=Usdc("5"))
    other = await world.post_offer(device="other")
    slot = world.net.vm.now().slot
    metered = {"kind": JobKind.METERED}
    for call in (
        lambda: renter.open_job(other, hours(4), deposit=Io("5"), **metered),
        lambda: renter.open_job(other, hours(4), deposit=5, max_deposit=Io("5"), **metered),
        lambda: renter.open_job(other, hours(4), max_deposit=Io("100")),
        lambda: renter.open_cluster([offer, other], hours(4), max_deposit=Io("100")),
        lambda: job.extend(deposit=Io("5")),
        lambda: job.sign_voucher(Io("1")),
        lambda: provider.update_offer(other.address, rate=Io("1")),
        lambda: world.client("governance").governance.set_mint(
            0, world.net.usdc, min_rates={GpuClass.H100: Io("1")}
        ),
    ):
        with pytest.raises(errors.AmountError, match="IO"):
            await done(call())
    with pytest.raises(errors.AmountError, match="IO"):
        await collect(renter.iter_offers(max_rate=Io("1"), mint=world.net.usdc))
    assert world.net.vm.now().slot == slot


async def test_an_offer_in_io_is_paid_in_io(world: World) -> None:
    offer = await world.post_offer(rate=Io("3"))
    assert offer.mint == world.net.io
    job = await world.open_running(offer, hours(2), max_deposit=Io("6"))
    before = world.usdc("alice")
    ended = await done(job.end())
    assert ended.refunded > 0
    assert world.usdc("alice") == before
    assert await collect(world.client("alice").renter.iter_offers(max_rate=Usdc("1000"))) == []


async def test_a_rate_in_base_units_needs_a_mint(world: World) -> None:
    with pytest.raises(errors.QuoteError, match="base units of which mint"):
        await world.post_offer(rate=2_490_000)
    offer = await world.post_offer(rate=2_490_000, mint=world.net.usdc)
    assert offer.rate == 2_490_000
