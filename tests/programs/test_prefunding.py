"""Lamports sent to an address before its account exists block nothing and are not lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.localnet.rent import minimum_balance
from ionet.programs.escrow import errors
from ionet.programs.escrow.accounts import Cluster, Config, Job, Offer
from tests.programs.harness.examples import EXAMPLES, NEW_GPU, Example
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import TIP, Gang, JobRef
from tests.programs.harness.swaps import FOREIGN_PROGRAM
from tests.programs.harness.tokens import donate
from tests.programs.harness.world import CONFIG, FUNDER, MALLORY, World

# instruction, address it creates, data length, lamports above the rent
CREATED: list[tuple[str, Pubkey, int, int]] = [
    ("initialize_config", CONFIG, Config.LENGTH, 0),
    ("post_offer", NEW_GPU.address, Offer.LENGTH, 0),
    ("open_cluster", Gang().address, Cluster.LENGTH, 0),
    ("open_job", JobRef().address, Job.LENGTH, TIP),
    ("open_job", JobRef().vault, 165, 0),
]
EACH_CREATION = pytest.mark.parametrize(
    ("name", "address", "length", "extra"),
    CREATED,
    ids=["config", "offer", "cluster", "job", "vault"],
)


def _example(name: str) -> Example:
    return next(example for example in EXAMPLES if example.name == name)


def _fund(world: World, address: Pubkey, lamports: int) -> None:
    world.vm.set_account(address, Account(lamports, b"", SYSTEM_PROGRAM))


@EACH_CREATION
@pytest.mark.parametrize(
    "lamports_of",
    [lambda rent: 1, lambda rent: rent - 1, lambda rent: rent, lambda rent: rent + 5],
    ids=["1 lamport", "rent - 1", "rent", "rent + 5"],
)
def test_prefunded_address_is_topped_up(
    world: World,
    name: str,
    address: Pubkey,
    length: int,
    extra: int,
    lamports_of: Callable[[int], int],
) -> None:
    needed = minimum_balance(length) + extra
    steps = _example(name).make(world)
    before = world.snapshot()
    payer = world.lamports(FUNDER.pubkey)
    world.accept(*steps)
    account, cost = world.account(address), payer - world.lamports(FUNDER.pubkey)
    world.restore(before)
    present = lamports_of(needed)
    _fund(world, address, present)
    world.accept(*steps)
    funded = world.account(address)
    assert (funded.data, funded.owner) == (account.data, account.owner)
    assert funded.lamports == max(needed, present)
    assert payer - world.lamports(FUNDER.pubkey) == cost - min(needed, present)


@guards(errors.AlreadyInUse)
@EACH_CREATION
def test_occupied_address_rejects(
    world: World, name: str, address: Pubkey, length: int, extra: int
) -> None:
    steps = _example(name).make(world)
    rent = minimum_balance(length)
    for occupant in (
        Account(rent, bytes(length), SYSTEM_PROGRAM),
        Account(rent, b"", FOREIGN_PROGRAM),
        Account(rent, bytes(length), steps[-1].program_id),
    ):
        world.vm.set_account(address, occupant)
        world.reject(errors.AlreadyInUse, *steps)


def test_excess_goes_to_the_rent_payer_at_close(world: World) -> None:
    job = JobRef()
    _fund(world, job.address, 10**9)
    _fund(world, job.vault, 10**9)
    world.accept(job.open(world))
    world.accept(job.step(world, "end_job"))
    before = world.lamports(FUNDER.pubkey)
    world.at(world.now + 7_200).accept(job.step(world, "close_job"))
    assert world.lamports(FUNDER.pubkey) - before == 2 * 10**9


def test_empty_vault_takes_donations_before_it_exists_only_as_lamports(world: World) -> None:
    """A token account cannot be put at the vault's address by anybody else."""
    job = JobRef()
    world.accept(job.open(world))
    world.accept(donate(world, MALLORY, job.vault, 1))
    assert world.balance(job.vault) == job.asked_deposit + 1
