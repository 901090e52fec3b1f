"""Device accounts of the verification program, written directly: the escrow only reads them.

A device of the market has passed in every epoch that its ring holds, the market's future included,
so no test depends on epochs unless it says what one found (docs/adr/009).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from solders.pubkey import Pubkey

from ionet.devices import Result
from ionet.epochs import starts_at
from ionet.localnet.actors import Actor
from ionet.localnet.genesis import DEFAULT_UNIX_TIME
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import ACCOUNT_VERSION, EPOCH_SECONDS, RING_EPOCHS
from ionet.programs.verification.enums import GpuClass, ReportCode, SupplySource
from ionet.programs.verification.pdas import find_device

FIRST_EPOCH: Final = 10
"""The epoch that the market begins with, at its first second."""
GENESIS: Final = DEFAULT_UNIX_TIME - FIRST_EPOCH * EPOCH_SECONDS
"""Unix second at which epoch 0 begins."""
LAST_EPOCH: Final = RING_EPOCHS - 1
"""The newest epoch with a result, 61 days after the market begins; the ring holds all since 0."""
FOREVER: Final = 2**32 - 1
"""``active_until`` of an active device."""


def epoch_start(epoch: int) -> int:
    """Return the first second of an epoch."""
    return starts_at(GENESIS, epoch)


def nibble(result: Result, carries: int = 0) -> int:
    """Return what a ring holds of an epoch: a result, and how often it was carried on."""
    return result | carries << 2


def fill_ring(found: Mapping[int, int], others: int = Result.DEPLOYABLE) -> bytes:
    """Return a ring with these nibbles by epoch, and another one in all other epochs."""
    nibbles = [others] * RING_EPOCHS
    for epoch, value in found.items():
        nibbles[epoch % RING_EPOCHS] = value
    return bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))


def new_device(key: Actor, *, owner: Pubkey, class_: GpuClass, **changes: Any) -> Device:
    """Return the record of an active device that passes all the time; changes replace fields."""
    fields: dict[str, Any] = {
        "version": ACCOUNT_VERSION,
        "bump": find_device(key.pubkey)[1],
        "class_": class_,
        "source": SupplySource.OWN,
        "processors": 8,
        "vram_gib": 80,
        "genesis": GENESIS,
        "heartbeat": GENESIS,
        "earlier_heartbeat": 0,
        "index": 0,
        "active_from": 0,
        "active_until": FOREVER,
        "tallied_to": LAST_EPOCH,
        "ring": fill_ring({}),
        "reason": ReportCode.PASSED,
        "weight": 100,
        "registered_slot": 0,
        "registered_at": GENESIS,
        "deposit": 0,
        "owner": owner,
        "device_key": key.pubkey,
        "fingerprint": bytes(32),
        "rent_payer": owner,
        "open_case": Pubkey.default(),
        "case_nonce": 0,
    }
    return Device(**{**fields, **changes})
