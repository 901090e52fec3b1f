"""A freed index never carries over what was reported of its last holder (docs/adr/009)."""

from __future__ import annotations

from ionet.devices import Result, nibble_of
from ionet.programs.verification.constants import EPOCH_SECONDS, REVEAL_DEADLINE
from tests.verification.harness.cast import GPU_1, IDLE
from tests.verification.harness.rounds import (
    ballots,
    commit_all,
    play,
    reveal_all,
    start,
    tally,
)
from tests.verification.harness.world import GENESIS, World


def test_device_does_not_pass_by_reports_on_who_held_its_index_before(world: World) -> None:
    """Committed to, freed, then taken by a clock that is behind the epoch's beginning."""
    play(world)
    number = start(world)
    cast = ballots(world, number)
    commit_all(world, cast)
    world.accept(world.deactivate(GPU_1))
    assert world.device(GPU_1).active_until == number
    world.turn_back(GENESIS + number * EPOCH_SECONDS - 1)
    world.send(world.activate(IDLE))  # may be refused, or count from a later epoch on
    world.to(0, epoch=number)
    reveal_all(world, cast)
    world.to(REVEAL_DEADLINE)
    world.send(tally(world, number, [IDLE]))
    assert nibble_of(world.device(IDLE), number) == Result.UNSEEN
