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
from solders.token import ID as TOKEN_PROGRAM

from ionet.localnet.actors import Actor
from ionet.programs.escrow.accounts import Config, Job, Offer
from ionet.tokens import ASSOCIATED_TOKEN_PROGRAM
from tests.programs.harness.examples import OTHER_CLUSTER, OTHER_JOB, SECOND_CLUSTER, SIBLING
from tests.programs.harness.tokens import TOKEN_2022, spare_account, token_2022_mint, uninitialise
from tests.programs.harness.world import GPU_1, GPU_2, MALLORY, World

FOREIGN_PROGRAM = Actor.named("a-foreign-program").pubkey
_VERSION = 8

ByAddress: TypeAlias = Callable[[World, Pubkey], Pubkey]
InPlace: TypeAlias = Callable[[World, Pubkey], None]


def _foreign_copy(world: World, key: Pubkey) -> Pubkey:
    """The same bytes at another address, owned by a program of the attacker."""
    address = Actor.named("copy").pubkey
    account = world.vm.get_account(key)
    if account is None:
        account = Account(10**9, bytes(Job.LENGTH), SYSTEM_PROGRAM)
    world.vm.set_account(address, Account(account.lamports, account.data, FOREIGN_PROGRAM))
    return address


def _of_token_2022(world: World, key: Pubkey) -> Pubkey:
    """A token account of Token-2022 with the same owner and mint bytes."""
    owner = Pubkey(world.account(key).data[32:64])
    return spare_account(world, "of-token-2022", owner=owner, program=TOKEN_2022)


def _of_other_mint(world: World, key: Pubkey) -> Pubkey:
    owner = Pubkey(world.account(key).data[32:64])
    return world.token(owner, world.io)


BY_ADDRESS: dict[str, ByAddress] = {
    "nobody": lambda world, key: MALLORY.pubkey,
    "missing": lambda world, key: Actor.named("never-funded").pubkey,
    "foreign_copy": _foreign_copy,
    "other_job": lambda world, key: OTHER_JOB.address,
    "other_offer": lambda world, key: GPU_2.address,
    "an_offer": lambda world, key: GPU_1.address,
    "other_device": lambda world, key: GPU_2.device,
    "device_of_carol": lambda world, key: GPU_1.device,
    "other_cluster": lambda world, key: OTHER_CLUSTER.address,
    "second_cluster": lambda world, key: SECOND_CLUSTER.address,
    "other_vault": lambda world, key: OTHER_JOB.vault,
    "sibling_vault": lambda world, key: SIBLING.vault,
    "token_of_stranger": lambda world, key: world.token(MALLORY),
    "token_of_other_mint": _of_other_mint,
    "token_of_2022": _of_token_2022,
    "other_mint": lambda world, key: world.io,
    "mint_of_2022": lambda world, key: token_2022_mint(world),
    "token_2022": lambda world, key: TOKEN_2022,
    "token_program": lambda world, key: TOKEN_PROGRAM,
    "system_program": lambda world, key: SYSTEM_PROGRAM,
    "ata_program": lambda world, key: ASSOCIATED_TOKEN_PROGRAM,
}


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
    other = Offer if data.startswith((Job.DISCRIMINATOR, Config.DISCRIMINATOR)) else Job
    _respell(world, key, other.DISCRIMINATOR + data[8:])


def _next_version(world: World, key: Pubkey) -> None:
    data = world.account(key).data
    _respell(world, key, data[:_VERSION] + bytes([data[_VERSION] + 1]) + data[_VERSION + 1 :])


def _removed(world: World, key: Pubkey) -> None:
    world.remove(key)


def _uninitialised_mint(world: World, key: Pubkey) -> None:
    data = world.account(key).data
    _respell(world, key, data[:45] + b"\0" + data[46:])


IN_PLACE: dict[str, InPlace] = {
    "foreign_owner": _foreign_owner,
    "truncated": _truncated,
    "longer": _longer,
    "other_kind": _other_kind,
    "next_version": _next_version,
    "removed": _removed,
    "uninitialised": uninitialise,
    "uninitialised_mint": _uninitialised_mint,
}
