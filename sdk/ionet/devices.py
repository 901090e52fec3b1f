"""What a device counts as, and for how long it was seen.

The pure twin of ``programs/math/src/device.rs``. Everything at a second ``t`` of epoch ``e`` reads
the result of ``e - 1``, which is final when ``e`` begins: so it is constant within an epoch, and
the same whoever asks later, for as long as the ring holds it. Times are Unix seconds. Rules:
docs/adr/009-devices-and-epochs.md; shared cases: ``tests/vectors/devices.json``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol

from ionet.epochs import epoch_at, starts_at
from ionet.programs.verification.constants import (
    CONNECTED_EPOCHS,
    EPOCH_SECONDS,
    HIRED_EPOCHS,
    MAX_CARRIES,
    RING_EPOCHS,
)


class DeviceRecord(Protocol):
    """The fields of a ``Device`` account that decide all of this; meanings as there."""

    @property
    def genesis(self) -> int: ...  # noqa: D102 - documented in the account, as are all of these
    @property
    def heartbeat(self) -> int: ...  # noqa: D102
    @property
    def earlier_heartbeat(self) -> int: ...  # noqa: D102
    @property
    def active_from(self) -> int: ...  # noqa: D102
    @property
    def active_until(self) -> int: ...  # noqa: D102
    @property
    def tallied_to(self) -> int: ...  # noqa: D102
    @property
    def ring(self) -> bytes: ...  # noqa: D102


class Result(IntEnum):
    """What an epoch found of a device; numbers as in the ring."""

    UNSEEN = 0
    ALIVE = 1
    PASSED = 2
    DEPLOYABLE = 3


class DeviceState(IntEnum):
    """What a device counts as.

    ``UNVERIFIED``, ``VERIFIED`` and ``CLUSTER_READY`` are the three published counts; ``HIRED`` is
    listed apart.
    """

    NOT_COUNTED = 0
    UNVERIFIED = 1
    HIRED = 2
    VERIFIED = 3
    CLUSTER_READY = 4


_STATE_OF = {
    Result.ALIVE: DeviceState.HIRED,
    Result.PASSED: DeviceState.VERIFIED,
    Result.DEPLOYABLE: DeviceState.CLUSTER_READY,
}


def result_of(nibble: int) -> Result:
    """Return the result in a nibble."""
    return Result(nibble & 0b11)


def carries_of(nibble: int) -> int:
    """Return how often the result in a nibble was carried on; 0 if it is fresh."""
    return nibble >> 2


def carry(nibble: int, gap: int) -> int:
    """Return the nibble ``gap`` undecided epochs after ``nibble``.

    Its result, carried on at most twice in a row, then unseen; unseen stays plain unseen.
    """
    carries = carries_of(nibble) + gap
    if result_of(nibble) is Result.UNSEEN or carries > MAX_CARRIES:
        return Result.UNSEEN
    return result_of(nibble) | carries << 2


def nibble_of(device: DeviceRecord, epoch: int) -> int:
    """Return ``result | carries << 2`` of an epoch.

    As written, or, past ``tallied_to``, the newest nibble carried on while the device is active.
    Unseen (0) in any other epoch, and once the ring has overwritten it.
    """
    gap = epoch - device.tallied_to
    if gap > 0:
        return carry(_stored(device, device.tallied_to), gap) if is_active(device, epoch) else 0
    return _stored(device, epoch) if epoch >= 0 and -gap < RING_EPOCHS else 0


def is_active(device: DeviceRecord, epoch: int) -> bool:
    """Tell whether results exist for the epoch since the last activation: it holds an index."""
    return device.active_from <= epoch < device.active_until


def device_state(device: DeviceRecord, t: int) -> DeviceState:
    """Return what the device counts as at the second ``t``.

    Only the last two heartbeats are known: for a ``t`` before the epoch of the last one, an unseen
    device may read as not counted though it was connected then.
    """
    state = _STATE_OF.get(result_of(_nibble_before(device, t)))
    if state is not None:
        return state
    return DeviceState.UNVERIFIED if is_connected(device, t) else DeviceState.NOT_COUNTED


def is_carried(device: DeviceRecord, t: int) -> bool:
    """Tell whether the result that decides the state at ``t`` is from an earlier epoch."""
    return carries_of(_nibble_before(device, t)) != 0


def is_connected(device: DeviceRecord, t: int) -> bool:
    """Tell whether the last heartbeat before the epoch of ``t`` is at most 30 days before it."""
    epoch = epoch_at(device.genesis, t)
    if epoch is None:
        return False
    beats = (device.heartbeat, device.earlier_heartbeat)
    epochs = [epoch_at(device.genesis, beat) for beat in beats]
    return any(beat is not None and 0 < epoch - beat <= CONNECTED_EPOCHS for beat in epochs)


def is_eligible(device: DeviceRecord, t: int) -> bool:
    """Tell whether the device may be accepted for a job at ``t``.

    It is active and was deployable in the epoch before, or hired in it after a deployable one at
    most four epochs earlier and nothing but hired between. Of a ``t`` before the last activation
    nothing is known, which reads as not eligible.
    """
    epoch = epoch_at(device.genesis, t)
    if epoch is None or not is_active(device, epoch):
        return False
    for back in range(1, HIRED_EPOCHS + 2):
        result = result_of(nibble_of(device, epoch - back))
        if result is not Result.ALIVE:
            return result is Result.DEPLOYABLE
    return False


def seen_seconds(device: DeviceRecord, since: int, until: int) -> int:
    """Return the seconds in ``[since, until)`` within epochs whose epoch before was not unseen.

    Adds up over the parts of an interval; 0 for an empty one.
    """
    if until <= since:
        return 0
    genesis = device.genesis
    # Outside of these epochs nothing is seen: the ring, and what is carried past it.
    oldest = max(device.tallied_to - RING_EPOCHS + 1, 0)
    newest = device.tallied_to + MAX_CARRIES
    first = max((since - genesis) // EPOCH_SECONDS - 1, oldest)
    last = min((until - 1 - genesis) // EPOCH_SECONDS - 1, newest)
    seen = (
        e for e in range(first, last + 1) if result_of(nibble_of(device, e)) is not Result.UNSEEN
    )
    return sum(
        min(until, starts_at(genesis, e + 2)) - max(since, starts_at(genesis, e + 1)) for e in seen
    )


def _stored(device: DeviceRecord, epoch: int) -> int:
    return device.ring[epoch % RING_EPOCHS // 2] >> epoch % 2 * 4 & 0xF


def _nibble_before(device: DeviceRecord, t: int) -> int:
    epoch = epoch_at(device.genesis, t)
    return nibble_of(device, epoch - 1) if epoch else 0
