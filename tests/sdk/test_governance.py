"""Governance through the client, and what a pause does and does not stop."""

import pytest

from ionet import GpuClass, Usdc, errors, hours
from ionet.programs.escrow.constants import PAUSE_ACCEPT, PAUSE_EXTEND, PAUSE_OPEN
from ionet.programs.escrow.errors import (
    EntriesPaused,
    MintNotAccepted,
    NotAuthority,
    NotPendingAuthority,
    RateTooLow,
)
from ionet.programs.escrow.events import Paused
from tests.sdk.world import World, done


async def test_parameters_that_are_not_given_stay(world: World) -> None:
    governance = world.client("governance").governance
    before = await done(governance.fetch_config())
    await done(governance.update_config(fee_bps=300))
    after = await done(governance.fetch_config())
    assert (after.fee_bps, after.guardian, after.treasury) == (
        300,
        before.guardian,
        before.treasury,
    )
    with pytest.raises(NotAuthority):
        await done(world.client("alice").governance.update_config(fee_bps=0))


async def test_a_fee_raised_after_reading_takes_no_money(world: World) -> None:
    offer = await world.post_offer()
    await done(world.client("governance").governance.update_config(fee_bps=1_000))
    with pytest.raises(errors.NotSentError, match="TermsChanged"):
        await done(world.client("alice").renter.open_job(offer, hours(4)))


async def test_authority_moves_in_two_steps(world: World) -> None:
    alice = world.client("alice")
    await done(world.client("governance").governance.propose_authority(alice.pubkey))
    with pytest.raises(NotPendingAuthority):
        await done(world.client("bob").governance.accept_authority())
    await done(alice.governance.accept_authority())
    assert (await done(alice.governance.fetch_config())).authority == alice.pubkey


async def test_a_pause_stops_entries_and_no_exit(world: World) -> None:
    offer = await world.post_offer()
    job = await world.open_running(offer, hours(4))
    everything = PAUSE_OPEN | PAUSE_ACCEPT | PAUSE_EXTEND
    landed = await done(world.client("guardian").governance.pause(everything))
    assert isinstance(landed.events[0], Paused)
    with pytest.raises(EntriesPaused):
        await done(job.extend(hours(1)))
    assert (await done(job.end())).refunded > 0
    await done(world.client("governance").governance.unpause())


async def test_minimum_rates_and_mints_bind_new_offers(world: World) -> None:
    governance = world.client("governance").governance
    usdc = world.net.usdc
    await done(governance.set_mint(0, usdc, min_rates={GpuClass.H100: Usdc("2.50")}))
    with pytest.raises(RateTooLow):
        await world.post_offer()
    await done(governance.set_mint(0, usdc, is_accepted=False))
    with pytest.raises(MintNotAccepted):
        await world.post_offer(rate=Usdc("2.50"))


async def test_a_client_without_signer_can_only_read(world: World) -> None:
    offer = await world.post_offer()
    reader = world.client(None)
    assert (await done(reader.renter.fetch_offer(offer.address))) == offer
    with pytest.raises(errors.SignerError, match="can only read"):
        await done(reader.renter.open_job(offer, hours(4)))
    with pytest.raises(errors.SignerError, match="can only read"):
        await done(reader.keeper.crank_all())
