"""What a transaction did to the accounts of its last instruction: fields, lamports, events."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.programs.verification.events import Event, parse_logs
from ionet.programs.verification.interface import INSTRUCTIONS
from tests.verification.harness.world import World

CLOSED: Final = "closed"
"""Of an account of the program that is gone."""


@dataclass(frozen=True, slots=True)
class Effects:
    """All that changed.

    Attributes:
        records: By account name: the whole record of one that was created, ``CLOSED``, or the new
            values of exactly the fields that changed. Nothing of an account that did not change.
        lamports: By account name: by how much they changed, where they did.
        events: What was logged.
    """

    records: dict[str, Any]
    lamports: dict[str, int]
    events: list[Event]


def observe(world: World, step: Instruction) -> Effects:
    """Execute what must succeed and report all that it changed."""
    named = _names(step)
    records = {key: world.decode(key) for key in named}
    lamports = {key: world.lamports(key) for key in named}
    outcome = world.accept(step)
    changed = {key: _changes(records[key], world.decode(key)) for key in named}
    moved = {key: world.lamports(key) - lamports[key] for key in named}
    return Effects(
        {named[key]: change for key, change in changed.items() if change},
        {named[key]: amount for key, amount in moved.items() if amount},
        parse_logs(outcome.logs),
    )


def _names(step: Instruction) -> dict[Pubkey, str]:
    """Return the name of each account; the first of those that one account goes by."""
    info = next(info for info in INSTRUCTIONS.values() if step.data.startswith(info.discriminator))
    declared = [account.name for account in info.accounts]
    following = [f"{info.remaining} {n}" for n in range(len(step.accounts) - len(declared))]
    names: dict[Pubkey, str] = {}
    for meta, name in zip(step.accounts, declared + following, strict=True):
        names.setdefault(meta.pubkey, name)
    return names


def _changes(before: Any, after: Any) -> Any:
    if before is None or after is None:
        return CLOSED if before is not None else after
    return {
        field.name: value
        for field in fields(after)
        if (value := getattr(after, field.name)) != getattr(before, field.name)
    }
