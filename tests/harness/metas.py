"""An instruction with other accounts, flags or data than it was built with."""

from __future__ import annotations

from collections.abc import Mapping

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey


def substitute(
    step: Instruction,
    changes: Mapping[int, Pubkey],
    flags: Mapping[int, tuple[bool, bool]] | None = None,
) -> Instruction:
    """Return an instruction with other accounts, or other (signer, writable) flags, in places."""
    metas = [
        AccountMeta(
            changes.get(place, meta.pubkey),
            *(flags or {}).get(place, (meta.is_signer, meta.is_writable)),
        )
        for place, meta in enumerate(step.accounts)
    ]
    return Instruction(step.program_id, step.data, metas)


def without_flag(step: Instruction, index: int, *, signer: bool) -> Instruction:
    """Drop a flag of an account in every place where the account stands.

    The runtime merges the flags of all places of an account, so one place alone would keep it.
    """
    key = step.accounts[index].pubkey
    flags = {
        place: (meta.is_signer and not signer, meta.is_writable and signer)
        for place, meta in enumerate(step.accounts)
        if meta.pubkey == key
    }
    return substitute(step, {}, flags)


def with_data(step: Instruction, data: bytes) -> Instruction:
    """Return an instruction with other data."""
    return Instruction(step.program_id, data, step.accounts)
