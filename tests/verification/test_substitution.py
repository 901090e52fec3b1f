"""Each account of each instruction replaced or spoiled: the named error, and nothing changed."""

from __future__ import annotations

from itertools import permutations

import pytest
from solders.account import Account
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.programs.verification import errors
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.interface import INSTRUCTIONS
from tests.harness.metas import substitute
from tests.verification.harness.cast import GPU_1
from tests.verification.harness.examples import BY_NAME, EXAMPLES, Example
from tests.verification.harness.guard import guards
from tests.verification.harness.swaps import BY_ADDRESS, FOREIGN_PROGRAM, IN_PLACE, SORTS
from tests.verification.harness.world import REGISTRY, World
from tests.verification.substitutions import ACCEPTED, ACCOUNTS, listed_pairs, row

CASES = [
    pytest.param(example, index, id=f"{example.name}-{account.name}")
    for example in EXAMPLES
    for index, account in enumerate(INSTRUCTIONS[example.instruction].accounts)
]


def _check(world: World, expected: str, step: Instruction) -> None:
    if expected == ACCEPTED:
        before = world.snapshot()
        world.accept(step)
        world.restore(before)
    else:
        world.reject(getattr(errors, expected), step)


@pytest.mark.parametrize(("example", "index"), CASES)
def test_substituted_account_rejects(world: World, example: Example, index: int) -> None:
    step = example.make(world)
    account = INSTRUCTIONS[example.instruction].accounts[index]
    key = step.accounts[index].pubkey
    for name, expected in row(example.name, account.name).items():
        if name in BY_ADDRESS:
            _check(world, expected, substitute(step, {index: BY_ADDRESS[name](world, key)}))
        else:
            original = world.account(key)
            IN_PLACE[name](world, key)
            _check(world, expected, step)
            world.vm.set_account(key, original)
    world.accept(step)


@guards(
    errors.WrongAccountOwner,
    errors.WrongAccountLength,
    errors.WrongDiscriminator,
    errors.WrongVersion,
)
def test_account_is_judged_by_owner_then_length_then_discriminator_then_version(
    world: World,
) -> None:
    """Spoiled in all ways and repaired one after the other, from the outside in."""
    step, address = GPU_1.heartbeat(), GPU_1.address
    good = world.account(address)
    for spoiled, error in (
        (bytes(99), errors.WrongAccountLength),
        (bytes(Device.LENGTH), errors.WrongDiscriminator),
        (Device.DISCRIMINATOR + bytes(Device.LENGTH - 8), errors.WrongVersion),
    ):
        world.vm.set_account(address, Account(good.lamports, spoiled, FOREIGN_PROGRAM))
        world.reject(errors.WrongAccountOwner, step)
        world.put(address, good, spoiled)
        world.reject(error, step)
    world.put(address, good)
    world.accept(step)


@guards(errors.WrongProgram, errors.WrongAddress)
@pytest.mark.parametrize("name", ["register_device"])
def test_program_is_judged_before_what_it_would_create(world: World, name: str) -> None:
    step = BY_NAME[name].make(world)
    nobody = BY_ADDRESS["nobody"](world, REGISTRY)
    world.reject(errors.WrongProgram, substitute(step, {3: nobody, 5: nobody}))
    world.reject(errors.WrongAddress, substitute(step, {3: nobody}))
    world.accept(step)


def test_table_names_only_accounts_that_exist() -> None:
    assert listed_pairs() <= ACCOUNTS


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_one_account_in_two_writable_places_rejects(world: World, example: Example) -> None:
    """Each writable account in the place of each other one."""
    step = example.make(world)
    accounts = INSTRUCTIONS[example.instruction].accounts
    writable = [index for index, account in enumerate(accounts) if account.writable]
    for place, donor in permutations(writable, 2):
        key = step.accounts[donor].pubkey
        # A derived address cannot sign; the examples that name an account twice do so by design.
        if accounts[place].signer or key == step.accounts[place].pubkey:
            continue
        swaps = row(example.name, accounts[place].name)
        expected = _DOUBLES.get((example.name, accounts[place].name, accounts[donor].name))
        if expected is None:
            expected = swaps.get(_sort(world, key), swaps["nobody"])
        world.reject(getattr(errors, expected), substitute(step, {place: key}))
    world.accept(step)


# Kinds that no bystander is of: example, place, and what takes it.
_DOUBLES = {
    ("activate_device from the queue", "device", "free_index"): "WrongAccountLength",
    ("activate_device from the queue", "registry", "free_index"): "WrongAccountLength",
    ("open_epoch again", "epoch_ring", "epoch"): "WrongAccountLength",
}


def _sort(world: World, key: Pubkey) -> str:
    account = world.vm.get_account(key)
    return "nobody" if account is None else SORTS.get(account.data[:8], "nobody")
