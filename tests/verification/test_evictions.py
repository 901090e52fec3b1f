"""Evicting silent attestors: who counts as silent, and what is left to him."""

from __future__ import annotations

import pytest

from ionet.programs.verification import errors
from tests.verification.harness.cast import ATTESTORS, MALLORY, attestor_of
from tests.verification.harness.examples import remember
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import ballots, start
from tests.verification.harness.world import BOND, World, withdraw

SILENT, OTHER, _, _, LAST = ATTESTORS[:5]
NOW = 20
"""Epoch in which the attestor is judged by the epochs 12 to 19."""


@guards(errors.NotSilent)
@pytest.mark.parametrize(
    ("missed", "revealed"),
    [
        ((), ()),
        ((17, 18, 19), ()),
        ((11, 17, 18, 19), ()),
        ((17, 18, 19, 20), ()),
        ((12, 13, 14, 15), (19,)),
        ((12, 13, 14, 15), (12,)),
        ((12, 13, 14, 15, 16, 17, 18, 19), (15,)),
        ((1, 2, 3, 4, 5, 6, 7, 8), ()),
        ((44, 45, 46, 47), ()),
    ],
)
def test_who_reported_or_missed_less_stays(
    world: World, missed: tuple[int, ...], revealed: tuple[int, ...]
) -> None:
    remember(world, SILENT, missed=missed, revealed=revealed)
    for second in (0, 21_599):
        world.to(second, epoch=NOW).reject(errors.NotSilent, world.evict(SILENT))


@pytest.mark.parametrize(
    ("missed", "revealed"),
    [
        ((16, 17, 18, 19), ()),
        ((12, 13, 14, 15), ()),
        ((12, 15, 17, 19), (11,)),
        ((12, 13, 14, 15, 16, 17, 18, 19), (20,)),
    ],
)
@pytest.mark.parametrize("second", [0, 21_599])
def test_who_missed_four_of_the_last_eight_epochs_goes(
    world: World, missed: tuple[int, ...], revealed: tuple[int, ...], second: int
) -> None:
    remember(world, SILENT, missed=missed, revealed=revealed)
    world.to(second, epoch=NOW).accept(world.evict(SILENT))
    assert world.attestor(SILENT).active_until == NOW + 1
    assert world.registry().seats == 4


@guards(errors.NotSilent)
def test_first_epochs_have_no_eight_before_them(world: World) -> None:
    remember(world, SILENT, missed=(1, 2, 3, 4))
    world.to(0, epoch=4).reject(errors.NotSilent, world.evict(SILENT))
    world.to(0, epoch=5).accept(world.evict(SILENT))


@guards(errors.AttestorExiting, errors.WrongLastAttestor)
def test_eviction_is_an_exit_that_anybody_may_land(world: World) -> None:
    remember(world, SILENT, missed=(16, 17, 18, 19))
    world.to(0, epoch=NOW)
    step = world.evict(SILENT, last_attestor=attestor_of(OTHER))
    world.reject(errors.WrongLastAttestor, step)
    keys = [actor.pubkey for actor in (SILENT, LAST, MALLORY)]
    before = [world.lamports(key) for key in keys]
    world.accept(world.evict(SILENT))
    assert [world.lamports(key) for key in keys] == before, "nobody is paid"
    world.reject(errors.AttestorExiting, world.evict(SILENT))
    world.reject(errors.AttestorExiting, world.exit(SILENT))
    assert world.attestor(LAST).seats[0] == 0


@guards(errors.BondLocked)
def test_bond_of_the_evicted_returns_after_28_epochs(world: World) -> None:
    remember(world, SILENT, missed=(16, 17, 18, 19))
    world.to(0, epoch=NOW).accept(world.evict(SILENT))
    world.to(21_599, epoch=NOW + 28).reject(errors.BondLocked, withdraw(SILENT))
    before = world.lamports(SILENT.pubkey)
    world.to(0, epoch=NOW + 29).accept(withdraw(SILENT))
    assert world.lamports(SILENT.pubkey) - before == BOND


def test_holder_of_the_last_seat_is_evicted_like_any_other(world: World) -> None:
    remember(world, LAST, missed=(16, 17, 18, 19))
    world.to(0, epoch=NOW).accept(world.evict(LAST))
    assert world.registry().seats == 4
    assert world.attestor(LAST).seats == (4, 0, 0)


def test_silence_is_what_misses_record(world: World) -> None:
    """Epochs in which nobody reports and all misses are recorded make all drawn ones silent."""
    for number in range(1, 9):
        due = ballots(world, start(world))
        world.to(16_200)
        for ballot in due:
            world.accept(ballot.miss())
        world.to(0, epoch=number + 1)
    counts = {actor: sum(world.attestor(actor).missed) for actor in ATTESTORS[:5]}
    assert max(counts.values()) >= 4
    for actor, count in counts.items():
        if count >= 4:
            world.accept(world.evict(actor))
        else:
            world.reject(errors.NotSilent, world.evict(actor))
