"""Metered jobs are paid by vouchers, deliverables by a result and a review window."""

import dataclasses

import pytest

from ionet import JobKind, JobState, Usdc, errors, hours, money
from ionet.programs.escrow.constants import VOUCHER_GRACE
from ionet.programs.escrow.errors import ReleaseTooEarly, VoucherNotIncreasing
from tests.sdk.world import World, collect, done

METERED = {"kind": JobKind.METERED, "deposit": Usdc("5")}
DELIVERABLE = {"kind": JobKind.DELIVERABLE, "deposit": Usdc("80")}


async def test_vouchers_pay_what_is_new_and_no_more_than_the_deposit(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4), **METERED)
    provider = world.client("bob").provider
    paid = 0
    for cumulative, earned in ((Usdc("1.234567"), 1_234_567), (Usdc("9"), 5_000_000)):
        voucher = await done(job.sign_voucher(cumulative))
        settled = await done(provider.redeem(voucher))
        assert settled.paid == money.net(earned, 250) > paid
        paid = settled.paid
        with pytest.raises(VoucherNotIncreasing):
            await done(provider.redeem(voucher))


async def test_a_voucher_that_the_chain_would_refuse_is_not_sent(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4), **METERED)
    provider = world.client("bob").provider
    voucher = await done(job.sign_voucher(Usdc("1")))
    slot = world.net.vm.now().slot
    for field, value, rule in [
        ("cumulative", 2_000_000, "signature is not the client's"),
        ("opened_slot", 1, "opened_slot 1 is not"),
        ("client", world.net.actor("carol").pubkey, "client"),
        ("program_id", world.net.usdc, "program_id"),
    ]:
        with pytest.raises(errors.VoucherError) as caught:
            await done(provider.redeem(dataclasses.replace(voucher, **{field: value})))
        assert rule in str(caught.value)
    assert world.net.vm.now().slot == slot


async def test_a_metered_job_grows_by_deposit(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4), **METERED)
    grown = await done(job.extend(deposit=Usdc("2.5")))
    assert grown.deposit == Usdc("7.5").base_units
    ended = await done(job.end())
    assert (ended.state, ended.refunded) == (JobState.ENDING, 0)
    world.warp(VOUCHER_GRACE)
    refunded = await done(world.client("carol").keeper.refund(job))
    assert refunded.refunded == refunded.deposit


async def test_a_result_is_paid_after_its_review(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4), review_window=hours(1), **DELIVERABLE)
    provider, keeper = world.client("bob").provider, world.client("carol").keeper
    with pytest.raises(errors.QuoteError, match="result_hash of 31 bytes: must have 32"):
        await done(provider.submit_result(job, bytes(31)))
    await done(provider.submit_result(job, bytes(range(32))))
    with pytest.raises(ReleaseTooEarly):
        await done(keeper.release(job))
    world.warp(hours(1))
    released = await done(keeper.release(job))
    assert released.paid == money.net(Usdc("80").base_units, 250)


async def test_a_deposit_is_asked_for(world: World) -> None:
    offer = await world.post_offer(kinds=(JobKind.METERED,))
    renter = world.client("alice").renter
    with pytest.raises(errors.QuoteError, match="a metered job needs one"):
        await done(renter.open_job(offer, hours(4), kind=JobKind.METERED))
    with pytest.raises(errors.QuoteError, match="does not take rental jobs"):
        await done(renter.open_job(offer, hours(4)))
    assert await collect(renter.iter_jobs()) == []
