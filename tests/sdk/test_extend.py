"""Extending adds once, whatever became of the first answer."""

import pytest

from ionet import JobKind, Usdc, errors, hours
from ionet.programs.escrow.errors import WrongState
from tests.sdk.world import World, done, lose_answer

METERED = {"kind": JobKind.METERED, "deposit": Usdc("5")}


async def test_repeated_after_a_lost_answer_it_adds_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4))
    before = world.usdc("alice")
    lose_answer(monkeypatch, job._network, 1)
    with pytest.raises(errors.OutcomeUnknownError):
        await done(job.extend(hours(2)))
    monkeypatch.undo()
    settlement = await done(job.extend(hours(2)))
    assert (settlement.deposit, settlement.transaction) == (Usdc("14.94").base_units, None)
    assert before - world.usdc("alice") == Usdc("4.98").base_units
    # Now the handle knows: the same call is another extension.
    assert (await done(job.extend(hours(2)))).deposit == Usdc("19.92").base_units


async def test_an_earlier_attempt_that_lands_in_between_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4), **METERED)
    stale = await done(job._network.fetch_job(job.address))
    elsewhere = await done(world.client("alice").renter.fetch_job(job.address))
    await done(elsewhere.extend(deposit=Usdc("1")))
    fetch, answers = job._network.fetch_job, iter([stale])

    def late(address):  # type: ignore[no-untyped-def]
        """Show the job as it was the first time, as if the attempt were still under way."""
        if (answer := next(answers, None)) is None:
            return fetch(address)
        return _now(answer) if world.is_async else answer

    monkeypatch.setattr(job._network, "fetch_job", late)
    settlement = await done(job.extend(deposit=Usdc("1")))
    assert (settlement.deposit, settlement.transaction) == (Usdc("6").base_units, None)
    assert job.account.deposit == Usdc("6").base_units


async def _now(value: object) -> object:
    return value


async def test_an_extension_made_elsewhere_is_not_mixed_up(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4))
    elsewhere = await done(world.client("alice").renter.fetch_job(job.address))
    await done(elsewhere.extend(hours(1)))
    before = world.usdc("alice")
    with pytest.raises(errors.QuoteError, match=r"has 18000 s .* now, not 14400 s"):
        await done(job.extend(hours(2)))
    assert world.usdc("alice") == before
    await done(job.refresh())
    assert (await done(job.extend(hours(2)))).deposit == Usdc("17.43").base_units


async def test_an_extension_to_a_total_can_be_repeated_anywhere(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4))
    assert (await done(job.extend_to(hours(6)))).deposit == Usdc("14.94").base_units
    for again in (job, await done(world.client("alice").renter.fetch_job(job.address))):
        for total in (hours(6), hours(5)):
            settlement = await done(again.extend_to(total))
            assert (settlement.transaction, again.account.duration) == (None, hours(6))
    metered = await world.open_running(await world.post_offer(device="two"), hours(4), **METERED)
    for total in (Usdc("7"), Usdc("6"), Usdc("7")):
        await done(metered.extend_to(hours(5), total_deposit=total))
        assert metered.account.deposit == Usdc("7").base_units
    assert metered.account.duration == hours(5)


async def test_an_extension_needs_something_to_add(world: World) -> None:
    offer = await world.post_offer()
    rental = await world.open_running(offer, hours(4))
    metered = await world.open_running(await world.post_offer(device="two"), hours(4), **METERED)
    slot = world.net.vm.now().slot
    for call, error, rule in [
        (lambda: rental.extend(), errors.QuoteError, "adds nothing"),
        (lambda: metered.extend(deposit=0), errors.QuoteError, "adds nothing"),
        (lambda: rental.extend(1, deposit=1), errors.QuoteError, "price of its time"),
        (lambda: rental.extend_to(1, total_deposit=1), errors.QuoteError, "price of its time"),
        (lambda: rental.extend(-1), errors.DurationError, "duration -1"),
        (lambda: rental.extend(1.5), errors.DurationError, "duration 1.5"),
        (lambda: rental.extend_to(0), errors.DurationError, "total_duration 0"),
        (lambda: metered.extend(deposit=1.5), errors.AmountError, "deposit 1.5"),
    ]:
        with pytest.raises(error, match=rule):
            await done(call())
    assert world.net.vm.now().slot == slot
    await done(rental.end())
    with pytest.raises(WrongState):
        await done(rental.extend(hours(1)))
