"""One round of cranks leaves nothing due, and one bad payee holds up nobody else."""

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.token.state import TokenAccount, TokenAccountState

from ionet import JobKind, Usdc, hours
from ionet.cranks import Crank
from ionet.programs.escrow.constants import RENTAL_WINDOW, SYSTEM_PROGRAM
from ionet.tokens import find_associated_token_address
from tests.sdk.world import World, done


async def test_a_stranger_expires_a_request_for_its_tip(world: World) -> None:
    offer = await world.post_offer()
    job = await done(world.client("alice").renter.open_job(offer, hours(4), tip=20_000))
    keeper = world.client("carol").keeper
    assert (await done(keeper.crank_all())).steps == ()
    world.warp(300)
    before = world.lamports("carol")
    report = await done(keeper.crank_all())
    assert [(step.job, step.crank) for step in report.steps] == [(job.address, Crank.EXPIRE)]
    assert world.lamports("carol") == before + 20_000 - report.steps[0].settlement.transaction.fee


async def test_rounds_take_every_kind_of_job_to_its_end(world: World) -> None:
    before = {name: world.usdc(name) for name in ("alice", "bob", "treasury")}
    lamports = world.lamports("alice")
    offers = [await world.post_offer(device=f"gpu-{i}") for i in range(4)]
    renter = world.client("alice").renter
    await world.open_running(offers[0], hours(10))
    metered = await world.open_running(offers[1], hours(2), kind=JobKind.METERED, deposit=Usdc("5"))
    deliverable = await world.open_running(
        offers[2], hours(2), kind=JobKind.DELIVERABLE, deposit=Usdc("7")
    )
    await done(renter.open_job(offers[3], hours(1)))
    provider, keeper = world.client("bob").provider, world.client("carol").keeper
    await done(provider.redeem(await done(metered.sign_voucher(Usdc("3")))))
    await done(provider.submit_result(deliverable, bytes(32)))
    for seconds in (hours(8), hours(2), RENTAL_WINDOW, hours(24)):
        world.warp(seconds)
        report = await done(keeper.crank_all())
        assert report.failures == ()
        assert report.steps
        # One job still runs in the first round, and earns while the round lasts.
        assert seconds == hours(8) or (await done(keeper.crank_all())).steps == ()
    assert world.net.connection.get_program_accounts(world.net.escrow, data_size=225) == []
    earned = {"rental": 24_900_000, "metered": 3_000_000, "deliverable": 7_000_000}
    fees = sum(amount * 250 // 10_000 for amount in earned.values())
    assert before["alice"] - world.usdc("alice") == sum(earned.values())
    assert world.usdc("bob") - before["bob"] == sum(earned.values()) - fees
    assert world.usdc("treasury") - before["treasury"] == fees
    # Rent came back: only network fees of four openings are gone.
    assert lamports - world.lamports("alice") == 4 * 5_000


async def test_a_frozen_provider_is_reported_once_and_the_others_are_paid(world: World) -> None:
    offers = [await world.post_offer(device=f"gpu-{i}") for i in range(2)]
    jobs = {(await world.open_running(offer, hours(1))).address for offer in offers}
    bob = token_address(world, "bob")
    freeze(world, bob, TokenAccountState.Frozen)
    keeper = world.client("carol").keeper
    world.warp(hours(1) + RENTAL_WINDOW)
    before = world.usdc("treasury")
    report = await done(keeper.crank_all())
    assert report.failures == ()
    assert set(report.unpayable) == jobs
    assert world.usdc("treasury") - before == 2 * (2_490_000 * 250 // 10_000)
    # What cannot move is not paid for again.
    lamports = world.lamports("carol")
    for _ in range(3):
        report = await done(keeper.crank_all())
        assert (report.steps, report.failures, set(report.unpayable)) == ((), (), jobs)
    assert world.lamports("carol") == lamports
    freeze(world, bob, TokenAccountState.Initialized)
    report = await done(keeper.crank_all())
    assert {step.crank for step in report.steps} == {Crank.SETTLE}
    world.warp(hours(24))
    assert (await done(keeper.crank_all())).failures == ()
    assert world.net.connection.get_program_accounts(world.net.escrow, data_size=225) == []


async def test_a_frozen_provider_does_not_hold_up_the_books(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(24))
    freeze(world, token_address(world, "bob"), TokenAccountState.Frozen)
    world.warp(hours(10))
    report = await done(world.client("carol").keeper.crank_all())
    # Booking the time lets the treasury have its fee.
    assert [step.crank for step in report.steps] == [Crank.SETTLE, Crank.SWEEP_FEE]
    settlement = await done(job.settlement())
    assert settlement.paid == 0
    assert settlement.fee == report.steps[1].settlement.fee > 0


@pytest.mark.parametrize("how", ["missing", "given away"])
async def test_a_provider_without_his_token_account_is_unpayable(world: World, how: str) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(1))
    world.warp(hours(1) + RENTAL_WINDOW)
    bob = token_address(world, "bob")
    saved = world.net.vm.get_account(bob)
    if how == "missing":
        world.net.vm.set_account(bob, Account(0, b"", SYSTEM_PROGRAM))
    else:
        change(world, bob, owner=world.net.actor("carol").pubkey)
    keeper = world.client("carol").keeper
    report = await done(keeper.crank_all())
    assert (report.failures, report.unpayable) == ((), (job.address,))
    assert (await done(keeper.crank_all())).steps == ()
    world.net.vm.set_account(bob, saved)
    assert (await done(keeper.crank_all())).steps[0].settlement.paid > 0


async def test_a_frozen_vault_is_left_alone(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(1))
    freeze(world, job.at.vault, TokenAccountState.Frozen)
    keeper = world.client("carol").keeper
    world.warp(hours(1) + RENTAL_WINDOW)
    report = await done(keeper.crank_all())
    # Its states move on; what cannot be paid out is said, each by its own error.
    assert (await done(job.standing())).is_final
    assert report.unpayable == (job.address,)
    assert {type(failure.error).__name__ for failure in report.failures} == {"VaultFrozen"}
    lamports = world.lamports("carol")
    assert (await done(keeper.crank_all())).steps == ()
    assert world.lamports("carol") == lamports
    freeze(world, job.at.vault, TokenAccountState.Initialized)
    assert (await done(keeper.crank_all())).failures == ()


def token_address(world: World, name: str) -> Pubkey:
    """Return the address of the actor's USDC account."""
    return find_associated_token_address(world.net.actor(name).pubkey, world.net.usdc)


def freeze(world: World, address: Pubkey, state: TokenAccountState) -> None:
    """Set the state of a USDC account, whose mint has no freeze authority."""
    change(world, address, state=state)


def change(
    world: World,
    address: Pubkey,
    *,
    owner: Pubkey | None = None,
    state: TokenAccountState | None = None,
) -> None:
    """Set owner or state of a token account from outside."""
    account = world.net.vm.get_account(address)
    assert account is not None
    old = TokenAccount.from_bytes(account.data)
    data = TokenAccount(
        old.mint,
        old.owner if owner is None else owner,
        old.amount,
        None,
        old.state if state is None else state,
        None,
        0,
        None,
    )
    world.net.vm.set_account(address, Account(account.lamports, bytes(data), account.owner))
