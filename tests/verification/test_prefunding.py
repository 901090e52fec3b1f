"""Lamports sent to an address before its account exists block nothing and are not lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.localnet.rent import minimum_balance
from ionet.programs.verification import errors
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
from ionet.programs.verification.interface import INSTRUCTIONS
from tests.verification.harness.cast import FUNDER
from tests.verification.harness.examples import BY_NAME
from tests.verification.harness.guard import guards
from tests.verification.harness.swaps import FOREIGN_PROGRAM
from tests.verification.harness.world import World

# instruction, the account it creates, its kind
CREATED: list[tuple[str, str, type[Any]]] = [
    ("initialize_config", "config", Config),
    ("initialize_config", "registry", Registry),
    ("initialize_config", "epoch_ring", EpochRing),
    ("register_device", "device", Device),
    ("deactivate_device", "free_index", FreeIndex),
    ("join_attestor", "attestor", Attestor),
    ("open_epoch", "epoch", Epoch),
    ("post_answers", "answers", Answers),
    ("open_report", "report", Report),
]
EACH_CREATION = pytest.mark.parametrize(
    ("name", "account", "kind"), CREATED, ids=[account for _, account, _ in CREATED]
)


def _address(name: str, account: str, keys: list[Pubkey]) -> Pubkey:
    names = [info.name for info in INSTRUCTIONS[name].accounts]
    return keys[names.index(account)]


@EACH_CREATION
@pytest.mark.parametrize(
    "lamports_of",
    [lambda rent: 1, lambda rent: rent - 1, lambda rent: rent, lambda rent: rent + 5],
    ids=["1 lamport", "rent - 1", "rent", "rent + 5"],
)
def test_prefunded_address_is_topped_up(
    world: World, name: str, account: str, kind: type[Any], lamports_of: Callable[[int], int]
) -> None:
    step = BY_NAME[name].make(world)
    address = _address(name, account, [meta.pubkey for meta in step.accounts])
    before, payer = world.snapshot(), world.lamports(FUNDER.pubkey)
    world.accept(step)
    created, cost = world.account(address), payer - world.lamports(FUNDER.pubkey)
    world.restore(before)
    rent = minimum_balance(kind.LENGTH)
    present = lamports_of(rent)
    world.vm.set_account(address, Account(present, b"", SYSTEM_PROGRAM))
    world.accept(step)
    funded = world.account(address)
    assert (funded.data, funded.owner) == (created.data, created.owner)
    assert funded.lamports == max(rent, present) + created.lamports - rent
    assert payer - world.lamports(FUNDER.pubkey) == cost - min(rent, present)


@guards(errors.AlreadyInUse)
@pytest.mark.parametrize(
    ("name", "account", "kind"),
    [case for case in CREATED if case[1] not in ("epoch", "answers")],
    ids=[account for _, account, _ in CREATED if account not in ("epoch", "answers")],
)
def test_occupied_address_rejects(world: World, name: str, account: str, kind: type[Any]) -> None:
    step = BY_NAME[name].make(world)
    address = _address(name, account, [meta.pubkey for meta in step.accounts])
    rent = minimum_balance(kind.LENGTH)
    for occupant in (
        Account(rent, bytes(kind.LENGTH), SYSTEM_PROGRAM),
        Account(rent, b"", FOREIGN_PROGRAM),
        Account(rent, bytes(kind.LENGTH), step.program_id),
    ):
        world.vm.set_account(address, occupant)
        world.reject(errors.AlreadyInUse, step)


@guards(errors.AlreadyInUse)
@pytest.mark.parametrize("name", ["open_epoch", "post_answers"])
def test_address_of_an_account_that_is_used_again_may_be_taken_by_nobody(
    world: World, name: str
) -> None:
    """With data it is read, and must be of the program; without it must be the system's."""
    step = BY_NAME[name].make(world)
    account = {"open_epoch": "epoch", "post_answers": "answers"}[name]
    address = _address(name, account, [meta.pubkey for meta in step.accounts])
    for occupant, error in (
        (Account(10**9, b"\0", SYSTEM_PROGRAM), errors.WrongAccountOwner),
        (Account(10**9, b"", FOREIGN_PROGRAM), errors.AlreadyInUse),
        (Account(10**9, b"\0", step.program_id), errors.WrongAccountLength),
    ):
        world.vm.set_account(address, occupant)
        world.reject(error, step)


def test_every_created_account_is_listed() -> None:
    """What has seeds and a payer beside it, and is written, is created."""
    payers = {
        (name, account.name)
        for name, info in INSTRUCTIONS.items()
        for account in info.accounts
        if any(other.name == "payer" for other in info.accounts)
        and account.writable
        and account.seeds
    }
    created = {(name, account) for name, account, _ in CREATED}
    shared = {("deactivate_device", "registry"), ("join_attestor", "registry")}
    shared |= {("open_epoch", "epoch_ring"), ("deactivate_device", "epoch_ring")}
    assert payers - shared == created - {("deactivate_device", "free_index")}
