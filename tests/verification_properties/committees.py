"""Committees of any size and their tally by the built program, on accounts written directly.

A ballot is what one member of a committee revealed of each device of the fleet, or None if it
revealed nothing. Only the tally itself is a transaction: an example takes some milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Final

from ionet.committees import pack_codes
from ionet.devices import nibble_of
from ionet.programs.verification.constants import (
    EPOCH_SECONDS,
    MAX_COMMITTEE,
    RANGE_SIZE,
    REVEAL_DEADLINE,
    RING_EPOCHS,
)
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.pdas import find_report
from tests.verification.harness.cast import ATTESTORS, FLEET, attestor_of
from tests.verification.harness.rounds import tally
from tests.verification.harness.world import GENESIS, World, epoch_account, open_epoch

Ballot = Sequence[int] | None

FIRST: Final = 2
"""The first epoch that is tallied."""
BEFORE: Final = ReportCode.TOO_FAST
"""Why devices failed at last, before the first epoch."""
_ACCOUNT = epoch_account(FIRST)


@cache
def _world() -> World:
    world = World(seats=MAX_COMMITTEE, committee_size=MAX_COMMITTEE)
    world.to(0, epoch=FIRST).accept(open_epoch(FIRST))
    world.keep()
    return world


@cache
def _noise(place: int) -> tuple[int, ...]:
    random = Random(place)
    return tuple(random.randrange(16) for _ in range(RANGE_SIZE))


class Committee:
    """A committee that decides the fleet in one epoch after the other.

    Args:
        k: Members.
        indexes: Indexes of the devices, in range 0.
        before: Their nibbles in the epoch before the first.
    """

    def __init__(self, k: int, indexes: Sequence[int], before: Sequence[int]) -> None:
        self._k, self._indexes, self._world = k, indexes, _world()
        self._world.restore()
        for gpu, index, nibble in zip(FLEET, indexes, before, strict=True):
            nibbles = [0] * RING_EPOCHS
            nibbles[FIRST - 1] = nibble
            ring = bytes(low | high << 4 for low, high in zip(*[iter(nibbles)] * 2, strict=True))
            self._world.rewrite(
                gpu.address, index=index, ring=ring, tallied_to=FIRST - 1, reason=BEFORE
            )

    def tally(self, number: int, ballots: Sequence[Ballot]) -> None:
        """Let the program decide the fleet by the ballots, one of each member."""
        world = self._world
        world.to(REVEAL_DEADLINE, epoch=number)
        world.rewrite(
            _ACCOUNT,
            number=number,
            starts_at=GENESIS + number * EPOCH_SECONDS,
            committee_size=self._k,
            seed_slot=1,
        )
        for place, ballot in enumerate(ballots):
            self._write(number, place, ballot)
        world.accept(tally(world, number, size=self._k, epoch=_ACCOUNT))

    def _write(self, number: int, place: int, ballot: Ballot) -> None:
        # All other indexes are full of codes too, and silence looks like an old report or none.
        codes = list(_noise(place))
        for index, code in zip(self._indexes, ballot or (), strict=ballot is not None):
            codes[index] = code
        is_old = ballot is None and place % 2 == 0
        self._world.rewrite(
            find_report(0, place)[0],
            epoch=number - is_old,
            attestor=attestor_of(ATTESTORS[place]),
            is_revealed=ballot is not None or is_old,
            codes=pack_codes(codes),
        )

    def nibbles(self, number: int) -> list[int]:
        """Return the nibble of each device in an epoch, tallied or not."""
        return [nibble_of(self._world.device(gpu), number) for gpu in FLEET]

    def reasons(self) -> list[int]:
        """Return the code that failed each device last."""
        return [self._world.device(gpu).reason.__index__() for gpu in FLEET]
