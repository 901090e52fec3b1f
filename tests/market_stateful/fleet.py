"""The verification program in plain Python: seats, epochs and the queue of indexes.

Seats are whole lists by the epoch from which they count; a committee is looked up in the list of
its epoch, apart from what each attestor's account says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ionet.committees import draw_committee
from ionet.localnet.actors import Actor
from tests.market_stateful.devices import Device
from tests.market_stateful.world import FLEET, GUESTS, SEATED
from tests.programs.harness.world import Listing
from tests.stateful.devices import EPOCH
from tests.stateful.model import Refused
from tests.verification.harness.rounds import Ballot
from tests.verification.harness.world import BOND, DEPOSIT, GENESIS

OPEN_UNTIL, COMMIT_UNTIL, REVEAL_UNTIL = 7_200, 10_800, 16_200
MISSES_FOR = 28
SEED_DELAY, KEPT_HASHES = 32, 512
SEATS_KEPT, ACCOUNTS = 3, 32


@dataclass
class EpochModel:
    """An epoch that was opened.

    Attributes:
        slot: What the seed is waited for from.
        seats: Who sits where.
        size: Members of the committee.
        seed: None before it is taken.
        sealed: Who committed and to what, by place.
        revealed: What was revealed, by place.
        missed: Places recorded as missed.
    """

    number: int
    slot: int
    seats: tuple[Actor, ...]
    size: int
    seed: bytes | None = None
    sealed: dict[int, tuple[Actor, bytes]] = field(default_factory=dict)
    revealed: dict[int, Ballot] = field(default_factory=dict)
    missed: set[int] = field(default_factory=set)

    @property
    def start(self) -> int:
        """First second."""
        return GENESIS + self.number * EPOCH

    def members(self) -> tuple[Actor, ...]:
        """Return the committee by place; nobody without a seed."""
        if self.seed is None:
            return ()
        drawn = draw_committee(self.seed, self.number, 0, len(self.seats), self.size)
        return tuple(self.seats[seat] for seat in drawn)


@dataclass
class AttestorModel:
    """One life of an attestor's account: seats by the epoch from which they count."""

    bond: int
    seats: dict[int, int]
    until: int | None = None
    revealed: Counter[int] = field(default_factory=Counter)
    missed: Counter[int] = field(default_factory=Counter)

    def seat_at(self, epoch: int) -> int | None:
        """Return the seat served in an epoch, as far as the account remembers."""
        if self.until is not None and epoch >= self.until:
            return None
        known = [since for since in sorted(self.seats)[-SEATS_KEPT:] if since <= epoch]
        return self.seats[known[-1]] if known else None


class Fleet:
    """All that the verification program knows.

    Attributes:
        seated: Who sits where, by the epoch from which the list counts.
        queue: Freed indexes, oldest first.
        taken: How many have left the queue.
        indexes: How many were ever handed out.
        opened: Epochs that were opened.
    """

    def __init__(self) -> None:
        self.devices = {listing: Device(GENESIS) for listing in FLEET}
        first = GUESTS[:SEATED]
        self.seated: dict[int, tuple[Actor, ...]] = {0: (), 1: first}
        self.attestors = {guest: AttestorModel(BOND, {1: seat}) for seat, guest in enumerate(first)}
        self.queue: list[int] = []
        self.taken = 0
        self.indexes = 0
        self.opened: dict[int, EpochModel] = {0: EpochModel(0, 0, (), 0)}
        self.committee_size, self.min_attestors = 3, 2
        self.bond, self.deposit = BOND, DEPOSIT

    # Reading

    def seats_in(self, epoch: int) -> tuple[Actor, ...]:
        """Return who sits where in an epoch."""
        return self.seated[max(since for since in self.seated if since <= epoch)]

    @property
    def seats(self) -> tuple[Actor, ...]:
        """Who sits where from the next epoch on."""
        return self.seated[max(self.seated)]

    def at_place_of(self, number: int) -> EpochModel:
        """Return what the account of an epoch holds, this one or an earlier one."""
        held = [epoch for epoch in self.opened if epoch % ACCOUNTS == number % ACCOUNTS]
        if not held:
            raise Refused("WrongAccountOwner")
        return self.opened[max(held)]

    def epoch(self, number: int) -> EpochModel:
        """Return an epoch whose account is still there."""
        epoch = self.at_place_of(number)
        if epoch.number != number:
            raise Refused("WrongEpoch")
        return epoch

    def total(self, epoch: int) -> int:
        """Return the weight of devices deployable by a fresh result."""
        return sum(device.earns_in(epoch) for device in self.devices.values())

    def holder_of(self, index: int) -> Listing | None:
        """Return which device holds an index now."""
        return next(
            (
                listing
                for listing, device in self.devices.items()
                if device.life is not None and device.is_active and device.life.index == index
            ),
            None,
        )


def epoch_at(now: int) -> int:
    """Return the epoch of a second."""
    return (now - GENESIS) // EPOCH
