"""A missed reveal can be recorded for 28 epochs, or until its seat has moved three times."""

from __future__ import annotations

from ionet.localnet.actors import Actor
from ionet.programs.verification.constants import REVEAL_DEADLINE
from ionet.programs.verification.errors import WrongAttestor
from tests.verification.harness.rounds import Ballot, ballots, start
from tests.verification.harness.world import World

_LATE = 20_000
"""A second of an epoch in which misses can be recorded."""


def _duty_of(world: World, attestor: Actor) -> Ballot:
    """Play on until the attestor is drawn; return the ballot that it owes."""
    while True:
        cast = ballots(world, start(world))
        for ballot in cast:
            if ballot.attestor == attestor:
                return ballot
        world.to(0, epoch=world.epoch + 1)


def _second_to_last(world: World) -> Actor:
    return sorted(world.seated(), key=lambda actor: world.attestor(actor).seats[0])[-2]


def test_miss_is_recordable_until_the_third_move_of_its_seat() -> None:
    """Each exit moves the holder of the last seat; those who leave may be his own."""
    world = World(seats=9, committee_size=5)
    last = world.last_attestor()
    owed = _duty_of(world, last)
    world.to(REVEAL_DEADLINE)
    due = world.snapshot()
    world.accept(owed.miss())
    world.restore(due)
    for number in range(owed.epoch, owed.epoch + 3):
        world.to(_LATE, epoch=number)
        recordable = world.snapshot()
        world.accept(owed.miss())
        world.restore(recordable)
        world.accept(world.exit(_second_to_last(world)))
        assert world.last_attestor() == last
    world.reject(WrongAttestor, owed.miss())
