"""Every pair of seats is as often in a committee together as any other, over 200,000 draws.

The statistic is Pearson's over the pairs, of ordinary committees and, as a check that it would see
an unfair one, of two samplers that look right and are not. Seeds are fixed, so nothing is random.
"""

import hashlib
import struct
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from math import comb

import pytest

from ionet.committees import draw_committee

DRAWS = 200_000
SEATS, MEMBERS = 12, 4
SEED = hashlib.sha256(b"fairness").digest()
# The statistic of a fair sampler is 60 on average (66 pairs, each in a draw with 1 in 11) with a
# standard deviation of 13, measured over 300 seeds: the bound is seven of them above.
BOUND = 150

Sampler = Callable[[int], tuple[int, ...]]


def fair(number: int) -> tuple[int, ...]:
    return draw_committee(SEED, number // 1_000, number % 1_000, SEATS, MEMBERS)


def _entropy(number: int) -> tuple[int, ...]:
    return struct.unpack("<4Q", hashlib.sha256(SEED + struct.pack("<I", number)).digest())


def takes_the_next_seat_when_taken(number: int) -> tuple[int, ...]:
    """Draw from all seats each time, and step to the next free one: neighbours meet too often."""
    members: list[int] = []
    for x in _entropy(number):
        pick = x * SEATS >> 64
        while pick in members:
            pick = (pick + 1) % SEATS
        members.append(pick)
    return tuple(members)


def never_takes_the_top(number: int) -> tuple[int, ...]:
    """Scale by ``top`` where Floyd scales by ``top + 1``: late seats come in by collisions only."""
    members: list[int] = []
    for place, x in enumerate(_entropy(number)):
        top = SEATS - MEMBERS + place
        pick = x * top >> 64
        members.append(top if pick in members else pick)
    return tuple(members)


def statistic(sampler: Sampler) -> float:
    """Return Pearson's statistic of how often each pair of seats was drawn together."""
    pairs = Counter[tuple[int, ...]]()
    for number in range(DRAWS):
        pairs.update(combinations(sorted(sampler(number)), 2))
    expected = DRAWS * comb(MEMBERS, 2) / comb(SEATS, 2)
    assert sum(pairs.values()) == DRAWS * comb(MEMBERS, 2)
    return sum((pairs[pair] - expected) ** 2 / expected for pair in combinations(range(SEATS), 2))


def test_pairs_are_drawn_uniformly() -> None:
    assert statistic(fair) < BOUND


@pytest.mark.parametrize("biased", [takes_the_next_seat_when_taken, never_takes_the_top])
def test_an_unfair_sampler_would_be_seen(biased: Sampler) -> None:
    assert statistic(biased) > 10 * BOUND
