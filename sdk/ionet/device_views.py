"""Devices as everybody sees them at a moment: pure, no network involved."""

from __future__ import annotations

from dataclasses import dataclass

from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.devices import (
    DeviceState,
    Result,
    carries_of,
    device_state,
    is_carried,
    is_eligible,
    nibble_of,
    result_of,
    seen_seconds,
)
from ionet.epochs import epoch_at
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import FOREVER, RING_EPOCHS
from ionet.programs.verification.enums import GpuClass, SupplySource


@dataclass(frozen=True, slots=True)
class EpochResult:
    """What one epoch found of a device.

    Attributes:
        epoch: Its number.
        result: The result.
        carries: How often in a row it was carried on from an earlier epoch; 0 if it is fresh.
    """

    epoch: int
    result: Result
    carries: int


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device at one Unix second.

    Attributes:
        address: Address of its account.
        account: The device as read.
        at: The chain's clock when it was read.
    """

    address: Pubkey
    account: Device
    at: int

    @property
    def state(self) -> DeviceState:
        """What it counts as (ADR 009); constant within an epoch."""
        return device_state(self.account, self.at)

    @property
    def is_carried(self) -> bool:
        """Whether the result that decides its state is from an earlier epoch."""
        return is_carried(self.account, self.at)

    @property
    def is_eligible(self) -> bool:
        """Whether a job may start on it."""
        return is_eligible(self.account, self.at)

    @property
    def is_active(self) -> bool:
        """Whether it holds an index; attestors report on it from the epoch after it took it."""
        return self.account.active_until == FOREVER

    @property
    def index(self) -> int | None:
        """Its place in the reports; None while it holds none."""
        return self.account.index if self.is_active else None

    @property
    def gpu(self) -> GpuClass | Unknown:
        """Class of its GPUs."""
        return self.account.class_

    @property
    def source(self) -> SupplySource | Unknown:
        """Where it comes from."""
        return self.account.source

    @property
    def owner(self) -> Pubkey:
        """Who registered it and is paid for it."""
        return self.account.owner

    def seen_seconds(self, since: int, until: int) -> int:
        """Return the seconds in ``[since, until)``, Unix seconds, in which it counts as seen.

        Of what lies ahead of the clock, as if nobody tallied any more.
        """
        return seen_seconds(self.account, since, until)

    def history(self, epochs: int = RING_EPOCHS) -> tuple[EpochResult, ...]:
        """Return the results of the last finished epochs, newest first; at most 256 are kept."""
        current = epoch_at(self.account.genesis, self.at) or 0
        oldest = max(current - min(epochs, RING_EPOCHS), 0)
        nibbles = [(epoch, nibble_of(self.account, epoch)) for epoch in range(oldest, current)]
        return tuple(
            EpochResult(epoch, result_of(nibble), carries_of(nibble))
            for epoch, nibble in reversed(nibbles)
        )


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """Which devices are wanted; None means any.

    Attributes:
        state: What it counts as.
        gpu: Class of its GPUs.
        source: Where it comes from.
        owner: Who registered it.
        is_eligible: Whether a job must be able to start on it.
    """

    state: DeviceState | None = None
    gpu: GpuClass | None = None
    source: SupplySource | None = None
    owner: Pubkey | None = None
    is_eligible: bool = False

    def matches(self, device: DeviceView) -> bool:
        """Return whether the device passes every filter."""
        return (
            (self.gpu is None or self.gpu is device.gpu)
            and (self.source is None or self.source is device.source)
            and (self.owner is None or self.owner == device.owner)
            and (self.state is None or self.state is device.state)
            and (device.is_eligible or not self.is_eligible)
        )
