"""Metered jobs are paid by vouchers, deliverables by a result and a review window."""

import dataclasses
from typing import Any

import pytest
from solders.hash import Hash

from ionet import JobKind, JobState, Usdc, errors, hours, money
from ionet.programs.escrow.constants import VOUCHER_GRACE
from ionet.programs.escrow.errors import ReleaseTooEarly, VoucherNotIncreasing
from ionet.voucher import Voucher, sign_voucher
from tests.sdk.world import World, collect, done

METERED = {"kind": JobKind.METERED, "deposit": Usdc("5")}
DELIVERABLE = {"kind": JobKind.DELIVERABLE, "deposit": Usdc("80")}


async def test_vouchers_pay_what_is_new(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4), **METERED)
    provider = world.client("bob").provider
    paid = 0
    for cumulative in (1_234_567, 5_000_000):
        voucher = await done(job.sign_voucher(cumulative))
        settled = await done(provider.redeem(voucher))
        assert settled.paid == money.net(cumulative, 250) > paid
        paid = settled.paid
        with pytest.raises(VoucherNotIncreasing):
            await done(provider.redeem(voucher))


async def test_a_voucher_above_the_deposit_is_a_choice(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4), **METERED)
    provider = world.client("bob").provider
    with pytest.raises(errors.VoucherError, match=r"cumulative 5000001 .* the deposit 5000000"):
        await done(job.sign_voucher(5_000_001))
    above = generous_voucher(world, job, 9_000_000)
    with pytest.raises(errors.VoucherError, match=r"cumulative 9000000 .* the deposit 5000000"):
        await done(provider.redeem(above))
    settled = await done(provider.redeem(above, is_clamped=True))
    assert settled.paid == money.net(5_000_000, 250)


async def test_a_deposit_added_elsewhere_counts(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4), **METERED)
    elsewhere = await done(world.client("alice").renter.fetch_job(job.address))
    await done(elsewhere.extend(deposit=Usdc("1")))
    voucher = await done(job.sign_voucher(Usdc("6")))
    assert voucher.cumulative == 6_000_000
    # Signing has not moved what this handle's extensions count from.
    assert job.account.deposit == Usdc("5").base_units


async def test_only_metered_jobs_are_paid_by_voucher(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4))
    with pytest.raises(errors.VoucherError, match="not metered"):
        await done(job.sign_voucher(1))
    with pytest.raises(errors.VoucherError, match="not metered"):
        await done(world.client("bob").provider.check_voucher(generous_voucher(world, job, 1)))


@pytest.mark.parametrize("is_released", [False, True])
async def test_a_voucher_is_good_up_to_the_end_of_the_grace(
    world: World, *, is_released: bool
) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(1), **METERED)
    provider = world.client("bob").provider
    voucher = await done(job.sign_voucher(Usdc("1")))
    await done(job.refresh())
    grace_end = job.account.started_at + hours(1) + VOUCHER_GRACE
    world.warp(grace_end - 1 - world.net.vm.now().unix_timestamp)
    await done(provider.check_voucher(voucher))
    if is_released:
        await done(provider.release(job))
    else:
        world.warp(1)
    slot = world.net.vm.now().slot
    until = "the release" if is_released else str(grace_end)
    with pytest.raises(errors.VoucherError, match=f"vouchers were taken until {until}"):
        await done(provider.redeem(voucher))
    assert world.net.vm.now().slot == slot


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
        ("genesis_hash", Hash.default(), "genesis_hash"),
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


def generous_voucher(world: World, job: Any, cumulative: int) -> Voucher:
    """Sign as alice what the SDK's own handle would refuse to sign."""
    return sign_voucher(
        world.net.actor("alice").keypair,
        genesis_hash=world.net.vm.genesis_hash,
        program_id=world.net.escrow,
        job=job.address,
        opened_slot=job.account.opened_slot,
        cumulative=cumulative,
    )
