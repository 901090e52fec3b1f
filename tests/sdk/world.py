"""One market for the tests of both clients.

A test body is written once, with ``done`` and ``collect`` around what the client returns: over the
async client they await, over the sync one they pass the value on.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from solders.account import Account
from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet import AsyncClient, Client, GpuClass, JobKind, OfferView, Usdc, hours
from ionet.errors import OutcomeUnknownError
from ionet.localnet.actors import Actor
from ionet.localnet.net import Localnet
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.pdas import find_device
from ionet.tokens import decode_token_account, find_associated_token_address
from tests.programs.harness.devices import new_device

T = TypeVar("T")

RATE = Usdc("2.49")


async def done(value: Awaitable[T] | T) -> T:
    """Return the value, awaited if it is awaitable."""
    return await value if inspect.isawaitable(value) else value  # type: ignore[return-value]


async def collect(values: AsyncIterable[T] | Iterable[T]) -> list[T]:
    """Return all values of a sync or async iterator."""
    if isinstance(values, AsyncIterable):
        return [value async for value in values]
    return list(values)


@dataclass
class World:
    """A localnet, and clients of one of the two kinds on it."""

    net: Localnet
    is_async: bool

    def client(self, name: str | None, **options: Any) -> Any:
        """Return a client that acts as the named actor; without a name it can only read."""
        signer = None if name is None else self.net.actor(name).keypair
        if self.is_async:
            return AsyncClient(self.net.async_connection, signer, **options)
        return Client(self.net.connection, signer, **options)

    def write_device(
        self,
        name: str = "gpu",
        owner: str = "bob",
        gpu: GpuClass = GpuClass.H100,
        **fields: Any,
    ) -> Pubkey:
        """Write the account of a device that always passes, whatever the epochs of this chain.

        Its genesis lies before the chain's: no test of money waits for epochs.
        """
        key = Actor.named(name)
        record = new_device(key, owner=self.net.actor(owner).pubkey, class_=gpu, **fields)
        address = find_device(key.pubkey, program_id=self.net.verification)[0]
        lamports = self.net.connection.get_minimum_balance(Device.LENGTH)
        account = Account(lamports, record.encode(), self.net.verification)
        self.net.vm.set_account(address, account)
        return address

    async def post_offer(
        self,
        provider: str = "bob",
        device: str = "gpu",
        gpu: GpuClass = GpuClass.H100,
        fields: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> OfferView:
        """Post an offer for 1 h to 48 h of any kind at ``RATE``, of a device that always passes.

        ``fields`` are of the device, ``changes`` of the terms.
        """
        terms: dict[str, Any] = {
            "rate": RATE,
            "min": hours(1),
            "max": hours(48),
            "kinds": (JobKind.RENTAL, JobKind.METERED, JobKind.DELIVERABLE),
        }
        address = self.write_device(device, provider, gpu, **(fields or {}))
        posting = self.client(provider).provider.post_offer(address, **{**terms, **changes})
        return (await done(posting)).offer

    async def open_running(self, offer: OfferView, duration: int, **options: Any) -> Any:
        """Open a job as alice and accept it as bob."""
        job = await done(self.client("alice").renter.open_job(offer, duration, **options))
        await done(self.client("bob").provider.accept(job))
        return job

    def usdc(self, name: str) -> int:
        """Return the actor's USDC in base units."""
        address = find_associated_token_address(self.net.actor(name).pubkey, self.net.usdc)
        account = self.net.vm.get_account(address)
        assert account is not None
        return decode_token_account(address, account).amount

    def lamports(self, name: str) -> int:
        """Return the actor's lamports."""
        account = self.net.vm.get_account(self.net.actor(name).pubkey)
        return 0 if account is None else account.lamports

    def warp(self, seconds: int) -> None:
        """Let time pass."""
        self.net.vm.warp(seconds)


def lose_answer(monkeypatch: Any, market: Any, number: int) -> None:
    """Let the ``number``-th transaction from now on land, and lose what the network answers."""
    land, count = market.land, iter(range(1, 1_000))

    async def landing(*args: Any) -> Any:
        landed = await done(land(*args))
        _raise_if(next(count) == number)
        return landed

    def sync_landing(*args: Any) -> Any:
        landed = land(*args)
        _raise_if(next(count) == number)
        return landed

    is_async = inspect.iscoroutinefunction(land)
    monkeypatch.setattr(market, "land", landing if is_async else sync_landing)


def _raise_if(is_lost: bool) -> None:
    if is_lost:
        raise OutcomeUnknownError(signature=Signature.default(), last_valid_block_height=0)


def overtake(monkeypatch: Any, network: Any, *acts: Callable[[], Any]) -> None:
    """Let each act happen just before one of the next transactions of ``network`` is sent."""
    land, waiting = network.land, list(acts)

    async def landing(*args: Any) -> Any:
        if waiting:
            await done(waiting.pop(0)())
        return await done(land(*args))

    def sync_landing(*args: Any) -> Any:
        if waiting:
            waiting.pop(0)()
        return land(*args)

    is_async = inspect.iscoroutinefunction(land)
    monkeypatch.setattr(network, "land", landing if is_async else sync_landing)
