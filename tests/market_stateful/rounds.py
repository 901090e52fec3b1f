"""What an epoch is made of: opened, seeded, committed, revealed, tallied, and misses recorded.

Each function refuses before it changes anything, guard by guard.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from ionet.committees import unpack_codes
from ionet.localnet.actors import Actor
from ionet.localnet.clock import BlockClock
from tests.market_stateful.devices import Device, reason, verdict
from tests.market_stateful.fleet import (
    COMMIT_UNTIL,
    KEPT_HASHES,
    MISSES_FOR,
    OPEN_UNTIL,
    REVEAL_UNTIL,
    SEED_DELAY,
    EpochModel,
    Fleet,
    epoch_at,
)
from tests.stateful.devices import EPOCH, UNSEEN
from tests.stateful.model import Refused
from tests.verification.harness.rounds import Ballot
from tests.verification.harness.world import GENESIS


class Seed(Enum):
    """What the list of blocks says of a seed: the last 512 slots, none of which is empty here."""

    AHEAD = auto()
    THERE = auto()
    LOST = auto()


def seed_of(epoch: EpochModel, slot: int) -> Seed:
    """Return whether the seed can be taken in a slot."""
    due = epoch.slot + SEED_DELAY
    if due >= slot:
        return Seed.AHEAD
    return Seed.THERE if due >= slot - KEPT_HASHES else Seed.LOST


def _second_of(epoch: EpochModel, now: int) -> int:
    if not 0 <= now - epoch.start < EPOCH:
        raise Refused("EpochNotCurrent")
    return now - epoch.start


def open_(fleet: Fleet, number: int, now: int, slot: int) -> None:
    """Fix what the epoch is drawn from."""
    if number != epoch_at(now):
        raise Refused("EpochNotCurrent")
    if (now - GENESIS) % EPOCH >= OPEN_UNTIL:
        raise Refused("OpenTooLate")
    if number in fleet.opened:
        raise Refused("EpochOpen")
    seats = fleet.seats_in(number)
    size = 0 if len(seats) < fleet.min_attestors else min(fleet.committee_size, len(seats))
    fleet.opened[number] = EpochModel(number, slot, seats, size)


def rearm(epoch: EpochModel, now: int, slot: int) -> None:
    """Wait for another seed, as this one is lost."""
    if _second_of(epoch, now) >= OPEN_UNTIL:
        raise Refused("OpenTooLate")
    if epoch.seed is not None:
        raise Refused("EpochSeeded")
    if seed_of(epoch, slot) is not Seed.LOST:
        raise Refused("RearmTooEarly")
    epoch.slot = slot


def seed(epoch: EpochModel, now: int, clock: BlockClock) -> None:
    """Take the hash of the block that was waited for."""
    if _second_of(epoch, now) >= COMMIT_UNTIL:
        raise Refused("SeedTooLate")
    if epoch.seed is not None:
        raise Refused("EpochSeeded")
    match seed_of(epoch, clock.slot):
        case Seed.AHEAD:
            raise Refused("SeedTooEarly")
        case Seed.LOST:
            raise Refused("SeedExpired")
        case Seed.THERE:
            epoch.seed = bytes(dict(clock.slot_hashes())[epoch.slot + SEED_DELAY])


def commit(fleet: Fleet, ballot: Ballot, commitment: bytes, now: int) -> None:
    """Bind a member to whatever the commitment opens to."""
    attestor = fleet.attestors.get(ballot.attestor)
    if attestor is None:
        raise Refused("WrongAccountOwner")
    epoch = fleet.epoch(ballot.epoch)
    second = _second_of(epoch, now)
    if epoch.seed is None:
        raise Refused("EpochNotSeeded")
    if second >= COMMIT_UNTIL:
        raise Refused("CommitTooLate")
    _expect_place(fleet, epoch, ballot.place)
    if attestor.seat_at(epoch.number) is None:
        raise Refused("AttestorExited")
    members = epoch.members()
    if ballot.attestor not in members:
        raise Refused("NotInCommittee")
    if members[ballot.place] is not ballot.attestor:
        raise Refused("WrongPlace")
    if ballot.place in epoch.sealed:
        raise Refused("AlreadyCommitted")
    epoch.sealed[ballot.place] = (ballot.attestor, commitment)


def reveal(fleet: Fleet, ballot: Ballot, now: int) -> None:
    """Show what was committed to."""
    if ballot.attestor not in fleet.attestors:
        raise Refused("WrongAccountOwner")
    epoch = fleet.epoch(ballot.epoch)
    second = _second_of(epoch, now)
    if second < COMMIT_UNTIL:
        raise Refused("RevealTooEarly")
    if second >= REVEAL_UNTIL:
        raise Refused("RevealTooLate")
    member, commitment = epoch.sealed.get(ballot.place, (None, b""))
    if member is not ballot.attestor:
        raise Refused("NotCommitted")
    if ballot.place in epoch.revealed:
        raise Refused("AlreadyRevealed")
    if commitment != ballot.commitment:
        raise Refused("RevealMismatch")
    epoch.revealed[ballot.place] = ballot
    fleet.attestors[ballot.attestor].revealed[ballot.epoch] += 1


def tally(fleet: Fleet, number: int, devices: Sequence[Device], now: int) -> None:
    """Decide devices by what was revealed; those that were decided stay as they are."""
    epoch = fleet.epoch(number)
    second = now - epoch.start
    if second < REVEAL_UNTIL:
        raise Refused("TallyTooEarly")
    if second >= EPOCH:
        raise Refused("TallyTooLate")
    if epoch.size == 0:
        raise Refused("NoCommittee")
    if epoch.seed is None:
        raise Refused("EpochNotSeeded")
    if not devices:
        raise Refused("NoDevices")
    for device in devices:
        if device.life is None:
            raise Refused("WrongAccountOwner")
    inside = [device for device in devices if device.holds(number)]
    if all(number in device.reached for device in inside):
        raise Refused("DeviceNotInEpoch" if len(inside) < len(devices) else "AlreadyTallied")
    revealed = [unpack_codes(ballot.codes) for ballot in epoch.revealed.values()]
    for device in inside:  # who is named twice is decided once
        if number not in device.reached:
            _decide(device, epoch, revealed)


def _decide(device: Device, epoch: EpochModel, revealed: Sequence[Sequence[int]]) -> None:
    assert device.life is not None
    codes = [report[device.life.index] for report in revealed]
    decided = verdict(codes, epoch.size)
    device.reached.add(epoch.number)
    if decided is not None:
        device.verdicts[epoch.number] = decided
    if decided == UNSEEN:
        device.life.reason = reason(codes)


def miss(fleet: Fleet, number: int, place: int, guest: Actor, now: int) -> None:
    """Count a report that was due of a member and not revealed."""
    attestor = fleet.attestors.get(guest)
    if attestor is None:
        raise Refused("WrongAccountOwner")
    epoch = fleet.epoch(number)
    if epoch.seed is None:
        raise Refused("EpochNotSeeded")
    if now < epoch.start + REVEAL_UNTIL:
        raise Refused("MissTooEarly")
    if now >= epoch.start + REVEAL_UNTIL + MISSES_FOR * EPOCH:
        raise Refused("MissTooLate")
    _expect_place(fleet, epoch, place)
    if epoch.members()[place] is not guest or attestor.seat_at(number) is None:
        raise Refused("WrongAttestor")
    if place in epoch.revealed or place in epoch.missed:
        raise Refused("ReportSettled")
    epoch.missed.add(place)
    attestor.missed[number] += 1


def _expect_place(fleet: Fleet, epoch: EpochModel, place: int) -> None:
    # The first index is handed out in epoch 0, so there is one range at all times.
    assert fleet.indexes
    if place >= epoch.size:
        raise Refused("NoSuchPlace")
