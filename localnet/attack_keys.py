"""What can be tried with a device key that one does not have."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet.programs.verification import instructions
from ionet.programs.verification.enums import GpuClass, SupplySource
from ionet.programs.verification.pdas import find_device


@dataclass(frozen=True, slots=True)
class Forger:
    """A signer that claims a key and signs with another one.

    Attributes:
        claimed: The key.
        keypair: What it signs with.
    """

    claimed: Pubkey
    keypair: Keypair = field(repr=False)

    def pubkey(self) -> Pubkey:
        """Return the key that it claims."""
        return self.claimed

    def sign_message(self, message: bytes) -> Signature:
        """Return a signature that is not of that key."""
        return self.keypair.sign_message(message)


def build_unsigned_registration(owner: Pubkey, key: Pubkey, program_id: Pubkey) -> Instruction:
    """Return a registration in which the device key need not sign."""
    step = instructions.register_device(
        payer=owner,
        owner=owner,
        device_key=key,
        class_=GpuClass.B200,
        source=SupplySource.OWN,
        processors=8,
        vram_gib=192,
        fingerprint=sha256(bytes(key)).digest(),
        program_id=program_id,
    )
    metas = [
        AccountMeta(meta.pubkey, meta.is_signer and meta.pubkey != key, meta.is_writable)
        for meta in step.accounts
    ]
    return Instruction(step.program_id, bytes(step.data), metas)


def build_wrong_heartbeat(signer: Pubkey, key: Pubkey, program_id: Pubkey) -> Instruction:
    """Return a heartbeat for the device of one key, signed by another one."""
    device = find_device(key, program_id=program_id)[0]
    return instructions.heartbeat(device_key=signer, device=device, program_id=program_id)
