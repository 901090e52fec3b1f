"""Lives of devices, told in full, for ``tests/vectors/devices.json``.

A life is what happened: activations, results, heartbeats. What an account stores of it and what it
reads as both follow from it epoch by epoch (docs/adr/009-devices-and-epochs.md); nothing here
looks at a ring to answer a question about the device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

GENESIS = 1_800_000_000
EPOCH = 21_600
RING = 256
FOREVER = 2**32 - 1
UNSEEN, ALIVE, PASSED, DEPLOYABLE = range(4)
STATES = ("not_counted", "unverified", "hired", "verified", "cluster_ready")

Case = dict[str, Any]


def start(epoch: int) -> int:
    """Return the first second of an epoch."""
    return GENESIS + epoch * EPOCH


def later(nibble: int) -> int:
    """Return the nibble of an undecided epoch after one with this nibble."""
    result, carries = nibble % 4, nibble // 4
    return result + 4 * (carries + 1) if result != UNSEEN and carries < 2 else UNSEEN


def pack(nibbles: Mapping[int, int]) -> str:
    """Return the ring that holds these nibbles, by epoch, as hex; the newer of two epochs stays."""
    places = [0] * RING
    for epoch in sorted(nibbles):
        places[epoch % RING] = nibbles[epoch]
    return bytes(low + 16 * high for low, high in zip(*[iter(places)] * 2, strict=True)).hex()


@dataclass(frozen=True, kw_only=True)
class Life:
    """What happened to a device.

    Attributes:
        spells: Epochs of each activation and of the deactivation after it, None while active.
        results: Outcome by tallied epoch; None where the tally was undecided.
        beats: Unix seconds of all heartbeats, ascending; the first is the registration.
    """

    spells: tuple[tuple[int, int | None], ...] = ()
    results: Mapping[int, int | None] = field(default_factory=dict[int, int | None])
    beats: tuple[int, ...] = (GENESIS,)

    @property
    def tallied_to(self) -> int:
        """The newest epoch that a tally or an activation has written."""
        return max([0, *self.results, *(activated for activated, _ in self.spells)])

    @cached_property
    def nibbles(self) -> list[int]:
        """The nibble of every epoch up to four after the last that anything happened in."""
        nibbles = [UNSEEN]
        for epoch in range(1, self.last + 5):
            outcome = self.results.get(epoch)
            decided = later(nibbles[-1]) if outcome is None else outcome
            nibbles.append(decided if self.is_active(epoch) else UNSEEN)
        return nibbles

    @property
    def last(self) -> int:
        """The last epoch that anything happened in."""
        ends = [end for spell in self.spells for end in spell if end is not None]
        return max([self.tallied_to, *ends, (self.beats[-1] - GENESIS) // EPOCH])

    def is_active(self, epoch: int) -> bool:
        """Tell whether it held an index: from the epoch after an activation on."""
        return any(
            activated < epoch < (FOREVER if until is None else until)
            for activated, until in self.spells
        )

    def nibble(self, epoch: int) -> int:
        """Return the nibble of any epoch, unseen where the ring no longer holds it."""
        is_kept = self.tallied_to - RING < epoch < len(self.nibbles) and epoch >= 0
        return self.nibbles[epoch] if is_kept else UNSEEN

    def state(self, t: int) -> str:
        """Return the state at a second."""
        epoch = (t - GENESIS) // EPOCH
        result = self.nibble(epoch - 1) % 4
        if result != UNSEEN:
            return STATES[result + 1]
        before = [beat for beat in self.beats if beat < start(epoch)]
        is_connected = bool(before) and start(epoch - 120) <= before[-1]
        return STATES[is_connected]

    def is_eligible(self, t: int) -> bool | None:
        """Tell whether it may be accepted for a job; None before its last activation.

        An account forgets when it was active before: nobody is accepted in the past.
        """
        epoch = (t - GENESIS) // EPOCH
        if self.spells and epoch < self.spells[-1][0]:
            return None
        runs = ([DEPLOYABLE] + [ALIVE] * hired for hired in range(5))
        past = [self.nibble(e) % 4 for e in range(epoch - 5, epoch)]
        return self.is_active(epoch) and any(past[-len(run) :] == run for run in runs)

    def seen(self, since: int, until: int) -> int:
        """Return the seen seconds of an interval: epoch by epoch, those it covers."""
        return sum(
            max(0, min(until, start(e + 2)) - max(since, start(e + 1)))
            for e in range(len(self.nibbles))
            if self.nibble(e) % 4 != UNSEEN
        )

    def account(self) -> Case:
        """Return the fields that the account stores."""
        activated, until = self.spells[-1] if self.spells else (-1, 0)
        latest = self.beats[-1]
        of_latest = (latest - GENESIS) // EPOCH
        earlier = [beat for beat in self.beats if beat < start(of_latest)]
        written = {e: self.nibble(e) for e in range(self.tallied_to + 1)}
        return {
            "genesis": GENESIS,
            "heartbeat": latest,
            "earlier_heartbeat": earlier[-1] if earlier else 0,
            "active_from": activated + 1,
            "active_until": FOREVER if until is None else until,
            "tallied_to": self.tallied_to,
            "ring": pack(written),
        }
