"""Transactions as commands tell them: which instructions, on which accounts, at what cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from solders.account import Account
from solders.instruction import CompiledInstruction
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from ionet.deployment import Programs
from ionet.dynamic import DynamicDecoder
from ionet.errors import InterfaceError
from ionet.interfaces import load_idl
from ionet.localnet.vm import Landed
from ionet.programs.escrow.interface import INSTRUCTIONS as ESCROW
from ionet.programs.verification.interface import INSTRUCTIONS as VERIFICATION
from ionet.surface import InstructionInfo

_COMPUTE_BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
_SURFACES = {"escrow": ESCROW, "verification": VERIFICATION}
_OTHERS = {
    Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"): "create_token_account",
    Pubkey.from_string("Ed25519SigVerify111111111111111111111111111"): "ed25519",
}


@dataclass(slots=True, eq=False)
class Recorder:
    """Observer that keeps what lands.

    Attributes:
        all: In order.
    """

    all: list[Landed] = field(default_factory=list[Landed])

    def landed(self, landed: Landed) -> None:
        """Keep a transaction."""
        self.all.append(landed)

    def account_set(self, address: Pubkey, account: Account) -> None:
        """No command does that."""


def summarise(landed: Landed, programs: Programs, *, is_full: bool) -> dict[str, Any]:
    """Return what a transaction is, as JSON has it; the compute budget's instructions left out.

    Args:
        landed: The transaction.
        programs: Those whose instructions are named.
        is_full: Whether to give accounts and arguments, too.
    """
    message = VersionedTransaction.from_bytes(landed.raw).message
    keys = message.account_keys
    steps = [
        _step(step, keys, programs, is_full=is_full)
        for step in message.instructions
        if keys[step.program_id_index] != _COMPUTE_BUDGET
    ]
    outcome = landed.outcome
    return {
        "signature": str(outcome.signature),
        "is_failed": outcome.err is not None,
        "fee_payer": keys[0],
        "units": outcome.units_consumed,
        "fee": outcome.fee,
        "instructions": steps,
    }


def _step(
    step: CompiledInstruction, keys: list[Pubkey], programs: Programs, *, is_full: bool
) -> dict[str, Any]:
    address, data = keys[step.program_id_index], bytes(step.data)
    program = {programs.escrow: "escrow", programs.verification: "verification"}.get(address)
    info = None if program is None else _find(program, data)
    if program is None or info is None:
        return {"program": address, "name": _OTHERS.get(address, f"instruction of {address}")}
    found: dict[str, Any] = {"program": program, "name": info.name}
    if is_full:
        names = [account.name for account in info.accounts]
        rest = len(step.accounts) - len(names)
        names += [f"{info.remaining}_{number}" for number in range(1, rest + 1)]
        found["accounts"] = dict(zip(names, (keys[at] for at in step.accounts), strict=True))
        found["args"] = _arguments(program, data)
    return found


def _find(program: str, data: bytes) -> InstructionInfo | None:
    for info in _SURFACES[program].values():
        if data.startswith(info.discriminator):
            return info
    return None


def _arguments(program: str, data: bytes) -> dict[str, Any]:
    try:
        return dict(DynamicDecoder(load_idl(program)).decode_instruction(data).fields)
    except InterfaceError:
        return {"data": data}
