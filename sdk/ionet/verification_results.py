"""What calls to the verification program return."""

from __future__ import annotations

from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from ionet.device_views import DeviceView
from ionet.errors import IonetError
from ionet.programs.verification.accounts import Attestor, Epoch
from ionet.report_journal import JournaledReport
from ionet.reports import ReportPlace
from ionet.results import Landed


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A device after a change.

    Attributes:
        device: The device as it is now.
        transaction: What brought it here.
    """

    device: DeviceView
    transaction: Landed = field(repr=False)

    @property
    def address(self) -> Pubkey:
        """Address of the device's account."""
        return self.device.address


@dataclass(frozen=True, slots=True)
class AttestorChange:
    """An attestor after it joined, exited or was evicted.

    Attributes:
        address: Address of its account.
        account: The attestor as it is now.
        transaction: What brought it here.
    """

    address: Pubkey
    account: Attestor
    transaction: Landed = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReportChange:
    """A report that is committed or revealed.

    Attributes:
        at: Where.
        report: What was journaled and sent.
        transaction: What landed it; None when it had landed before.
    """

    at: ReportPlace
    report: JournaledReport
    transaction: Landed | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class EpochChange:
    """An epoch after it was opened, rearmed or seeded.

    Attributes:
        epoch: The epoch as it is now.
        transaction: What brought it here; None when somebody had done it before.
    """

    epoch: Epoch
    transaction: Landed | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class EpochRound:
    """What a keeper did for an epoch.

    Attributes:
        number: Number of the epoch.
        transactions: What landed, in order.
        failures: What was due and failed; nothing else was held up by it.
        tallied: Devices that the tally decided; those that were decided before do not count.
    """

    number: int
    transactions: tuple[Landed, ...] = field(default=(), repr=False)
    failures: tuple[IonetError, ...] = ()
    tallied: int = 0
