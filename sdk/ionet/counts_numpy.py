"""The same counts by numpy, for millions of records; the extra ``fast`` installs it.

Follows ``ionet.devices`` step by step, for a chunk of devices at once; tested to agree with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ionet.counts_records import (
    ADDRESS_LENGTH,
    DOMAIN,
    RECORD_LENGTH,
    Buffer,
    Recount,
    Sort,
    refuse,
    refuse_twice,
)
from ionet.devices import DeviceState, Result
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import (
    ACCOUNT_VERSION,
    CONNECTED_EPOCHS,
    EPOCH_SECONDS,
    MAX_CARRIES,
    RING_EPOCHS,
)

_FORMATS: Final = {
    "version": "u1",
    "class_": "u1",
    "source": "u1",
    "genesis": "<i8",
    "heartbeat": "<i8",
    "earlier_heartbeat": "<i8",
    "active_from": "<u4",
    "active_until": "<u4",
    "tallied_to": "<u4",
    "ring": ("u1", (RING_EPOCHS // 2,)),
}
_RECORD: Final = np.dtype(
    {
        "names": ["address", "discriminator", *_FORMATS],
        "formats": [("u1", (ADDRESS_LENGTH,)), "<u8", *_FORMATS.values()],
        "offsets": [
            0,
            ADDRESS_LENGTH,
            *(ADDRESS_LENGTH + Device.OFFSETS[name] for name in _FORMATS),
        ],
        "itemsize": RECORD_LENGTH,
    }
)
_DISCRIMINATOR: Final = int.from_bytes(Device.DISCRIMINATOR, "little")
_LAST_EPOCH: Final = 2**32 - 1
_STATE_OF: Final = np.zeros(4, np.uint8)
_STATE_OF[Result.ALIVE] = DeviceState.HIRED
_STATE_OF[Result.PASSED] = DeviceState.VERIFIED
_STATE_OF[Result.DEPLOYABLE] = DeviceState.CLUSTER_READY
_ROWS_HASHED_AT_ONCE: Final = 65_536

Array: TypeAlias = NDArray[Any]


def recount(chunks: Iterable[Buffer], at: int) -> Recount:
    """Count chunks of whole records; keeps 36 bytes of each.

    Args:
        chunks: Records of address and data; a chunk may be overwritten once the next is taken.
        at: Unix second, 0 to 2**62: differences to any ``i64`` then wrap only to where no epoch is.
    """
    addresses: list[Array] = []
    sorts: list[Array] = []
    for chunk in chunks:
        devices = np.frombuffer(chunk, _RECORD)
        _check(devices)
        addresses.append(devices["address"].copy())
        sorts.append(_sort(devices, at))
    if not addresses:
        return Recount(0, {}, hashlib.sha256(DOMAIN).hexdigest())
    address, sort = np.concatenate(addresses), np.concatenate(sorts)
    addresses.clear()
    return Recount(len(address), dict(_histogram(sort)), _digest(address, sort))


def _check(devices: Array) -> None:
    is_device = (devices["discriminator"] == _DISCRIMINATOR) & (
        devices["version"] == ACCOUNT_VERSION
    )
    if not is_device.all():
        record = devices[int(np.argmin(is_device))].tobytes()
        raise refuse(record[:ADDRESS_LENGTH], record[ADDRESS_LENGTH:])


def _sort(devices: Array, at: int) -> Array:
    """Return ``class << 24 | source << 16 | carried << 8 | state`` of each device.

    The state as in ``DeviceState``, 0 where it is not counted.
    """
    epoch = (np.int64(at) - devices["genesis"]) // EPOCH_SECONDS
    has_epoch = (epoch >= 0) & (epoch <= _LAST_EPOCH)
    nibble = np.where(has_epoch & (epoch > 0), _nibble(devices, epoch - 1), 0)
    state = _STATE_OF[nibble & 0b11]
    is_connected = has_epoch & (
        _is_recent(devices["heartbeat"], devices, epoch)
        | _is_recent(devices["earlier_heartbeat"], devices, epoch)
    )
    is_carried = (state != DeviceState.NOT_COUNTED) & (nibble >> 2 != 0)
    state = np.where(
        (state == DeviceState.NOT_COUNTED) & is_connected, np.uint8(DeviceState.UNVERIFIED), state
    )
    sort = devices["class_"].astype(np.uint32) << 24 | devices["source"].astype(np.uint32) << 16
    return np.asarray(sort | is_carried.astype(np.uint32) << 8 | state)


def _nibble(devices: Array, epoch: Array) -> Array:
    """Return the nibble of an epoch of each device, as ``devices.nibble_of`` does."""
    tallied_to = devices["tallied_to"].astype(np.int64)
    gap = epoch - tallied_to
    place = np.minimum(epoch, tallied_to) % RING_EPOCHS
    pair = devices["ring"][np.arange(len(devices)), place // 2]
    stored = (pair >> (place % 2 * 4).astype(np.uint8) & 0xF).astype(np.int64)
    carries = (stored >> 2) + gap
    is_carried_on = (
        (devices["active_from"] <= epoch)
        & (epoch < devices["active_until"])
        & (stored & 0b11 != Result.UNSEEN)
        & (carries <= MAX_CARRIES)
    )
    # Where carries are too many, or negative, their shift means nothing and is not taken.
    carried_on = np.where(is_carried_on, stored & 0b11 | carries << 2, Result.UNSEEN)
    written = np.where(-gap < RING_EPOCHS, stored, Result.UNSEEN)
    return np.where(gap > 0, carried_on, written)


def _is_recent(beat: Array, devices: Array, epoch: Array) -> Array:
    """Tell whether a heartbeat was in one of the 120 epochs before an epoch."""
    beat_epoch = (beat - devices["genesis"]) // EPOCH_SECONDS
    since = epoch - beat_epoch
    is_epoch = (beat_epoch >= 0) & (beat_epoch <= _LAST_EPOCH)
    return np.asarray(is_epoch & (since > 0) & (since <= CONNECTED_EPOCHS))


def _histogram(sort: Array) -> Iterator[tuple[Sort, int]]:
    kinds, counts = np.unique(sort[sort & 0xFF != DeviceState.NOT_COUNTED], return_counts=True)
    for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
        state = DeviceState(kind & 0xFF)
        yield (kind >> 24, kind >> 16 & 0xFF, state, bool(kind >> 8 & 1)), count


def _digest(address: Array, sort: Array) -> str:
    order = _ascending(address)
    order = order[sort[order] & 0xFF != DeviceState.NOT_COUNTED]
    digest = hashlib.sha256(DOMAIN)
    for start in range(0, len(order), _ROWS_HASHED_AT_ONCE):
        some = order[start : start + _ROWS_HASHED_AT_ONCE]
        rows = np.empty((len(some), ADDRESS_LENGTH + 1), np.uint8)
        rows[:, :ADDRESS_LENGTH] = address[some]
        rows[:, ADDRESS_LENGTH] = sort[some] & 0xFF
        digest.update(rows.data)
    return digest.hexdigest()


def _ascending(address: Array) -> Array:
    """Return the order of addresses; raises ``ArgumentError`` if two are equal."""
    words = address.view(">u8")
    first = words[:, 0].astype(np.uint64)
    order = np.argsort(first)
    in_order = first[order]
    if (in_order[1:] != in_order[:-1]).all():
        return order
    # Equal first words: all four decide.
    order = np.lexsort(words.T[::-1])
    twice = (address[order[1:]] == address[order[:-1]]).all(axis=1)
    if twice.any():
        raise refuse_twice(address[order[int(np.argmax(twice))]].tobytes())
    return order
