"""A client's signer, payer and connection."""

from typing import Any

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet import AsyncClient, Client, errors, hours
from ionet.programs.escrow.errors import NotProvider
from tests.sdk.world import World, done


class Device:
    """A signer that is no key pair, as a hardware wallet is none."""

    def __init__(self, keypair: Keypair) -> None:
        self._keypair = keypair
        self.signed = 0

    def pubkey(self) -> Pubkey:
        return self._keypair.pubkey()

    def sign_message(self, message: bytes) -> Signature:
        self.signed += 1
        return self._keypair.sign_message(message)


class Closable:
    """Counts how often it is closed."""

    def __init__(self, *, is_async: bool) -> None:
        self.closed = 0
        self._is_async = is_async

    def close(self) -> Any:
        self.closed += 1
        return done(None) if self._is_async else None


async def test_any_signer_can_act(world: World) -> None:
    offer = await world.post_offer()
    device = Device(world.net.actor("alice").keypair)
    make = AsyncClient if world.is_async else Client
    connection: Any = world.net.async_connection if world.is_async else world.net.connection
    job = await done(make(connection, device).renter.open_job(offer, hours(4)))
    assert device.signed == 1
    assert job.account.client == device.pubkey()


async def test_a_payer_takes_over_fees_and_rent_and_gets_the_rent_back(world: World) -> None:
    offer = await world.post_offer()
    carol = world.net.actor("carol")
    alice_before, carol_before = world.lamports("alice"), world.lamports("carol")
    client = world.client("alice", payer=carol.keypair)
    job = await done(client.renter.open_job(offer, hours(4), tip=20_000))
    assert world.lamports("alice") == alice_before
    locked = carol_before - world.lamports("carol")
    assert 4_496_160 + 20_000 < locked < 4_540_000
    await done(job.end())
    world.warp(hours(24))
    await done(world.client("bob").keeper.close(job))
    fees = 2 * 2 * 5_000
    assert carol_before - world.lamports("carol") == fees


async def test_a_landed_failure_raises_its_program_error_and_costs_the_fee(world: World) -> None:
    offer = await world.post_offer()
    job = await done(world.client("alice").renter.open_job(offer, hours(4)))
    before = world.lamports("carol")
    careless = world.client("carol", unit_limit=100_000)
    with pytest.raises(NotProvider) as caught:
        await done(careless.provider.accept(job))
    assert isinstance(caught.value, errors.TransactionFailedError)
    assert caught.value.signature is not None
    assert world.lamports("carol") == before - 5_000
    careful = world.client("carol")
    with pytest.raises(NotProvider) as caught:
        await done(careful.provider.accept(job))
    assert isinstance(caught.value, errors.NotSentError)
    assert world.lamports("carol") == before - 5_000


async def test_leaving_the_context_closes_the_connection() -> None:
    connection: Any = Closable(is_async=False)
    with Client(connection) as client:
        assert client.connection is connection
    assert connection.closed == 1
    connection = Closable(is_async=True)
    async with AsyncClient(connection):
        pass
    assert connection.closed == 1


def test_a_missing_key_file_is_one_clear_error() -> None:
    connection: Any = Closable(is_async=False)
    with pytest.raises(errors.SignerError, match=r"key file renter\.json: does not exist"):
        Client(connection, signer="renter.json")
