"""Who plays: owners and their devices, attestors, who pays rent, and a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.localnet.actors import Actor
from ionet.programs.escrow.pdas import find_offer
from ionet.programs.verification import instructions
from ionet.programs.verification.enums import GpuClass, SupplySource
from ionet.programs.verification.pdas import find_attestor, find_device

CAROL, DAVE, FUNDER, MALLORY = map(Actor.named, ("carol", "dave", "funder", "mallory"))
"""Owners carol and dave, who pays rent, and a stranger."""
ATTESTORS: Final = tuple(Actor.named(f"attestor-{number}") for number in range(24))
"""Of whom a world seats the first few; the others have not joined."""


def attestor_of(authority: Actor) -> Pubkey:
    """Return the account of an attestor."""
    return find_attestor(authority.pubkey)[0]


@dataclass(frozen=True, slots=True)
class Gpu:
    """A device of the test fleet."""

    owner: Actor
    key: Actor
    class_: GpuClass = GpuClass.H100
    source: SupplySource = SupplySource.OWN
    processors: int = 8
    vram_gib: int = 80

    @property
    def address(self) -> Pubkey:
        """The device's address."""
        return find_device(self.key.pubkey)[0]

    @property
    def offer(self) -> Pubkey:
        """The address of its offer in the escrow program."""
        return find_offer(self.address)[0]

    @property
    def fingerprint(self) -> bytes:
        """Hash over the hardware's identity."""
        return sha256(bytes(self.key.pubkey)).digest()

    def register(self, **changes: Any) -> Instruction:
        """Build ``register_device``."""
        arguments: dict[str, Any] = {
            "payer": FUNDER.pubkey,
            "owner": self.owner.pubkey,
            "device_key": self.key.pubkey,
            "class_": self.class_,
            "source": self.source,
            "processors": self.processors,
            "vram_gib": self.vram_gib,
            "fingerprint": self.fingerprint,
        }
        return instructions.register_device(**{**arguments, **changes})

    def heartbeat(self) -> Instruction:
        """Build ``heartbeat``."""
        return instructions.heartbeat(device_key=self.key.pubkey, device=self.address)

    def deregister(self, **changes: Pubkey) -> Instruction:
        """Build ``deregister_device``."""
        accounts = {
            "owner": self.owner.pubkey,
            "device": self.address,
            "offer": self.offer,
            "rent_payer": FUNDER.pubkey,
        }
        return instructions.deregister_device(**{**accounts, **changes})


GPU_1 = Gpu(CAROL, Actor.named("gpu-1"))
GPU_2 = Gpu(CAROL, Actor.named("gpu-2"), GpuClass.RTX3090, SupplySource.RENDER, 1, 24)
GPU_3 = Gpu(DAVE, Actor.named("gpu-3"), GpuClass.B200, SupplySource.FILECOIN, 4, 192)
FLEET = (GPU_1, GPU_2, GPU_3)
"""Active devices, in order of their indexes."""
IDLE = Gpu(CAROL, Actor.named("gpu-idle"))
"""Registered, never activated."""
NEW = Gpu(DAVE, Actor.named("gpu-new"))
"""Not registered."""
