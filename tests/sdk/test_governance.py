"""Governance through the client, and what a pause does and does not stop."""

import dataclasses

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet import GpuClass, Usdc, errors, hours
from ionet.localnet.actors import GENESIS_AUTHORITY, GOVERNANCE
from ionet.programs.escrow.constants import PAUSE_ACCEPT, PAUSE_EXTEND, PAUSE_OPEN, SYSTEM_PROGRAM
from ionet.programs.escrow.errors import (
    EntriesPaused,
    MintNotAccepted,
    NotAuthority,
    NotPendingAuthority,
    RateTooLow,
)
from ionet.programs.escrow.events import Paused
from ionet.programs.verification import errors as verification
from ionet.programs.verification.constants import PAUSE_ACTIVATE, PAUSE_JOIN, PAUSE_REGISTER
from ionet.programs.verification.events import Paused as VerificationPaused
from ionet.programs.verification.pdas import find_config, find_epoch_ring, find_registry
from tests.sdk.epoch_world import activate, register
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


async def test_the_verification_program_has_parameters_of_its_own(world: World) -> None:
    governance = world.client("governance").governance
    before, escrow = (
        await done(governance.verification.fetch_config()),
        await done(governance.fetch_config()),
    )
    await done(governance.verification.update_config(committee_size=5, min_attestors=3))
    after = await done(governance.verification.fetch_config())
    assert after == dataclasses.replace(before, committee_size=5, min_attestors=3)
    changes = {"attestor_bond": 2 * 10**9, "activation_deposit": 10**7 + 1}
    await done(governance.verification.update_config(**changes))
    bob = world.client("bob")
    await done(governance.verification.update_config(guardian=bob.pubkey))
    after = await done(governance.verification.fetch_config())
    assert after == dataclasses.replace(
        before, committee_size=5, min_attestors=3, guardian=bob.pubkey, **changes
    )
    assert await done(governance.fetch_config()) == escrow
    with pytest.raises(verification.InvalidCommitteeSize):
        await done(governance.verification.update_config(committee_size=22))
    with pytest.raises(verification.NotAuthority):
        await done(bob.governance.verification.update_config(committee_size=9))


async def test_authority_over_verification_moves_in_two_steps(world: World) -> None:
    alice, governance = world.client("alice"), world.client("governance").governance
    await done(governance.verification.propose_authority(alice.pubkey))
    with pytest.raises(verification.NotPendingAuthority):
        await done(world.client("bob").governance.verification.accept_authority())
    await done(governance.verification.propose_authority(Pubkey.default()))
    with pytest.raises(verification.NotPendingAuthority):
        await done(alice.governance.verification.accept_authority())
    await done(governance.verification.propose_authority(alice.pubkey))
    await done(alice.governance.verification.accept_authority())
    config = await done(alice.governance.verification.fetch_config())
    assert config.authority == alice.pubkey
    # The escrow's authority is another office.
    escrow = await done(governance.fetch_config())
    assert escrow.authority == world.client("governance").pubkey
    with pytest.raises(verification.NotAuthority):
        await done(governance.verification.unpause())


async def test_a_pause_of_verification_stops_entries_and_no_exit(world: World) -> None:
    device = await activate(world)
    await done(world.client("alice").attestor.join())
    everything = PAUSE_REGISTER | PAUSE_ACTIVATE | PAUSE_JOIN
    guardian = world.client("guardian").governance.verification
    with pytest.raises(verification.NotGuardian):
        await done(world.client("bob").governance.verification.pause(everything))
    landed = await done(guardian.pause(everything))
    assert isinstance(landed.events[0], VerificationPaused)
    with pytest.raises(verification.EntriesPaused):
        await register(world, "gpu-2")
    with pytest.raises(verification.EntriesPaused):
        await done(world.client("carol").attestor.join())
    await done(world.client("alice").attestor.exit())
    await done(world.client("bob").provider.deactivate_device(device))
    with pytest.raises(verification.EntriesPaused):
        await done(world.client("bob").provider.activate_device(device))
    await done(world.client("governance").governance.verification.unpause())
    await register(world, "gpu-2")
    with pytest.raises(verification.PauseTooSoon):
        await done(guardian.pause(PAUSE_JOIN))


async def test_parameters_of_verification_are_created_once_by_the_genesis_authority(
    world: World,
) -> None:
    governance = world.client("governance").governance.verification
    now = await done(governance.fetch_config())
    parameters = {
        "authority": now.authority,
        "guardian": now.guardian,
        "genesis": world.net.vm.now().unix_timestamp + 60,
        "committee_size": now.committee_size,
        "min_attestors": now.min_attestors,
        "attestor_bond": now.attestor_bond,
        "activation_deposit": now.activation_deposit,
    }
    with pytest.raises(verification.NotGenesisAuthority):
        await done(governance.initialize_config(GOVERNANCE.keypair, **parameters))
    with pytest.raises(verification.AlreadyInUse):
        await done(governance.initialize_config(GENESIS_AUTHORITY.keypair, **parameters))
    for address, _ in (find_config(), find_registry(), find_epoch_ring()):
        world.net.vm.set_account(address, Account(0, b"", SYSTEM_PROGRAM))
    await done(governance.initialize_config(GENESIS_AUTHORITY.keypair, **parameters))
    again = await done(governance.fetch_config())
    assert again == dataclasses.replace(now, genesis=parameters["genesis"])
