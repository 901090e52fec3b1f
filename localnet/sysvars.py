"""Keep the sysvars of a LiteSVM in step with the clock, at a price a transaction can afford.

LiteSVM decodes all of its sysvars whenever one of them is set, and 512 SlotHashes make that some
200 microseconds, more than a token transfer takes. So the full list is written only before a
transaction that can read it, and a short one otherwise: nothing can tell the difference.
"""

from __future__ import annotations

from collections.abc import Iterable

from solders.epoch_schedule import EpochSchedule
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from ionet.localnet.clock import SLOTS_PER_EPOCH, BlockClock
from ionet.localnet.message import LOOKUP_TABLE_PROGRAM

CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
SLOT_HASHES = Pubkey.from_string("SysvarS1otHashes111111111111111111111111111")

_SYSCALL_NAME = b"sol_get_sysvar"
_SYSCALL_HASH = (0x13C1B505).to_bytes(4, "little")
"""Murmur3-32 of the name, by which SBPF v3 programs call it."""
_ADDRESS_PARTS = tuple(bytes(SLOT_HASHES)[at : at + 4] for at in range(4, 24, 4))
"""Parts of the address that no other sysvar shares, as small as an immediate operand is."""


def can_read_slot_hashes(elf: bytes) -> bool:
    """Tell whether a program contains the system call and the address to read SlotHashes with.

    SBPF v0 files name the call in their symbol table, v3 files hold its hash in the instruction;
    the address lies in the constants or in immediate operands of four bytes. A chance match only
    costs time. A program that is handed the address by an account or a transaction that lists it
    is found by ``SysvarSync`` itself.
    """
    calls = _SYSCALL_NAME in elf or _SYSCALL_HASH in elf
    return calls and any(part in elf for part in _ADDRESS_PARTS)


class SysvarSync:
    """Writes Clock and SlotHashes of a ``BlockClock`` into a LiteSVM when they are needed."""

    __slots__ = ("_clock", "_is_full", "_readers", "_svm", "_written_ms", "_written_slot")

    def __init__(self, svm: LiteSVM, clock: BlockClock) -> None:
        self._svm = svm
        self._clock = clock
        self._readers = {SLOT_HASHES, LOOKUP_TABLE_PROGRAM}
        self._written_ms = -1
        self._written_slot = -1
        self._is_full = True
        svm.set_epoch_schedule(EpochSchedule.custom(SLOTS_PER_EPOCH, SLOTS_PER_EPOCH, False))  # noqa: FBT003 -- solders takes it by position
        self.write(())

    def add_program(self, address: Pubkey, elf: bytes) -> None:
        """Note whether a new program can read SlotHashes."""
        if can_read_slot_hashes(elf):
            self._readers.add(address)

    def write(self, keys: Iterable[Pubkey]) -> None:
        """Bring the sysvars up to date for code which can reach these accounts."""
        clock = self._clock
        if not self._readers.isdisjoint(keys):
            if not self._is_full or self._written_slot != clock.slot:
                self._svm.set_slot_hashes(clock.slot_hashes())
                self._is_full, self._written_slot = True, clock.slot
        elif self._is_full:
            self._svm.set_slot_hashes(clock.slot_hashes(1))
            self._is_full = False
        if self._written_ms != clock.ms:
            self._svm.set_clock(clock.sysvar())
            self._written_ms = clock.ms
