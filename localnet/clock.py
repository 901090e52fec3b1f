"""The clock of the embedded localnet: slot, time, block height and blockhashes as one number.

The whole state is ``ms``, the Unix time in milliseconds. A slot lasts 400 ms, so the slot follows
from the time, and the hash of a block follows from the genesis hash and its slot. Nothing depends
on the path by which a time was reached: a snapshot of the clock is one int, and a replay that sets
the recorded times meets the recorded slots and blockhashes.
"""

from __future__ import annotations

import math
from functools import lru_cache
from hashlib import sha256

from solders.clock import Clock
from solders.hash import Hash

from ionet.connection import ClockTime, LatestBlockhash
from ionet.localnet.errors import ClockError

MS_PER_SLOT = 400
SLOTS_PER_EPOCH = 432_000
RECENT_BLOCKHASHES = 150
"""How many finished blocks a transaction may name, as on a cluster."""
SLOT_HASHES = 512
"""Entries of the SlotHashes sysvar, newest first, as on a cluster."""
_LAST_MS = 2**62
"""How far the clock can be moved: half of what a ledger can say, so that blocks can follow."""


class BlockClock:
    """Time that moves forward, in whole milliseconds, and everything which follows from it.

    Transactions execute in the block of ``slot``; the newest finished block is that of
    ``slot - 1``, whose hash is the latest blockhash.
    """

    __slots__ = ("_hash_of", "_start_ms", "_start_slot", "ms")

    def __init__(self, genesis_hash: Hash, *, slot: int, unix_time: int) -> None:
        if slot <= SLOT_HASHES:
            raise ClockError(f"start slot {slot}: must be above {SLOT_HASHES}")
        self.ms = self._start_ms = unix_time * 1000
        self._start_slot = slot
        seed = bytes(genesis_hash)

        @lru_cache(maxsize=2 * SLOT_HASHES)
        def hash_of(slot: int) -> Hash:
            return Hash(sha256(seed + slot.to_bytes(8, "little")).digest())

        self._hash_of = hash_of

    @property
    def slot(self) -> int:
        """The slot whose block is being produced."""
        return self._start_slot + (self.ms - self._start_ms) // MS_PER_SLOT

    @property
    def unix_time(self) -> int:
        """Unix seconds, as programs see them."""
        return self.ms // 1000

    @property
    def block_height(self) -> int:
        """Height of the newest finished block; 0 at genesis."""
        return self.slot - self._start_slot

    def now(self) -> ClockTime:
        """Return slot and Unix time."""
        return ClockTime(self.slot, self.unix_time)

    def latest_blockhash(self) -> LatestBlockhash:
        """Return the newest blockhash; it is accepted while ``block_height`` <= its last height."""
        blockhash = self._hash_of(self.slot - 1)
        return LatestBlockhash(blockhash, self.block_height + RECENT_BLOCKHASHES - 1)

    def is_recent(self, blockhash: Hash) -> bool:
        """Tell whether the hash is that of one of the last 150 finished blocks."""
        newest = self.slot - 1
        return any(
            blockhash == self._hash_of(slot)
            for slot in range(newest, newest - RECENT_BLOCKHASHES, -1)
        )

    def slot_hashes(self, count: int = SLOT_HASHES) -> list[tuple[int, Hash]]:
        """Return (slot, hash) of the last ``count`` finished blocks, newest first."""
        newest = self.slot - 1
        return [(slot, self._hash_of(slot)) for slot in range(newest, newest - count, -1)]

    def sysvar(self) -> Clock:
        """Return the Clock sysvar of the current block."""
        slot = self.slot
        epoch = slot // SLOTS_PER_EPOCH
        epoch_start = self.unix_time - (slot % SLOTS_PER_EPOCH) * MS_PER_SLOT // 1000
        return Clock(slot, epoch_start, epoch, epoch + 1, self.unix_time)

    def next_block(self) -> None:
        """Finish the current block: one slot and 400 ms on."""
        self.ms += MS_PER_SLOT

    def advance_slots(self, count: int) -> None:
        """Move ``count`` whole slots on.

        Raises:
            ClockError: ``count`` is negative, or ends past the last millisecond.
        """
        if count < 0:
            raise ClockError(f"advance of {count} slots: time does not go back")
        self._advance(count * MS_PER_SLOT, f"advance of {count} slots")

    def warp(self, seconds: float) -> None:
        """Move a duration on, rounded to milliseconds.

        Raises:
            ClockError: ``seconds`` is negative, not finite, or ends past the last millisecond.
        """
        if not 0 <= seconds < math.inf:  # of an int of any size, as ``isfinite`` cannot tell
            raise ClockError(f"warp by {seconds} s: must be a finite number of seconds >= 0")
        self._advance(round(seconds * 1000), f"warp by {seconds} s")

    def warp_to(self, unix_time: int) -> None:
        """Move to the start of a Unix second; the current second stays as it is.

        Raises:
            ClockError: the second has passed, or lies past the last millisecond.
        """
        if unix_time < self.unix_time:
            raise ClockError(f"warp to {unix_time}: lies before the clock's {self.unix_time}")
        self._advance(max(unix_time * 1000 - self.ms, 0), f"warp to {unix_time}")

    def move_to_ms(self, ms: int) -> None:
        """Move to an exact millisecond, as a replay does.

        Raises:
            ClockError: the millisecond has passed.
        """
        if ms < self.ms:
            raise ClockError(f"move to {ms} ms: lies before the clock's {self.ms} ms")
        self.ms = ms

    def _advance(self, ms: int, what: str) -> None:
        if ms > _LAST_MS - self.ms:
            raise ClockError(f"{what}: ends past the clock's last millisecond, {_LAST_MS}")
        self.ms += ms
