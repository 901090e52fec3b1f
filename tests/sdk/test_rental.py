"""A rental's life through the client: every amount is the one that the money rules give."""

import pytest

from ionet import GpuClass, JobKind, JobState, Usdc, errors, hours, money
from ionet.programs.escrow.errors import RateChanged, TermsChanged
from ionet.programs.escrow.events import JobAccepted, JobEnded, JobOpened
from tests.sdk.world import RATE, World, collect, done


async def test_offers_are_found_by_what_is_asked(world: World) -> None:
    h100 = await world.post_offer(device="one")
    l40s = await world.post_offer(device="two", gpu=GpuClass.L40S, rate=Usdc("0.79"), kinds=())
    renter = world.client("alice").renter
    assert await collect(renter.iter_offers()) == [h100]
    assert await collect(renter.iter_offers(gpu="h100", max_rate=RATE, kind=JobKind.RENTAL)) == [
        h100
    ]
    assert await collect(renter.iter_offers(gpu=GpuClass.B200)) == []
    assert await collect(renter.iter_offers(max_rate=Usdc("2.48"))) == []
    assert await collect(renter.iter_offers(mint=world.net.io)) == []
    assert (h100.rate, h100.mint, h100.fee_bps) == (RATE.base_units, world.net.usdc, 250)
    assert l40s.kinds == frozenset()


async def test_a_rental_ended_early_pays_for_its_time(world: World) -> None:
    offer = await world.post_offer()
    before = {name: world.usdc(name) for name in ("alice", "bob", "treasury")}
    renter = world.client("alice").renter
    job = await done(renter.open_job(offer, hours(4), max_deposit=Usdc("9.96")))
    assert job.opening.deposit == job.opening.held == Usdc("9.96").base_units
    assert isinstance(job.opening.transaction.events[0], JobOpened)
    requests = await collect(world.client("bob").provider.iter_requests())
    assert [request.address for request in requests] == [job.address]
    accepted = await done(requests[0].accept())
    assert isinstance(accepted.transaction.events[0], JobAccepted)
    assert (await done(job.wait_accepted(timeout=60))).state is JobState.ACTIVE
    extended = await done(job.extend(hours(2)))
    assert extended.deposit == Usdc("14.94").base_units

    started = job.account.started_at
    world.warp(hours(3))
    ended = await done(job.end())
    event = ended.transaction.events[0]
    assert isinstance(event, JobEnded)
    earned = money.gross(RATE.base_units, event.ended_at - started)
    assert ended.refunded == ended.deposit - earned
    assert ended.held == earned

    released = await done(job.release())
    fee = money.fee(earned, 250)
    assert (released.paid, released.held) == (earned - fee, fee)
    keeper = world.client("carol").keeper
    swept = await done(keeper.sweep_fee(job))
    assert (swept.fee, swept.held) == (fee, 0)
    world.warp(hours(24))
    closed = await done(keeper.close(job))
    assert closed.state is None
    assert closed.deposit == closed.paid + closed.fee + closed.refunded
    with pytest.raises(errors.AccountNotFoundError, match=str(job.address)):
        await done(job.settlement())
    assert world.usdc("alice") == before["alice"] - earned
    assert world.usdc("bob") == before["bob"] + earned - fee
    assert world.usdc("treasury") == before["treasury"] + fee


async def test_the_provider_is_paid_while_a_rental_runs(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(24))
    await done(job.refresh())
    world.warp(hours(10))
    standing = await done(job.standing())
    report = await done(world.client("bob").provider.settle_all())
    assert report.failures == ()
    (step,) = report.steps
    # A transaction may land a block later than the standing was computed.
    assert 0 <= step.settlement.paid - standing.due_to_provider <= RATE.base_units // 3_600 + 1
    assert step.settlement.paid > money.net(money.gross(RATE.base_units, hours(4)), 250) - 1


async def test_a_quit_refunds_without_a_minimum(world: World) -> None:
    offer = await world.post_offer(min_charge=3_600)
    job = await world.open_running(offer, hours(4))
    stopped = await done(world.client("bob").provider.quit(job))
    assert stopped.held < RATE.base_units // 100
    assert stopped.refunded == stopped.deposit - stopped.held


async def test_a_declined_request_is_refunded_and_waiting_ends(world: World) -> None:
    offer = await world.post_offer()
    job = await done(world.client("alice").renter.open_job(offer, hours(4)))
    declined = await done(world.client("bob").provider.decline(job))
    assert declined.refunded == declined.deposit
    with pytest.raises(errors.RequestLostError, match="is declined"):
        await done(job.wait_accepted(timeout=60))


async def test_waiting_ends_when_nobody_accepts(world: World) -> None:
    offer = await world.post_offer()
    job = await done(world.client("alice").renter.open_job(offer, hours(4)))
    before = world.net.vm.now().unix_timestamp
    with pytest.raises(errors.WaitTimeoutError, match="not accepted within 60 s"):
        await done(job.wait_accepted(timeout=60))
    assert 60 <= world.net.vm.now().unix_timestamp - before <= 61
    for timeout in (0.0001, 0, -1, float("nan")):
        with pytest.raises(TimeoutError):
            await done(job.wait_accepted(timeout=timeout))


async def test_a_changed_offer_takes_no_money(world: World) -> None:
    seen = await world.post_offer()
    provider, renter = world.client("bob").provider, world.client("alice").renter
    before = world.usdc("alice")
    await done(provider.update_offer(seen.address, rate=Usdc("2.50")))
    with pytest.raises(RateChanged):
        await done(renter.open_job(seen, hours(4)))
    await done(provider.update_offer(seen.address, rate=RATE, min_charge=60))
    with pytest.raises(TermsChanged):
        await done(renter.open_job(seen, hours(4)))
    await done(renter.open_job(await done(renter.fetch_offer(seen.address)), hours(4)))
    assert world.usdc("alice") == before - Usdc("9.96").base_units


async def test_bad_requests_are_refused_before_anything_is_sent(world: World) -> None:
    offer = await world.post_offer()
    renter = world.client("alice").renter
    slot = world.net.vm.now().slot
    for options, error, rule in [
        ({"duration": hours(49)}, errors.QuoteError, "takes 3600 to 172800 s"),
        ({"duration": 1.5}, errors.DurationError, "duration 1.5"),
        ({"max_deposit": Usdc("9.95")}, errors.QuoteError, "above max_deposit 9.950000 USDC"),
        ({"max_deposit": 9.96}, errors.AmountError, "never a float"),
        ({"deposit": 1}, errors.QuoteError, "a rental's deposit is its price"),
        ({"tip": 20_001}, errors.QuoteError, "tip 20001 lamports: must be 0 to 20000"),
        ({"accept_within": 901}, errors.QuoteError, "accept_within 901 s: must be 1 to 900"),
        ({"valid_for": 86_401}, errors.QuoteError, "valid_for 86401 s: must be 420 to 86400"),
        ({"valid_for": 419}, errors.QuoteError, "valid_for 419 s: must be 420 to 86400"),
        ({"valid_until": 1}, errors.QuoteError, "protects nothing without an idempotency_key"),
        ({"idempotency_key": ""}, errors.QuoteError, "idempotency_key '': must not be empty"),
        ({"review_window": 3_600}, errors.QuoteError, "a rental job has none"),
    ]:
        with pytest.raises(error) as caught:
            await done(renter.open_job(offer, **{"duration": hours(4), **options}))
        assert rule in str(caught.value)
    assert world.net.vm.now().slot == slot
