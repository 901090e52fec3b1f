"""What attackers put in the place of an account: another one, or the right one spoiled.

Swaps by address pass another account; swaps in place rewrite the account that belongs there, which
only a broken program could do, and show that each check is really made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.localnet.actors import Actor
from ionet.localnet.sysvars import CLOCK, SLOT_HASHES
from ionet.programs.verification.accounts import (
    Answers,
    Attestor,
    Config,
    Device,
    Epoch,
    EpochRing,
    FreeIndex,
    Registry,
    Report,
)
from ionet.programs.verification.pdas import find_answers, find_free_index, find_report
from tests.verification.harness.cast import ATTESTORS, DAVE, GPU_2, GPU_3, MALLORY, attestor_of
from tests.verification.harness.world import (
    CONFIG,
    EPOCH_RING,
    REGISTRY,
    World,
    epoch_account,
)

FOREIGN_PROGRAM = Actor.named("a-foreign-program").pubkey
_VERSION = 8

ByAddress: TypeAlias = Callable[[World, Pubkey], Pubkey]
InPlace: TypeAlias = Callable[[World, Pubkey], None]


def _foreign_copy(world: World, key: Pubkey) -> Pubkey:
    """The same bytes at another address, owned by a program of the attacker."""
    address = Actor.named("copy").pubkey
    account = world.vm.get_account(key)
    if account is None:
        account = Account(10**9, bytes(Device.LENGTH), SYSTEM_PROGRAM)
    world.vm.set_account(address, Account(account.lamports, account.data, FOREIGN_PROGRAM))
    return address


def _other_attestor(world: World, key: Pubkey) -> Pubkey:
    """An attestor who neither is in that place nor holds the last seat."""
    return next(
        address
        for actor in ATTESTORS[:3]
        if (address := attestor_of(actor)) not in (key, attestor_of(ATTESTORS[1]))
    )


BY_ADDRESS: dict[str, ByAddress] = {
    "nobody": lambda world, key: MALLORY.pubkey,
    "missing": lambda world, key: Actor.named("never-funded").pubkey,
    "foreign_copy": _foreign_copy,
    "config": lambda world, key: CONFIG,
    "registry": lambda world, key: REGISTRY,
    "epoch_ring": lambda world, key: EPOCH_RING,
    "other_device": lambda world, key: GPU_3.address,
    "sibling_device": lambda world, key: GPU_2.address,
    "other_attestor": _other_attestor,
    "other_report": lambda world, key: find_report(0, 2)[0],
    "report_of_other_range": lambda world, key: find_report(1, 0)[0],
    "other_epoch": lambda world, key: epoch_account(0),
    "other_answers": lambda world, key: find_answers(DAVE.pubkey)[0],
    "second_in_queue": lambda world, key: find_free_index(1)[0],
    "offer_of_other": lambda world, key: GPU_3.offer,
    "clock": lambda world, key: CLOCK,
    "slot_hashes": lambda world, key: SLOT_HASHES,
    "system_program": lambda world, key: SYSTEM_PROGRAM,
}

SORTS: dict[bytes, str] = {
    Config.DISCRIMINATOR: "config",
    Registry.DISCRIMINATOR: "registry",
    EpochRing.DISCRIMINATOR: "epoch_ring",
    Device.DISCRIMINATOR: "other_device",
    Attestor.DISCRIMINATOR: "other_attestor",
    Report.DISCRIMINATOR: "other_report",
    Epoch.DISCRIMINATOR: "other_epoch",
    Answers.DISCRIMINATOR: "other_answers",
    FreeIndex.DISCRIMINATOR: "second_in_queue",
}
"""What kind of account it is, in the words above."""


def _respell(world: World, key: Pubkey, data: bytes, owner: Pubkey | None = None) -> None:
    account = world.account(key)
    world.vm.set_account(key, Account(account.lamports, data, owner or account.owner))


def _foreign_owner(world: World, key: Pubkey) -> None:
    _respell(world, key, world.account(key).data, FOREIGN_PROGRAM)


def _truncated(world: World, key: Pubkey) -> None:
    _respell(world, key, world.account(key).data[:-1])


def _longer(world: World, key: Pubkey) -> None:
    _respell(world, key, world.account(key).data + b"\0")


def _other_kind(world: World, key: Pubkey) -> None:
    data = world.account(key).data
    other = Device if data.startswith(Report.DISCRIMINATOR) else Report
    _respell(world, key, other.DISCRIMINATOR + data[8:])


def _next_version(world: World, key: Pubkey) -> None:
    data = world.account(key).data
    _respell(world, key, data[:_VERSION] + bytes([data[_VERSION] + 1]) + data[_VERSION + 1 :])


IN_PLACE: dict[str, InPlace] = {
    "foreign_owner": _foreign_owner,
    "truncated": _truncated,
    "longer": _longer,
    "other_kind": _other_kind,
    "next_version": _next_version,
}
