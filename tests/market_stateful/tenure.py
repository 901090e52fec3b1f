"""Who comes and goes: what each instruction about a device or an attestor does to the model.

Each function refuses before it changes anything, guard by guard, or returns whether it met what
histories are for.
"""

from __future__ import annotations

from ionet.localnet.actors import Actor
from tests.market_stateful.devices import Device, Registration
from tests.market_stateful.fleet import MISSES_FOR, AttestorModel, Fleet, epoch_at
from tests.stateful.model import Refused

SILENCE_WINDOW, SILENT_EPOCHS = 8, 4
"""Epochs before this one in which silence counts, and missed ones of them that make it."""


def _living(device: Device) -> Registration:
    if device.life is None:
        raise Refused("WrongAccountOwner")
    return device.life


def register(device: Device, now: int) -> None:
    """A new account, whose first heartbeat is this."""
    if device.life is not None:
        raise Refused("AlreadyInUse")
    device.life = Registration([now], len(device.tenures))


def beat(device: Device, now: int) -> None:
    """One more heartbeat."""
    _living(device).beats.append(now)


def activate(fleet: Fleet, device: Device, now: int) -> bool:
    """The longest freed index, else a new one; whether somebody has held it before."""
    life, epoch = _living(device), epoch_at(now)
    if device.is_active:
        raise Refused("DeviceActive")
    if device.still_counts(epoch):
        raise Refused("ReactivatedTooSoon")
    is_reused = bool(fleet.queue)
    if is_reused:
        life.index = fleet.queue.pop(0)
        fleet.taken += 1
    else:
        life.index = fleet.indexes
        fleet.indexes += 1
    life.deposit = fleet.deposit
    device.tenures.append((epoch + 1, None))
    return is_reused


def deactivate(fleet: Fleet, device: Device, now: int) -> bool:
    """The index queues up; whether this epoch's tally had reached the device."""
    life, epoch = _living(device), epoch_at(now)
    if not device.is_active:
        raise Refused("DeviceNotActive")
    device.tenures[-1] = (device.tenures[-1][0], epoch)
    fleet.queue.append(life.index)
    life.deposit = 0
    return epoch in device.reached


def deregister(device: Device, now: int, *, has_live_job: bool) -> None:
    """The account goes."""
    _living(device)
    if device.is_active:
        raise Refused("DeviceActive")
    if device.still_counts(epoch_at(now)):
        raise Refused("DeregisteredTooSoon")
    if has_live_job:
        raise Refused("DeviceHasLiveJob")
    device.life = None


def join(fleet: Fleet, guest: Actor, now: int) -> None:
    """The next seat, from the next epoch on."""
    if guest in fleet.attestors:
        raise Refused("AlreadyInUse")
    since = epoch_at(now) + 1
    fleet.attestors[guest] = AttestorModel(fleet.bond, {since: len(fleet.seats)})
    fleet.seated[since] = (*fleet.seats, guest)


def leave(fleet: Fleet, guest: Actor, now: int) -> bool:
    """The seat goes to whoever holds the last one; whether that is somebody else."""
    if guest not in fleet.attestors:
        raise Refused("WrongAccountOwner")
    attestor = fleet.attestors[guest]
    if attestor.until is not None:
        raise Refused("AttestorExiting")
    since = epoch_at(now) + 1
    *seats, last = fleet.seats
    attestor.until = since
    if last is not guest:
        hole = seats.index(guest)
        seats[hole] = last
        fleet.attestors[last].seats[since] = hole
    fleet.seated[since] = tuple(seats)
    return last is not guest


def evict(fleet: Fleet, guest: Actor, now: int) -> bool:
    """As if it left, for its silence."""
    if guest not in fleet.attestors:
        raise Refused("WrongAccountOwner")
    attestor, epoch = fleet.attestors[guest], epoch_at(now)
    window = range(epoch - SILENCE_WINDOW, epoch)
    missed = sum(attestor.missed[past] > 0 for past in window)
    if missed < SILENT_EPOCHS or any(attestor.revealed[past] for past in window):
        raise Refused("NotSilent")
    return leave(fleet, guest, now)


def withdraw(fleet: Fleet, guest: Actor, now: int) -> AttestorModel:
    """The account goes; what stood behind it is in what is returned."""
    if guest not in fleet.attestors:
        raise Refused("WrongAccountOwner")
    until = fleet.attestors[guest].until
    if until is None or epoch_at(now) < until + MISSES_FOR:
        raise Refused("BondLocked")
    return fleet.attestors.pop(guest)
