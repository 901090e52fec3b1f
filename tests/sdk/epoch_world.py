"""Epochs for the tests of both clients: devices, and the windows of an epoch one by one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from solders.account import Account

from ionet import DeviceView, MemoryJournal, ReportCode
from ionet.epochs import epoch_at, starts_at
from ionet.localnet.actors import Actor
from ionet.localnet.genesis import DEFAULT_UNIX_TIME as GENESIS
from ionet.programs.verification.accounts import Registry
from ionet.programs.verification.constants import (
    COMMIT_WINDOW,
    EPOCH_SECONDS,
    REVEAL_DEADLINE,
    SEED_DELAY_SLOTS,
)
from ionet.programs.verification.pdas import find_device, find_registry
from tests.sdk.world import World, done

FINGERPRINT = bytes([7]) * 32


async def register(world: World, name: str = "gpu", owner: str = "bob", **changes: Any) -> Any:
    """Register a device of an H100 and return what the client returns."""
    fields: dict[str, Any] = {"gpu": "H100", "vram_gib": 80, "fingerprint": FINGERPRINT}
    key = Actor.named(name).keypair
    return await done(world.client(owner).provider.register_device(key, **{**fields, **changes}))


async def activate(world: World, name: str = "gpu", owner: str = "bob") -> DeviceView:
    """Register and activate a device."""
    device = (await register(world, name, owner)).device
    return (await done(world.client(owner).provider.activate_device(device))).device


def number(world: World) -> int:
    """Return the epoch of the clock."""
    found = epoch_at(GENESIS, world.net.vm.now().unix_timestamp)
    assert found is not None
    return found


def warp_to(world: World, offset: int) -> None:
    """Go to a second of the clock's epoch."""
    world.net.vm.warp_to(starts_at(GENESIS, number(world)) + offset)


async def next_epoch(world: World) -> int:
    """Go to the next epoch, open it and take its seed; return its number."""
    keeper = world.client("carol").keeper
    warp_to(world, EPOCH_SECONDS)
    await done(keeper.open_epoch())
    world.net.vm.advance_slots(SEED_DELAY_SLOTS + 1)
    await done(keeper.seed_epoch())
    return number(world)


class Reporter:
    """An attestor of the test and its journal, which outlives the clients that use it."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.journal: Any = MemoryJournal()

    @property
    def side(self) -> Any:
        """The attestor's side of a client that has just started."""
        return self.world.client(self.name, journal=self.journal).attestor

    async def commit(self, code: int = ReportCode.DEPLOYABLE) -> list[Any]:
        """Commit to the same code for every device of every duty."""
        duties = await done(self.side.duties())
        return [
            await done(
                self.side.commit(duty.range, duty.codes_of(dict.fromkeys(addresses(duty), code)))
            )
            for duty in duties
        ]

    async def reveal(self) -> list[Any]:
        """Reveal every duty."""
        return [await done(self.side.reveal(duty.range)) for duty in await done(self.side.duties())]


def addresses(duty: Any) -> list[Any]:
    """Return the addresses of a duty's devices."""
    return [device.address for device in duty.devices]


async def run_epoch(world: World, *reporters: Reporter, code: int = ReportCode.DEPLOYABLE) -> Any:
    """Run the next epoch with these attestors only, up to its tally; return the tally."""
    await next_epoch(world)
    for reporter in reporters:
        await reporter.commit(code)
    warp_to(world, COMMIT_WINDOW)
    for reporter in reporters:
        await reporter.reveal()
    warp_to(world, REVEAL_DEADLINE)
    return await done(world.client("carol").keeper.tally())


def write_fleet(world: World, template: DeviceView, indexes: Collection[int]) -> None:
    """Write active devices with these indexes, else as the first one is."""
    vm, program = world.net.vm, world.net.verification
    for index in indexes:
        key = Actor.named(f"fleet-{index}").pubkey
        address, bump = find_device(key, program_id=program)
        record = replace(template.account, index=index, device_key=key, bump=bump)
        vm.set_account(address, Account(10**9, record.encode(), program))
    address, _ = find_registry(program_id=program)
    account = vm.get_account(address)
    assert account is not None
    registry = Registry.decode(address, account, program_id=program)
    count = registry.active_devices + len(indexes)
    grown = replace(registry, index_count=max(indexes) + 1, active_devices=count)
    vm.set_account(address, Account(account.lamports, grown.encode(), program))
