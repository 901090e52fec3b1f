"""What the tally writes: the rules of ADR 010 by hand, and the Python twin on random reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from ionet.committees import decide, pack_codes
from ionet.devices import Result, carry, nibble_of
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.pdas import find_report
from tests.verification.harness.cast import ATTESTORS, FLEET, GPU_1, attestor_of
from tests.verification.harness.rounds import start, tally
from tests.verification.harness.world import World

SILENT = None
U, A, P, D = Result.UNSEEN, Result.ALIVE, Result.PASSED, Result.DEPLOYABLE
Codes = Sequence[int | None]


def _write(world: World, number: int, codes_by_place: Sequence[Sequence[int] | None]) -> None:
    """Let every place have revealed these codes of the fleet, or nothing."""
    for place, codes in enumerate(codes_by_place):
        world.rewrite(
            find_report(0, place)[0],
            epoch=number,
            attestor=attestor_of(ATTESTORS[place]),
            is_revealed=codes is not None,
            codes=pack_codes(codes or ()),
        )


def _decide(world: World, codes: Codes, *, nibble: int = 0) -> tuple[int, int]:
    """Tally one device that was ``nibble`` in epoch 1; return nibble and reason of epoch 2."""
    world.rewrite(
        GPU_1.address,
        ring=bytes([nibble << 4]) + bytes(127),
        tallied_to=1,
        reason=ReportCode.TOO_FAST,
    )
    number = start(world.to(0, epoch=2))
    _write(world, number, [None if code is None else (code,) for code in codes])
    world.to(16_200).accept(tally(world, number, [GPU_1]))
    device = world.device(GPU_1)
    return nibble_of(device, number), int(device.reason)


CARRIED = (3 | 1 << 2, 8)
"""The result of the epoch before, once more; the reason of an earlier failure stays."""


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((2, 2, 2), (D, 8)),
        ((2, 2, SILENT), (D, 8)),
        ((2, 2, 9), (D, 8)),
        ((2, 1, 9), (P, 8)),
        ((1, 1, 1), (P, 8)),
        ((2, 3, 9), (A, 8)),
        ((1, 3, SILENT), (A, 8)),
        ((3, 3, 3), (A, 8)),
        ((0, 0, 0), (U, 0)),
        ((0, 0, 2), (U, 0)),
        ((9, 5, 2), (U, 5)),
        ((5, 9, 2), (U, 5)),
        ((9, 9, 4), (U, 9)),
        ((15, 15, SILENT), (U, 15)),
        ((0, 4, 4), (U, 4)),
        ((0, 15, 7), (U, 0)),
        ((10, SILENT, SILENT), CARRIED),
        ((2, SILENT, SILENT), CARRIED),
        ((2, 0, SILENT), CARRIED),
        ((3, 9, SILENT), CARRIED),
        ((SILENT, SILENT, SILENT), CARRIED),
    ],
)
def test_committee_of_three_decides_by_two(
    world: World, codes: Codes, expected: tuple[int, int]
) -> None:
    assert _decide(world, codes, nibble=3) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [(3, 3 | 4), (3 | 4, 3 | 8), (3 | 8, 0), (1, 1 | 4), (2 | 4, 2 | 8), (0, 0)],
)
def test_result_is_carried_twice_in_a_row_then_unseen(
    world: World, before: int, after: int
) -> None:
    assert _decide(world, (SILENT, SILENT, 2), nibble=before)[0] == after
    assert world.ring().weights[2] == 0, "a carried result earns nothing"


@cache
def _large_world() -> World:
    return World(seats=21, committee_size=9)


def _random_codes(random: Random, k: int) -> list[Sequence[int] | None]:
    """Codes of the fleet by place; committees that agree, quarrel and stay silent."""
    palette = random.choice(((2,), (1, 2), (1, 2, 3), (0, 9, 2), range(16), (0, 4, 5, 15)))
    share = random.choice((0.0, 0.1, 0.4))
    return [
        None if random.random() < share else [random.choice(palette) for _ in FLEET]
        for _ in range(k)
    ]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("k", [3, 9])
def test_program_decides_as_its_twin(world: World, k: int, seed: int) -> None:
    """Twelve epochs of random reports; every outcome and the weights follow the twin."""
    place = world if k == 3 else _large_world()
    place.restore()
    random, outcomes = Random(f"{k} {seed}"), set()
    nibbles = dict.fromkeys(FLEET, 0)
    for number in range(1, 13):
        start(place.to(0, epoch=number))
        codes = _random_codes(random, k)
        _write(place, number, codes)
        place.to(16_200).accept(tally(place, number))
        weight = 0
        for index, gpu in enumerate(FLEET):
            given = [revealed[index] for revealed in codes if revealed is not None]
            decision = decide(given, k)
            before, device = nibbles[gpu], place.device(gpu)
            fresh = decision.outcome
            nibbles[gpu] = carry(before, 1) if fresh is None else int(fresh)
            assert nibble_of(device, number) == nibbles[gpu]
            if fresh is Result.UNSEEN:
                assert int(device.reason) == decision.reason
            weight += device.weight if fresh is Result.DEPLOYABLE else 0
            outcomes.add(fresh)
        assert place.ring().weights[number] == weight
    assert len(outcomes) > 1, "the reports all said the same"


@pytest.mark.parametrize("seed", range(12))
def test_two_thirds_of_honest_members_cannot_be_outvoted(seed: int) -> None:
    """Six of nine say what they saw; whatever the other three say changes no result."""
    world = _large_world()
    world.restore()
    random = Random(seed)
    truth = [random.choice((0, 1, 2, 3, 5, 9)) for _ in FLEET]
    liars = set(random.sample(range(9), 3))
    number = start(world)
    said: list[Sequence[int] | None] = []
    for place in range(9):
        lie = None if random.random() < 0.3 else [random.randrange(16) for _ in FLEET]
        said.append(lie if place in liars else truth)
    _write(world, number, said)
    world.to(16_200).accept(tally(world, number))
    expected = {1: P, 2: D, 3: A}
    for code, gpu in zip(truth, FLEET, strict=True):
        found = nibble_of(world.device(gpu), number)
        if code == 1:  # liars who say "deployable" can at most confirm that it passed
            assert found == P
        else:
            assert found == expected.get(code, U)
            if found == U:
                assert int(world.device(gpu).reason) == code


def test_last_index_of_a_range_is_read_from_the_last_half_byte(world: World) -> None:
    world.rewrite(GPU_1.address, index=1_023)
    number = start(world)
    codes = pack_codes((*(9,) * 1_023, 2))
    for place in range(3):
        world.rewrite(
            find_report(0, place)[0],
            epoch=number,
            attestor=attestor_of(ATTESTORS[place]),
            is_revealed=True,
            codes=codes,
        )
    world.to(16_200).accept(tally(world, number, [GPU_1]))
    assert nibble_of(world.device(GPU_1), number) == D


def test_record_of_a_device_changes_in_nothing_but_its_result(world: World) -> None:
    before = world.device(GPU_1)
    number = start(world)
    _write(world, number, [(2, 2, 2)] * 3)
    world.to(16_200).accept(tally(world, number))
    after = world.device(GPU_1)
    assert replace(after, ring=before.ring, tallied_to=before.tallied_to) == before
