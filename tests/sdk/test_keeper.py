"""One round of cranks leaves nothing due, and one bad payee holds up nobody else."""

from solders.account import Account
from solders.token.state import TokenAccount, TokenAccountState

from ionet import JobKind, Usdc, hours
from ionet.cranks import Crank
from ionet.programs.escrow.constants import RENTAL_WINDOW
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


async def test_a_frozen_payee_is_reported_and_the_others_are_paid(world: World) -> None:
    offers = [await world.post_offer(device=f"gpu-{i}") for i in range(2)]
    for offer in offers:
        await world.open_running(offer, hours(1))
    freeze(world, "bob", TokenAccountState.Frozen)
    keeper = world.client("carol").keeper
    world.warp(hours(1) + RENTAL_WINDOW)
    before = world.usdc("treasury")
    report = await done(keeper.crank_all())
    assert {failure.instruction for failure in report.failures} <= {"settle_job"}
    assert world.usdc("treasury") - before == 2 * (2_490_000 * 250 // 10_000)
    freeze(world, "bob", TokenAccountState.Initialized)
    assert (await done(keeper.crank_all())).failures == ()
    world.warp(hours(24))
    assert (await done(keeper.crank_all())).failures == ()
    assert world.net.connection.get_program_accounts(world.net.escrow, data_size=225) == []


def freeze(world: World, name: str, state: TokenAccountState) -> None:
    """Set the state of the actor's USDC account, which has no freeze authority."""
    owner = world.net.actor(name).pubkey
    address = find_associated_token_address(owner, world.net.usdc)
    account = world.net.vm.get_account(address)
    assert account is not None
    amount = TokenAccount.from_bytes(account.data).amount
    data = TokenAccount(world.net.usdc, owner, amount, None, state, None, 0, None)
    world.net.vm.set_account(address, Account(account.lamports, bytes(data), account.owner))
