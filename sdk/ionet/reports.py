"""Whose report is due where: the places of an epoch's committees, and what stands at them.

Pure: everything follows from an ``Epoch`` account, which never changes once it has its seed, and an
attestor's seats (docs/adr/010-committees-and-reports.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solders.pubkey import Pubkey

from ionet.committees import draw_committee
from ionet.device_views import DeviceView
from ionet.errors import ArgumentError
from ionet.programs.verification.accounts import Attestor, Epoch, Report
from ionet.programs.verification.constants import RANGE_SIZE, REPORT_HISTORY
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.pdas import find_report


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """One place in the committee of a range, in one epoch.

    Attributes:
        epoch: Number of the epoch.
        range: Device indexes divided by 1,024.
        place: Place in the committee, from 0.
        seat: The seat that was drawn for it.
        address: The place's ``Report`` account, used again every epoch.
    """

    epoch: int
    range: int
    place: int
    seat: int
    address: Pubkey


@dataclass(frozen=True, slots=True)
class Duty:
    """A report that an attestor owes in one epoch.

    Attributes:
        at: Where.
        indexes: Indexes that the range has in the epoch; a report has a code for each.
        devices: The devices to report on, by index; indexes that nobody holds are left out.
    """

    at: ReportPlace
    indexes: int
    devices: tuple[DeviceView, ...]

    @property
    def range(self) -> int:
        """The range: device indexes divided by 1,024."""
        return self.at.range

    @property
    def place(self) -> int:
        """The place in the committee."""
        return self.at.place

    def codes_of(self, found: Mapping[Pubkey, ReportCode | int]) -> tuple[int, ...]:
        """Return the codes by index, from those by device address; no answer where none is given.

        Raises:
            ArgumentError: a device of ``found`` is none of this duty.
        """
        codes = [int(ReportCode.NO_ANSWER)] * self.indexes
        left = dict(found)
        for device in self.devices:
            codes[device.account.index % RANGE_SIZE] = int(left.pop(device.address, 0))
        if left:
            raise ArgumentError(f"device {next(iter(left))}: is not in range {self.range}")
        return tuple(codes)


def is_seeded(epoch: Epoch) -> bool:
    """Tell whether the epoch has its seed."""
    return epoch.seed_slot != 0


def range_count(epoch: Epoch) -> int:
    """Return how many ranges the epoch has reports on."""
    return -(-epoch.index_count // RANGE_SIZE)


def index_count_of(epoch: Epoch, range_: int) -> int:
    """Return how many indexes of a range the epoch has; the last range may have fewer."""
    return max(min(epoch.index_count - range_ * RANGE_SIZE, RANGE_SIZE), 0)


def report_places(epoch: Epoch, range_: int, *, program_id: Pubkey) -> tuple[ReportPlace, ...]:
    """Return the places of a range's committee in an epoch that has its seed, in order."""
    seats = draw_committee(epoch.seed, epoch.number, range_, epoch.seats, epoch.committee_size)
    return tuple(
        ReportPlace(
            epoch.number, range_, place, seat, find_report(range_, place, program_id=program_id)[0]
        )
        for place, seat in enumerate(seats)
    )


def all_places(epoch: Epoch, *, program_id: Pubkey) -> tuple[ReportPlace, ...]:
    """Return the places of all committees of an epoch, by range and place."""
    return tuple(
        place
        for range_ in range(range_count(epoch))
        for place in report_places(epoch, range_, program_id=program_id)
    )


def seat_at(attestor: Attestor, epoch: int) -> int | None:
    """Return the seat that an attestor serves in an epoch, the newest that counts by then.

    None before its first seat counts, once it has exited, and where three later seats have taken
    the place of the one it had.
    """
    if epoch >= attestor.active_until:
        return None
    for since, seat in zip(attestor.seats_since, attestor.seats, strict=True):
        if 0 < since <= epoch:
            return seat
    return None


def is_committed(report: Report, epoch: int) -> bool:
    """Tell whether somebody has committed at the report's place in the epoch."""
    # An account that was never used says epoch 0.
    return report.epoch == epoch and report.attestor != Pubkey.default()


def is_settled(report: Report, epoch: int) -> bool:
    """Tell whether the outcome in the epoch is written: revealed, or a recorded miss."""
    at = epoch % REPORT_HISTORY
    return report.history_epochs[at] == epoch and report.history_attestors[at] != Pubkey.default()
