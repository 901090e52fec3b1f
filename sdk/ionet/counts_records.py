"""Device accounts as raw bytes, and the plain way to count them: one after the other.

A record is ``address[32] ‖ data[400]``. What is found is handed to ``ionet.counts``, which makes
the published figures of it; ``ionet.counts_numpy`` finds the same, faster.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from struct import Struct
from typing import Final, NamedTuple, Protocol, TypeAlias

from solders.pubkey import Pubkey

from ionet.devices import DeviceState, device_state, is_carried
from ionet.errors import AccountDecodeError, ArgumentError
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import ACCOUNT_VERSION

DOMAIN: Final = b"ionet:devices"
"""What the digest of a count begins with."""
ADDRESS_LENGTH: Final = 32
RECORD_LENGTH: Final = ADDRESS_LENGTH + Device.LENGTH
"""Bytes of a record: address of a device's account, then its data."""
_RECORDS_AT_ONCE = 4_096
_HEADER = Device.DISCRIMINATOR + bytes([ACCOUNT_VERSION])
_FIELDS = Struct("<10xBB4xqqq4xIII128s")
"""The fields below from the beginning of a device's data."""

Buffer: TypeAlias = bytes | bytearray | memoryview
Sort: TypeAlias = tuple[int, int, DeviceState, bool]
"""What is counted together: tags of class and source, state, whether its result is carried."""


class Readable(Protocol):
    """A binary file."""

    def readinto(self, buffer: bytearray, /) -> int | None:
        """Read into a buffer; return how many bytes, 0 at the end."""
        ...


class Recount(NamedTuple):
    """What a way of counting finds.

    Attributes:
        accounts: How many were read.
        sorts: Counted devices of each sort.
        sha256: Hex digest of the list.
    """

    accounts: int
    sorts: Mapping[Sort, int]
    sha256: str


class _Fields(NamedTuple):
    """What decides a device's state; a ``devices.DeviceRecord``."""

    class_: int
    source: int
    genesis: int
    heartbeat: int
    earlier_heartbeat: int
    active_from: int
    active_until: int
    tallied_to: int
    ring: bytes


def recount(records: Iterable[tuple[bytes, bytes]], at: int) -> Recount:
    """Count one device after the other, by the functions that define what counts as what."""
    sorts: Counter[Sort] = Counter()
    states: dict[bytes, DeviceState] = {}
    for address, data in records:
        if len(data) != Device.LENGTH or not data.startswith(_HEADER):
            raise refuse(address, data)
        if address in states:
            raise refuse_twice(address)
        device = _Fields._make(_FIELDS.unpack_from(data))
        states[address] = state = device_state(device, at)
        if state is not DeviceState.NOT_COUNTED:
            is_result = state is not DeviceState.UNVERIFIED
            carried = is_result and is_carried(device, at)
            sorts[device.class_, device.source, state, carried] += 1
    digest = hashlib.sha256(DOMAIN)
    for address in sorted(states):
        if states[address] is not DeviceState.NOT_COUNTED:
            digest.update(address + bytes([states[address]]))
    return Recount(len(states), sorts, digest.hexdigest())


def read_records(file: Readable) -> Iterator[memoryview]:
    """Yield what a binary file holds in chunks; each is overwritten by the next."""
    buffer = bytearray(_RECORDS_AT_ONCE * RECORD_LENGTH)
    view = memoryview(buffer)
    while length := file.readinto(buffer):
        yield view[:length]


def refuse(address: bytes, data: bytes) -> AccountDecodeError:
    """Return the error about data that is no device's, saying which rule it breaks."""
    if len(data) != Device.LENGTH:
        rule = f"{len(data)} bytes, must be {Device.LENGTH}"
    elif not data.startswith(Device.DISCRIMINATOR):
        rule = f"discriminator {data[:8].hex()}, must be {Device.DISCRIMINATOR.hex()}"
    else:
        rule = f"version {data[8]}, this package reads {ACCOUNT_VERSION}"
    return AccountDecodeError(f"account {Pubkey(address)}: not a Device: {rule}")


def refuse_twice(address: bytes) -> ArgumentError:
    """Return the error about a device that is listed twice."""
    return ArgumentError(f"device {Pubkey(address)}: is listed twice")


def whole_records(chunks: Iterable[Buffer]) -> Iterator[Buffer]:
    """Yield the same bytes in chunks of whole records."""
    rest = b""
    for chunk in chunks:
        whole: Buffer = chunk if not rest else rest + chunk
        length = len(whole) - len(whole) % RECORD_LENGTH
        if length:
            yield whole if length == len(whole) else whole[:length]
        rest = bytes(whole[length:])
    if rest:
        raise ArgumentError(
            f"records: {len(rest)} bytes after the last whole one; each has {RECORD_LENGTH}"
        )
