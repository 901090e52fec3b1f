"""Each account of each instruction replaced or spoiled: the named error, and nothing changed."""

from __future__ import annotations

from itertools import permutations

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM

from ionet.programs.escrow import errors
from ionet.programs.escrow.accounts import Cluster, Config, Job, Offer
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.interface import INSTRUCTIONS
from tests.harness.metas import substitute
from tests.programs.harness.examples import EXAMPLES, Example, Steps
from tests.programs.harness.guard import guards
from tests.programs.harness.stages import Stage, reach
from tests.programs.harness.swaps import BY_ADDRESS, FOREIGN_PROGRAM, IN_PLACE
from tests.programs.harness.tokens import TOKEN_2022
from tests.programs.harness.world import World
from tests.programs.substitutions import ACCEPTED, ACCOUNTS, listed_pairs, row

CASES = [
    pytest.param(example, index, id=f"{example.name}-{account.name}")
    for example in EXAMPLES
    for index, account in enumerate(INSTRUCTIONS[example.instruction].accounts)
]


def _is_member(example: Example) -> bool:
    return "member" in example.name


def _check(world: World, expected: str, steps: Steps) -> None:
    if expected == ACCEPTED:
        before = world.snapshot()
        world.accept(*steps)
        world.restore(before)
    else:
        world.reject(getattr(errors, expected), *steps)


@pytest.mark.parametrize(("example", "index"), CASES)
def test_substituted_account_rejects(world: World, example: Example, index: int) -> None:
    *before, step = example.make(world)
    account = INSTRUCTIONS[example.instruction].accounts[index]
    swaps = row(example.instruction, account.name, is_member=_is_member(example))
    key = step.accounts[index].pubkey
    for name, expected in swaps.items():
        if name in BY_ADDRESS:
            swapped = substitute(step, {index: BY_ADDRESS[name](world, key)})
            _check(world, expected, (*before, swapped))
        else:
            original = world.account(key)
            IN_PLACE[name](world, key)
            _check(world, expected, (*before, step))
            world.vm.set_account(key, original)
    world.accept(*before, step)


@guards(
    errors.WrongAccountOwner,
    errors.WrongAccountLength,
    errors.WrongDiscriminator,
    errors.WrongVersion,
    errors.WrongProgram,
)
def test_account_is_judged_by_owner_then_length_then_discriminator_then_version(
    world: World,
) -> None:
    """Spoiled in all ways and repaired one after the other, from the outside in."""
    job = reach(world, Stage.ACTIVE)
    step = job.step(world, "settle_job")
    good = world.account(job.address)
    for spoiled, error in (
        (bytes(99), errors.WrongAccountLength),
        (bytes(Job.LENGTH), errors.WrongDiscriminator),
        (Job.DISCRIMINATOR + bytes(Job.LENGTH - 8), errors.WrongVersion),
    ):
        foreign = Account(good.lamports, spoiled, FOREIGN_PROGRAM)
        world.vm.set_account(job.address, foreign)
        world.reject(errors.WrongAccountOwner, step)
        world.put(job.address, good, spoiled)
        world.reject(error, step)
    world.put(job.address, good)
    false_program = job.step(world, "settle_job", token_program=TOKEN_2022)
    world.reject(errors.WrongProgram, false_program)
    world.accept(step)


def test_table_names_only_accounts_that_exist() -> None:
    assert listed_pairs() <= ACCOUNTS


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_one_account_in_two_writable_places_rejects(world: World, example: Example) -> None:
    """Each writable account in the place of each other one."""
    *before, step = example.make(world)
    accounts = INSTRUCTIONS[example.instruction].accounts
    writable = [index for index, account in enumerate(accounts) if account.writable]
    for place, donor in permutations(writable, 2):
        key = step.accounts[donor].pubkey
        # A derived address cannot sign, and the cluster slot of a single job is the job.
        if accounts[place].signer or key == step.accounts[place].pubkey:
            continue
        expected = _duplicate_error(world, example, accounts[place].name, key)
        world.reject(getattr(errors, expected), *before, substitute(step, {place: key}))
    world.accept(*before, step)


def _duplicate_error(world: World, example: Example, place: str, key: Pubkey) -> str:
    """Return the error that an account must meet in the place of another: that of its sort."""
    swaps = row(example.instruction, place, is_member=_is_member(example))
    return swaps.get(_sort(world, key), swaps["nobody"])


def _sort(world: World, key: Pubkey) -> str:
    account = world.vm.get_account(key)
    if account is None or not account.data:
        return "nobody"
    if account.owner == TOKEN_PROGRAM:
        if len(account.data) == MINT_LENGTH:
            return "other_mint"
        owner = world.vm.get_account(Pubkey(account.data[32:64]))
        is_vault = owner is not None and owner.owner == PROGRAM_ID
        return "other_vault" if is_vault else "token_of_stranger"
    return _SORTS[account.data[:8]]


MINT_LENGTH = 82
_SORTS = {
    Job.DISCRIMINATOR: "other_job",
    Offer.DISCRIMINATOR: "an_offer",
    Cluster.DISCRIMINATOR: "other_cluster",
    Config.DISCRIMINATOR: "config",
}
