"""Committees, their reports and what they decide.

The pure twin of ``programs/math/src/{committee,tally}.rs``. Formats and rules:
docs/adr/010-committees-and-reports.md; shared cases: ``tests/vectors/committees.json``. Integers
are hashed little-endian. An argument outside its range is an ``ArgumentError``.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from solders.pubkey import Pubkey

from ionet.codec import byte_array, u8, u16, u32
from ionet.codec import pubkey as address_bytes
from ionet.devices import Result
from ionet.errors import ArgumentError
from ionet.programs.verification.constants import MAX_COMMITTEE, RANGE_SIZE
from ionet.programs.verification.enums import ReportCode

CODES_LENGTH: Final = RANGE_SIZE // 2
"""Bytes of a report's codes: one nibble per index."""

_SEED_DOMAIN = b"ionet:committee:range"
_REPORT_DOMAIN = b"ionet:report"
_DRAWS = struct.Struct("<4Q")

# From the best result down: who says more also counts for all below.
_RESULT_OF = {
    ReportCode.DEPLOYABLE: Result.DEPLOYABLE,
    ReportCode.PASSED: Result.PASSED,
    ReportCode.HIRED: Result.ALIVE,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a committee decides of one device.

    Attributes:
        outcome: The result; None where no quorum agrees and the one before is carried on.
        reason: Of a result unseen, the code that most gave, the lowest on a tie; else 0.
    """

    outcome: Result | None
    reason: int = 0


def committee_size(configured: int, min_attestors: int, seats: int) -> int:
    """Return how many members a committee has: 0 where there are too few seats for any."""
    return 0 if seats < min_attestors else min(configured, seats)


def threshold(k: int) -> int:
    """Return how many of ``k`` members must agree: two thirds, rounded up."""
    return -(-2 * k // 3)


def draw_committee(seed: bytes, epoch: int, range_: int, seats: int, k: int) -> tuple[int, ...]:
    """Return the seat at each of the ``k`` places, drawn from ``0 … seats - 1``.

    By Floyd's sampling: each set of ``k`` seats is as likely as any other. Costs one SHA-256 for
    every four members.

    Args:
        seed: 32 bytes, of the ``Epoch`` account.
        epoch: Its number.
        range_: Index of a device, divided by 1,024.
        seats: Seats of the epoch.
        k: Members, at most 21 and at most ``seats``: see :func:`committee_size`.
    """
    if u8("k", k) > min(MAX_COMMITTEE, u16("seats", seats)):
        raise ArgumentError(f"k {k}: must be at most {MAX_COMMITTEE} and the {seats} seats")
    prefix = _SEED_DOMAIN + byte_array("seed", seed, 32)
    prefix += struct.pack("<QI", u32("epoch", epoch), u32("range", range_))
    members: list[int] = []
    block = (0, 0, 0, 0)
    for place in range(k):
        if place % 4 == 0:
            block = _DRAWS.unpack(hashlib.sha256(prefix + struct.pack("<I", place // 4)).digest())
        top = seats - k + place
        pick = block[place % 4] * (top + 1) >> 64
        members.append(top if pick in members else pick)
    return tuple(members)


def pack_codes(codes: Sequence[int]) -> bytes:
    """Return the 512 bytes of a report: a nibble per index of the range, low half first.

    ``codes`` are those of the first indexes, at most 1,024; the others are 0, no answer.
    """
    if len(codes) > RANGE_SIZE:
        raise ArgumentError(f"codes: {len(codes)} values, must be at most {RANGE_SIZE}")
    packed = bytearray(CODES_LENGTH)
    for index, code in enumerate(codes):
        if u8(f"codes[{index}]", code) > 0xF:
            raise ArgumentError(f"codes[{index}] {code}: must be 0 to 15")
        packed[index // 2] |= code << index % 2 * 4
    return bytes(packed)


def unpack_codes(packed: bytes) -> tuple[int, ...]:
    """Return the 1,024 codes of a report's 512 bytes."""
    codes = byte_array("codes", packed, CODES_LENGTH)
    return tuple(half for byte in codes for half in (byte & 0xF, byte >> 4))


def commitment_of(
    codes: bytes, evidence_root: bytes, salt: bytes, attestor: Pubkey, range_: int, epoch: int
) -> bytes:
    """Return the 32 bytes that a member commits to before it reveals.

    The attestor is part of it, so a copied commitment cannot be revealed by the copier.

    Args:
        codes: 512 bytes, see :func:`pack_codes`.
        evidence_root: 32 bytes.
        salt: 32 bytes that nobody can guess, kept until the reveal.
        attestor: Address of its account.
        range_: Index of a device, divided by 1,024.
        epoch: Number of the epoch.
    """
    if len(salt) != 32:
        raise ArgumentError(f"salt: {len(salt)} bytes, must be 32")  # a secret: never shown
    return hashlib.sha256(
        _REPORT_DOMAIN
        + byte_array("codes", codes, CODES_LENGTH)
        + byte_array("evidence_root", evidence_root, 32)
        + salt
        + address_bytes("attestor", attestor)
        + struct.pack("<IQ", u32("range", range_), u32("epoch", epoch))
    ).digest()


def digest_of(codes: bytes, evidence_root: bytes) -> bytes:
    """Return what a report's history keeps of a revealed report: 32 bytes."""
    revealed = byte_array("codes", codes, CODES_LENGTH)
    return hashlib.sha256(revealed + byte_array("evidence_root", evidence_root, 32)).digest()


def decide(codes: Sequence[int], k: int) -> Decision:
    """Return what a committee of ``k`` decides by the codes revealed for one device.

    Args:
        codes: One of each member that revealed, 0 to 15.
        k: Members, whether they revealed or not; 0 decides nothing.
    """
    needed = threshold(k)
    if not 0 < needed <= len(codes):
        return Decision(None)
    agreeing = 0
    for code, result in _RESULT_OF.items():
        agreeing += codes.count(code)
        if agreeing >= needed:
            return Decision(result)
    reasons = [code for code in codes if code not in _RESULT_OF]
    if len(reasons) < needed:
        return Decision(None)
    return Decision(Result.UNSEEN, min(reasons, key=lambda code: (-reasons.count(code), code)))
