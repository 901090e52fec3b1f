"""What became of the fleet: the counts, and what each epoch brought, told from its events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ionet.counts import Counts
from ionet.localnet.demo_record import Executed
from ionet.programs.verification.events import (
    DeviceTallied,
    EpochOpened,
    MissRecorded,
    ReportRevealed,
)


@dataclass(frozen=True, slots=True)
class EpochLine:
    """One finished epoch.

    Attributes:
        number: The epoch.
        seats: Seats that committees were drawn from.
        committee: Members of a committee; 0 where there were too few seats.
        reports: Reports revealed.
        missed: Reports that a member of a committee failed to reveal.
        devices: Devices tallied.
        counts: The published counts right after it.
    """

    number: int
    seats: int
    committee: int
    reports: int
    missed: int
    devices: int
    counts: Counts

    def to_json(self) -> dict[str, int]:
        """Return the figures by name, with the totals of the counts."""
        figures = {name: getattr(self, name) for name in self.__slots__ if name != "counts"}
        return figures | asdict(self.counts.total)


@dataclass(frozen=True, slots=True)
class PowerChange:
    """Something that happened to a device, and is written nowhere on-chain.

    Attributes:
        at: Unix second.
        owner: Name of the device's owner.
        action: ``unplug`` or ``plug``.
        device: What the device is called.
    """

    at: int
    owner: str
    action: str
    device: str


def follow_epochs(executed: Iterable[Executed], counts: Sequence[Counts]) -> tuple[EpochLine, ...]:
    """Return a line for each finished epoch.

    Args:
        executed: What landed.
        counts: The counts right after each of these epochs, from epoch 0 on.
    """
    opened: dict[int, EpochOpened] = {}
    events: Counter[tuple[type, int]] = Counter()
    for event in (event for transaction in executed for event in transaction.events):
        if isinstance(event, EpochOpened):
            opened[event.epoch_number] = event
        elif isinstance(event, ReportRevealed | MissRecorded | DeviceTallied):
            events[type(event), event.epoch_number] += 1
    return tuple(
        EpochLine(
            number=number,
            seats=opened[number].seats if number in opened else 0,
            committee=opened[number].committee_size if number in opened else 0,
            reports=events[ReportRevealed, number],
            missed=events[MissRecorded, number],
            devices=events[DeviceTallied, number],
            counts=after,
        )
        for number, after in enumerate(counts)
    )


def counts_to_json(counts: Counts) -> dict[str, Any]:
    """Return counts as a JSON object: time, totals, the same by class, and the digest."""
    return {
        "at": counts.at,
        **asdict(counts.total),
        "by_class": {name: asdict(tally) for name, tally in counts.by_class.items()},
        "sha256": counts.sha256,
    }
