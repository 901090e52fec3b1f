"""Vouchers: a client's signature over what a metered job may be paid in total.

Cumulative, so losing, repeating or reordering vouchers is harmless: the highest one counts.
Layout and guards: docs/adr/005-vouchers.md.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet.amounts import checked_base_units
from ionet.signers import Signer

ED25519_PROGRAM = Pubkey.from_string("Ed25519SigVerify111111111111111111111111111")
MESSAGE_LENGTH = 128

_DOMAIN = b"ionet:voucher:v1"

# domain 0, genesis hash 16, program id 48, job 80, opened_slot u64 112, cumulative u64 120
_MESSAGE = struct.Struct("<16s32s32s32sQQ")

# count u8, padding u8, then offset and instruction of signature, key, message; key, signature,
# message follow at 16, 48, 112. Instruction 65535 means "in this instruction's own data".
_HEADER = struct.Struct("<BBHHHHHHH")
_OWN_DATA = 65_535
_PREFIX = _HEADER.pack(1, 0, 48, _OWN_DATA, 16, _OWN_DATA, 112, MESSAGE_LENGTH, _OWN_DATA)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A signed promise to pay ``cumulative`` base units in total for one life of one job.

    Attributes:
        genesis_hash: Network it is good for, as stored in the escrow ``Config``.
        program_id: Escrow program it is good for.
        job: Address of the job.
        opened_slot: The job's opening slot; a later job at the same address is another job.
        cumulative: Base units, fee included, since the job's start.
        client: Signing key, the job's client.
        signature: Over :func:`voucher_message`.
    """

    genesis_hash: Hash
    program_id: Pubkey
    job: Pubkey
    opened_slot: int
    cumulative: int
    client: Pubkey
    signature: Signature

    @property
    def message(self) -> bytes:
        """The 128 signed bytes."""
        return voucher_message(
            genesis_hash=self.genesis_hash,
            program_id=self.program_id,
            job=self.job,
            opened_slot=self.opened_slot,
            cumulative=self.cumulative,
        )

    def is_valid(self) -> bool:
        """Return whether the signature is the client's over this voucher's message."""
        return self.signature.verify(self.client, self.message)


def voucher_message(
    *,
    genesis_hash: Hash,
    program_id: Pubkey,
    job: Pubkey,
    opened_slot: int,
    cumulative: int,
) -> bytes:
    """Return the 128 bytes that a client signs.

    Raises:
        AmountError: ``cumulative`` is not an int in 0 … 2**64 - 1.
    """
    return _MESSAGE.pack(
        _DOMAIN,
        bytes(genesis_hash),
        bytes(program_id),
        bytes(job),
        opened_slot,
        checked_base_units(cumulative, "cumulative"),
    )


def sign_voucher(
    signer: Signer,
    *,
    genesis_hash: Hash,
    program_id: Pubkey,
    job: Pubkey,
    opened_slot: int,
    cumulative: int,
) -> Voucher:
    """Sign a voucher as the job's client; no network is involved."""
    message = voucher_message(
        genesis_hash=genesis_hash,
        program_id=program_id,
        job=job,
        opened_slot=opened_slot,
        cumulative=cumulative,
    )
    return Voucher(
        genesis_hash=genesis_hash,
        program_id=program_id,
        job=job,
        opened_slot=opened_slot,
        cumulative=cumulative,
        client=signer.pubkey(),
        signature=signer.sign_message(message),
    )


def build_ed25519_instruction(voucher: Voucher) -> Instruction:
    """Return the 240-byte ed25519 instruction; it must stand directly before ``settle_voucher``."""
    data = _PREFIX + bytes(voucher.client) + bytes(voucher.signature) + voucher.message
    return Instruction(ED25519_PROGRAM, data, [])
