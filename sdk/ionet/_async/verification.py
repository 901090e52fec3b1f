"""What all sides ask of the verification program: devices, attestors, epochs, reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solders.pubkey import Pubkey

from ionet._async.accounts import AsyncAccounts
from ionet.connection import AsyncConnection
from ionet.device_views import DeviceView
from ionet.devices import is_active
from ionet.epochs import epoch_at, offset_at
from ionet.errors import AccountNotFoundError, EpochNotReadyError
from ionet.filters import attestor_filter, device_filter
from ionet.programs.verification.accounts import (
    Attestor,
    Config,
    Device,
    Epoch,
    FreeIndex,
    Registry,
    Report,
)
from ionet.programs.verification.constants import EPOCH_ACCOUNTS, RANGE_SIZE
from ionet.programs.verification.pdas import (
    find_attestor,
    find_config,
    find_epoch,
    find_free_index,
    find_registry,
)
from ionet.reports import is_seeded


@dataclass(frozen=True, slots=True)
class EpochTime:
    """Where the chain's clock is.

    Attributes:
        number: The epoch.
        offset: Seconds since it began.
        unix_timestamp: The Unix second.
    """

    number: int
    offset: int
    unix_timestamp: int


class AsyncVerification:
    """The verification program of one network, to be read.

    Args:
        connection: The chain.
        program_id: The verification program.
    """

    def __init__(self, connection: AsyncConnection, program_id: Pubkey) -> None:
        self.program_id = program_id
        self._connection = connection
        self._accounts = AsyncAccounts(connection, program_id)
        self._genesis: int | None = None

    async def fetch_config(self) -> Config:
        """Return the parameters."""
        return await self._accounts.fetch(Config, find_config(program_id=self.program_id)[0])

    async def fetch_registry(self) -> Registry:
        """Return what hands out seats and indexes."""
        return await self._accounts.fetch(Registry, find_registry(program_id=self.program_id)[0])

    async def find_free_index(self, number: int) -> FreeIndex | None:
        """Return the freed index with this number in the queue; None when it is not there."""
        address = find_free_index(number, program_id=self.program_id)[0]
        return await self._accounts.find(FreeIndex, address)

    async def now(self) -> int:
        """Return the Unix second of the chain's clock."""
        return (await self._connection.get_clock()).unix_timestamp

    async def time(self) -> EpochTime:
        """Return where the clock is; ``EpochNotReadyError`` before genesis."""
        if self._genesis is None:  # written once
            self._genesis = (await self.fetch_config()).genesis
        now = await self.now()
        number = epoch_at(self._genesis, now)
        if number is None:
            raise EpochNotReadyError(f"clock {now}: epoch 0 begins at {self._genesis}")
        return EpochTime(number, offset_at(self._genesis, now), now)

    async def find_epoch(self, number: int) -> Epoch | None:
        """Return the epoch; None if it was not opened, or a later one has its account."""
        found = await self.find_epochs([number])
        return found[0] if found else None

    async def find_epochs(self, numbers: Sequence[int]) -> list[Epoch]:
        """Return those of these epochs that were opened and whose account no later one has."""
        wanted = {number % EPOCH_ACCOUNTS for number in numbers}
        addresses = [find_epoch(place, program_id=self.program_id)[0] for place in sorted(wanted)]
        found = await self._accounts.find_many(Epoch, addresses)
        return [epoch for epoch in found if epoch is not None and epoch.number in numbers]

    async def fetch_seeded_epoch(self, number: int) -> Epoch:
        """Return the epoch; ``EpochNotReadyError`` if it is not open or has no seed."""
        epoch = await self.find_epoch(number)
        if epoch is None:
            raise EpochNotReadyError(f"epoch {number}: is not open")
        if not is_seeded(epoch):
            raise EpochNotReadyError(f"epoch {number}: has no seed yet")
        return epoch

    async def find_device(self, address: Pubkey) -> Device | None:
        """Return the device, or None when it does not exist or is deregistered."""
        return await self._accounts.find(Device, address)

    async def fetch_device(self, address: Pubkey) -> Device:
        """Return the device; ``AccountNotFoundError`` when it does not exist."""
        device = await self.find_device(address)
        if device is None:
            raise AccountNotFoundError(f"device {address}: does not exist, or is deregistered")
        return device

    async def fetch_view(self, address: Pubkey) -> DeviceView:
        """Return the device at the chain's clock; errors as for ``fetch_device``."""
        return DeviceView(address, await self.fetch_device(address), await self.now())

    async def find_views(self, addresses: Sequence[Pubkey]) -> list[DeviceView | None]:
        """Return the devices at the chain's clock, None where one does not exist."""
        devices = await self._accounts.find_many(Device, addresses) if addresses else []
        now = await self.now()
        return [
            None if device is None else DeviceView(address, device, now)
            for address, device in zip(addresses, devices, strict=True)
        ]

    async def scan_devices(self, *, owner: Pubkey | None = None) -> list[DeviceView]:
        """Return all devices, or one owner's, at the chain's clock, by address."""
        found = await self._accounts.scan(Device, device_filter(owner=owner))
        now = await self.now()
        return [DeviceView(address, device, now) for address, device in found]

    async def scan_ranges(self, epoch: int) -> dict[int, list[DeviceView]]:
        """Return the devices that count in an epoch, by range and there by index."""
        ranges: dict[int, list[DeviceView]] = {}
        for view in await self.scan_devices():
            if is_active(view.account, epoch):
                ranges.setdefault(view.account.index // RANGE_SIZE, []).append(view)
        for views in ranges.values():
            views.sort(key=lambda view: view.account.index)
        return ranges

    async def find_attestor(self, authority: Pubkey) -> tuple[Pubkey, Attestor | None]:
        """Return the address of an authority's attestor, and the account or None."""
        address = find_attestor(authority, program_id=self.program_id)[0]
        return address, await self._accounts.find(Attestor, address)

    async def fetch_attestor(self, authority: Pubkey) -> tuple[Pubkey, Attestor]:
        """Return an authority's attestor; ``AccountNotFoundError`` if there is none."""
        address, attestor = await self.find_attestor(authority)
        if attestor is None:
            raise AccountNotFoundError(f"attestor {address} of {authority}: does not exist")
        return address, attestor

    async def fetch_attestor_at(self, address: Pubkey) -> Attestor:
        """Return the attestor with this account; ``AccountNotFoundError`` if there is none."""
        attestor = await self._accounts.find(Attestor, address)
        if attestor is None:
            raise AccountNotFoundError(f"attestor {address}: does not exist")
        return attestor

    async def scan_attestors(self) -> list[tuple[Pubkey, Attestor]]:
        """Return all attestors, by address."""
        return await self._accounts.scan(Attestor, attestor_filter())

    async def find_reports(self, addresses: Sequence[Pubkey]) -> list[Report | None]:
        """Return report accounts in the order asked for, None where one is not opened."""
        return await self._accounts.find_many(Report, addresses) if addresses else []
