"""Joining, exiting, seats that move, and the bond."""

from __future__ import annotations

from random import Random

import pytest
from solders.account import Account

from ionet.localnet.actors import Actor
from ionet.programs.verification import errors
from ionet.programs.verification.constants import FOREVER
from tests.verification.harness.cast import ATTESTORS, CAROL, FUNDER, MALLORY, attestor_of
from tests.verification.harness.examples import NOBODY
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import members, seat_at, start
from tests.verification.harness.world import BOND, REGISTRY, World, join, withdraw

EPOCH = 1
FIRST, SECOND, THIRD, FOURTH, LAST = ATTESTORS[:5]
NEXT = ATTESTORS[5]


@guards(errors.SeatsExhausted)
def test_last_seat_is_number_65534(world: World) -> None:
    world.rewrite(REGISTRY, seats=2**16 - 1)
    world.reject(errors.SeatsExhausted, join(NEXT))
    world.rewrite(REGISTRY, seats=2**16 - 2)
    world.accept(join(NEXT))
    assert world.attestor(NEXT).seats[0] == 2**16 - 2
    assert world.registry().seats == 2**16 - 1


@guards(errors.AlreadyInUse)
def test_attestor_has_one_seat(world: World) -> None:
    """Neither another one beside it, nor a new one while the bond is still locked."""
    world.reject(errors.AlreadyInUse, join(FIRST))
    world.accept(world.exit(FIRST))
    world.to(0, epoch=9).reject(errors.AlreadyInUse, join(FIRST))


@guards(errors.WrongLastAttestor)
def test_only_the_holder_of_the_last_seat_fills_the_hole(world: World) -> None:
    for other in (FIRST, SECOND, THIRD, FOURTH):
        step = world.exit(FIRST, last_attestor=attestor_of(other))
        world.reject(errors.WrongLastAttestor, step)
    step = world.exit(LAST, last_attestor=attestor_of(FOURTH))
    world.reject(errors.WrongLastAttestor, step)
    world.accept(world.exit(LAST))
    # Who had the last seat and gave it back has it no more.
    step = world.exit(FIRST, last_attestor=attestor_of(LAST))
    world.reject(errors.WrongLastAttestor, step)
    world.accept(world.exit(FIRST))


@guards(errors.WrongLastAttestor)
def test_seat_of_who_exited_is_nobodys_last_seat(world: World) -> None:
    """Also where another one has taken the same number since."""
    world.accept(world.exit(LAST))
    world.accept(join(NEXT))
    assert world.attestor(NEXT).seats[0] == world.attestor(LAST).seats[0] == 4
    step = world.exit(FIRST, last_attestor=attestor_of(LAST))
    world.reject(errors.WrongLastAttestor, step)
    world.accept(world.exit(FIRST))
    assert world.attestor(NEXT).seats[0] == 0


@guards(errors.AttestorExiting)
def test_seat_is_given_back_once(world: World) -> None:
    world.accept(world.exit(FIRST))
    for epoch in (1, 2, 40):
        world.to(20_000, epoch=epoch)
        world.reject(errors.AttestorExiting, world.exit(FIRST))


@guards(errors.NotAttestor)
def test_attestor_obeys_its_authority_alone(world: World) -> None:
    for other in (SECOND, FUNDER, MALLORY):
        world.reject(errors.NotAttestor, world.exit(FIRST, authority=other.pubkey))
        world.reject(errors.NotAttestor, withdraw(FIRST, authority=other.pubkey))


@guards(errors.BondLocked, errors.CaseOpen, errors.WrongRentPayer)
def test_bond_stays_until_28_epochs_after_the_last_duties(world: World) -> None:
    world.reject(errors.BondLocked, withdraw(FIRST))
    world.accept(world.exit(FIRST))
    until = world.attestor(FIRST).active_until
    assert until == EPOCH + 1
    for epoch, second in ((1, 100), (2, 0), (28, 0), (29, 21_599)):
        world.to(second, epoch=epoch).reject(errors.BondLocked, withdraw(FIRST))
    world.to(0, epoch=until + 28)
    world.rewrite(attestor_of(FIRST), open_case=MALLORY.pubkey)
    world.reject(errors.CaseOpen, withdraw(FIRST))
    world.rewrite(attestor_of(FIRST), open_case=NOBODY)
    for other in (FIRST, CAROL, MALLORY):
        world.reject(errors.WrongRentPayer, withdraw(FIRST, rent_payer=other.pubkey))
    world.accept(withdraw(FIRST))
    world.accept(join(FIRST))
    assert world.attestor(FIRST).seats_since[0] == world.epoch + 1


def test_bond_of_who_never_exited_stays_for_ever(world: World) -> None:
    """``active_until`` does not wrap around."""
    world.to(0, epoch=2**20).reject(errors.BondLocked, withdraw(FIRST))


def test_bond_is_the_authoritys_and_all_else_the_rent_payers(world: World) -> None:
    address, rent = attestor_of(FIRST), world.lamports(attestor_of(FIRST)) - BOND
    account = world.account(address)
    world.vm.set_account(address, Account(account.lamports + 77, account.data, account.owner))
    world.accept(world.exit(FIRST))
    world.to(0, epoch=30)
    before = world.lamports(FIRST.pubkey), world.lamports(FUNDER.pubkey)
    world.accept(withdraw(FIRST))
    assert world.lamports(FIRST.pubkey) - before[0] == BOND
    assert world.lamports(FUNDER.pubkey) - before[1] == rent + 77


@guards(errors.VaultShort)
def test_bond_that_is_not_there_is_not_paid(world: World) -> None:
    world.accept(world.exit(FIRST))
    world.rewrite(attestor_of(FIRST), bond=2**62)
    world.to(0, epoch=30).reject(errors.VaultShort, withdraw(FIRST))


def test_who_joins_and_exits_in_an_epoch_never_serves(world: World) -> None:
    world.accept(join(NEXT))
    world.accept(world.exit(NEXT))
    attestor, registry = world.attestor(NEXT), world.registry()
    assert attestor.active_until == attestor.seats_since[0] == EPOCH + 1
    assert (registry.seats, registry.earlier_seats, registry.seats_since) == (5, 5, EPOCH + 1)
    assert all(seat_at(attestor, epoch) is None for epoch in range(40))


def test_two_moves_in_an_epoch_keep_the_seat_of_the_epoch(world: World) -> None:
    """Of three places for seats, two moves in one epoch take one."""
    world.accept(join(NEXT))
    world.accept(world.exit(FIRST))
    assert world.attestor(NEXT).seats == (0, 0, 0)
    assert world.attestor(NEXT).seats_since == (EPOCH + 1, 0, 0)
    world.accept(world.exit(SECOND))
    assert world.attestor(LAST).seats == (1, 4, 0)
    assert world.attestor(LAST).seats_since == (EPOCH + 1, EPOCH, 0)
    world.accept(world.exit(THIRD))
    assert world.attestor(FOURTH).seats == (2, 3, 0)
    # Three are left, and the last of them exits.
    assert world.registry().seats == 3
    world.accept(world.exit(FOURTH))
    assert world.registry().seats == 2


def test_seats_have_no_holes_in_any_epoch(world: World) -> None:
    """Joins and exits at random, before and after the opening, against a list in Python."""
    random = Random(11)
    seats, idle = list(ATTESTORS[:5]), list(ATTESTORS[5:])
    for _ in range(30):
        number, served = world.epoch, tuple(seats)
        for _ in range(random.randrange(3)):
            _move(world, random, seats, idle)
        start(world)
        for _ in range(random.randrange(3)):
            _move(world, random, seats, idle)
        held = {seat_at(world.attestor(actor), number): actor for actor in _known(world)}
        held.pop(None, None)
        assert held == dict(enumerate(served))
        assert world.epoch_record(number).seats == len(served)
        assert set(members(world, number)) <= set(served)
        world.to(0, epoch=number + 1)
    joined = len(ATTESTORS) - 5 - len(idle)
    assert joined > 10, "the walk was too short to show anything"
    assert 5 + joined - len(seats) > 10, "too few exits to show anything"


def _known(world: World) -> list[Actor]:
    return [actor for actor in ATTESTORS if world.exists(attestor_of(actor))]


def _move(world: World, random: Random, seats: list[Actor], idle: list[Actor]) -> None:
    """Let somebody join, or exit with the holder of the last seat in his place."""
    if idle and (len(seats) < 4 or random.random() < 0.5):
        actor = idle.pop(0)
        world.accept(join(actor))
        seats.append(actor)
        return
    if len(seats) < 3:
        return
    actor = random.choice(seats)
    world.accept(world.exit(actor))
    seats[seats.index(actor)] = seats[-1]
    seats.pop()


@pytest.mark.parametrize("clock", ["forward", "back"])
def test_clock_that_goes_back_takes_no_duty_away(world: World, clock: str) -> None:
    """A change counts never before an earlier one does."""
    world.to(100, epoch=3).accept(world.exit(FIRST))
    moment = world.now
    if clock == "back":
        world.turn_back(moment - 2 * 21_600)
    world.accept(world.exit(SECOND))
    assert world.attestor(SECOND).active_until == 4
    assert world.registry().seats_since == 4
    assert world.attestor(THIRD).active_until == FOREVER
