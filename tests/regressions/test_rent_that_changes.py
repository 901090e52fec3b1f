"""Deposits and bonds go back to who put them up, rents to who paid them, whatever rent is by then.

The price of a byte is a sysvar, and is going to change.
"""

from __future__ import annotations

from solders.rent import Rent

from ionet.programs.verification.constants import MISS_EPOCHS
from ionet.programs.verification.pdas import find_free_index
from tests.verification.harness.cast import ATTESTORS, CAROL, FUNDER, GPU_1, attestor_of
from tests.verification.harness.world import BOND, DEPOSIT, World, withdraw

_OLD = 6_960
"""Lamports per byte when the accounts were made."""


def _set_rent(world: World, lamports_per_byte: int) -> None:
    rent = world.vm._svm.get_rent()
    world.vm._svm.set_rent(Rent(lamports_per_byte, 1.0, rent.burn_percent))


def test_bond_takes_nothing_from_a_rent_that_fell() -> None:
    world = World()
    attestor = ATTESTORS[4]
    rent = world.lamports(attestor_of(attestor)) - BOND
    world.accept(world.exit(attestor))
    world.to(0, epoch=world.epoch + 1 + MISS_EPOCHS)
    _set_rent(world, _OLD // 2)
    before = world.lamports(attestor.pubkey), world.lamports(FUNDER.pubkey)
    world.accept(withdraw(attestor))
    got = world.lamports(attestor.pubkey) - before[0], world.lamports(FUNDER.pubkey) - before[1]
    assert got == (BOND, rent)


def test_whole_deposit_returns_to_the_owner_though_rent_rose() -> None:
    world = World()
    rent = world.lamports(GPU_1.address) - DEPOSIT
    before = world.lamports(CAROL.pubkey), world.lamports(FUNDER.pubkey)
    _set_rent(world, _OLD * 3)
    world.accept(world.deactivate(GPU_1, payer=CAROL.pubkey))
    queued = world.lamports(find_free_index(0)[0])
    world.to(0, epoch=world.epoch + 1)
    world.accept(GPU_1.deregister())
    got = world.lamports(CAROL.pubkey) - before[0], world.lamports(FUNDER.pubkey) - before[1]
    assert got == (DEPOSIT - queued, rent)
