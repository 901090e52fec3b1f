"""Bytes and values: what all generated modules share. No I/O, no network.

Wire format: docs/adr/002-wire-format.md. Every type has a fixed length and is little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.errors import AccountDecodeError, ArgumentError, EventDecodeError

DISCRIMINATOR_LENGTH = 8
"""Bytes in front of every account, event and instruction: a hash of its kind and name."""

_Variants = TypeVar("_Variants", bound=IntEnum)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An enum value that this version does not know: a newer program wrote it.

    Attributes:
        tag: The byte on the wire.
    """

    tag: int

    @property
    def name(self) -> str:
        """A name to show, e.g. ``UNKNOWN_9``."""
        return f"UNKNOWN_{self.tag}"

    def __index__(self) -> int:
        return self.tag


def variant_table(variants: type[_Variants]) -> Mapping[int, _Variants | Unknown]:
    """Return what each of the 256 bytes means: a variant, or ``Unknown``."""
    known: dict[int, _Variants] = {int(member): member for member in variants}
    return {tag: known[tag] if tag in known else Unknown(tag) for tag in range(256)}


def check_account(
    kind: str, address: Pubkey, account: Account, owner: Pubkey, length: int, header: bytes
) -> bytes:
    """Return an account's data once owner, exact length, discriminator and version are right.

    Args:
        kind: What it is read as, for the message.
        address: Where it is, for the message.
        account: As the chain gave it.
        owner: Program that must own it; the same bytes owned by another program are a forgery.
        length: Exact length in bytes.
        header: Discriminator and version byte.

    Raises:
        AccountDecodeError: naming the address and the rule.
    """
    data = account.data
    if account.owner != owner:
        rule = f"owner is {account.owner}, must be {owner}"
    elif len(data) != length:
        rule = f"{len(data)} bytes, must be {length}"
    elif not data.startswith(header[:DISCRIMINATOR_LENGTH]):
        found = data[:DISCRIMINATOR_LENGTH].hex()
        rule = f"discriminator {found}, must be {header[:DISCRIMINATOR_LENGTH].hex()}"
    elif data[DISCRIMINATOR_LENGTH] != header[DISCRIMINATOR_LENGTH]:
        rule = f"version {data[DISCRIMINATOR_LENGTH]}, this package reads {header[-1]}"
    else:
        return data
    raise AccountDecodeError(f"account {address}: not a {kind}: {rule}")


def check_event(kind: str, data: bytes, length: int, discriminator: bytes) -> bytes:
    """Return an event's data once discriminator and exact length are right.

    Raises:
        EventDecodeError: naming the event and the rule.
    """
    if not data.startswith(discriminator):
        found = data[:DISCRIMINATOR_LENGTH].hex()
        raise EventDecodeError(
            f"event {kind}: discriminator {found}, must be {discriminator.hex()}"
        )
    if len(data) != length:
        raise EventDecodeError(f"event {kind}: {len(data)} bytes, must be {length}")
    return data


def _integer(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ArgumentError(f"{name} {value!r}: must be an integer of {low} to {high}")
    return value


def u8(name: str, value: int) -> int:
    """Return the value if it is an integer of one byte; else ``ArgumentError`` names it."""
    return _integer(name, value, 0, 0xFF)


def u16(name: str, value: int) -> int:
    """As :func:`u8`, two bytes."""
    return _integer(name, value, 0, 0xFFFF)


def u32(name: str, value: int) -> int:
    """As :func:`u8`, four bytes."""
    return _integer(name, value, 0, 0xFFFF_FFFF)


def u64(name: str, value: int) -> int:
    """As :func:`u8`, eight bytes."""
    return _integer(name, value, 0, 0xFFFF_FFFF_FFFF_FFFF)


def i64(name: str, value: int) -> int:
    """As :func:`u8`, eight bytes, signed."""
    return _integer(name, value, -(1 << 63), (1 << 63) - 1)


def boolean(name: str, value: object) -> bool:
    """Return the value if it is True or False; 0 and 1 are refused."""
    if not isinstance(value, bool):
        raise ArgumentError(f"{name} {value!r}: must be True or False")
    return value


def variant(name: str, value: IntEnum | Unknown) -> int:
    """Return the byte of an enum value; ``Unknown`` keeps the byte it came with."""
    return _integer(name, value.tag if isinstance(value, Unknown) else value, 0, 0xFF)


def pubkey(name: str, value: object) -> bytes:
    """Return the 32 bytes of an address."""
    if not isinstance(value, Pubkey):
        raise ArgumentError(f"{name} {value!r}: must be a Pubkey")
    return bytes(value)


def byte_array(name: str, value: object, length: int) -> bytes:
    """Return the bytes if there are exactly ``length``."""
    if not isinstance(value, bytes) or len(value) != length:
        raise ArgumentError(f"{name} {value!r}: must be {length} bytes")
    return value


def byte_arrays(name: str, values: Sequence[bytes], length: int, size: int) -> bytes:
    """Return exactly ``length`` values in a row, each of exactly ``size`` bytes."""
    _check_count(name, values, length)
    return b"".join(
        byte_array(f"{name}[{index}]", value, size) for index, value in enumerate(values)
    )


def split_byte_arrays(data: bytes, size: int) -> tuple[bytes, ...]:
    """Return the values that :func:`byte_arrays` put in a row."""
    return tuple(data[start : start + size] for start in range(0, len(data), size))


def u16_array(name: str, values: Sequence[int], length: int) -> bytes:
    """Return the bytes of exactly ``length`` values, each a u16."""
    _check_count(name, values, length)
    checked = [u16(f"{name}[{index}]", value) for index, value in enumerate(values)]
    return struct.pack(f"<{length}H", *checked)


def split_u16s(data: bytes) -> tuple[int, ...]:
    """Return the values that :func:`u16_array` put in a row."""
    return struct.unpack(f"<{len(data) // 2}H", data)


def u32_array(name: str, values: Sequence[int], length: int) -> bytes:
    """Return the bytes of exactly ``length`` values, each a u32."""
    _check_count(name, values, length)
    checked = [u32(f"{name}[{index}]", value) for index, value in enumerate(values)]
    return struct.pack(f"<{length}I", *checked)


def split_u32s(data: bytes) -> tuple[int, ...]:
    """Return the values that :func:`u32_array` put in a row."""
    return struct.unpack(f"<{len(data) // 4}I", data)


def u64_array(name: str, values: Sequence[int], length: int) -> bytes:
    """Return the bytes of exactly ``length`` values, each a u64."""
    _check_count(name, values, length)
    checked = [u64(f"{name}[{index}]", value) for index, value in enumerate(values)]
    return struct.pack(f"<{length}Q", *checked)


def split_u64s(data: bytes) -> tuple[int, ...]:
    """Return the values that :func:`u64_array` put in a row."""
    return struct.unpack(f"<{len(data) // 8}Q", data)


def pubkey_array(name: str, values: Sequence[Pubkey], length: int) -> bytes:
    """Return the addresses' bytes in a row if there are exactly ``length``."""
    _check_count(name, values, length)
    return b"".join(pubkey(f"{name}[{index}]", value) for index, value in enumerate(values))


def split_pubkeys(data: bytes) -> tuple[Pubkey, ...]:
    """Return the addresses that :func:`pubkey_array` put in a row."""
    return tuple(Pubkey(data[start : start + 32]) for start in range(0, len(data), 32))


def _check_count(name: str, values: Sequence[object], length: int) -> None:
    if len(values) != length:
        raise ArgumentError(f"{name}: {len(values)} values, must be {length}")
