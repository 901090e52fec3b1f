"""Devices read as published, constantly within an epoch, and add up over parts of an interval."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionet import devices, epochs
from ionet.devices import DeviceState, Result
from tools import device_vectors
from tools.money_vectors import render

VECTORS = json.loads(Path("tests/vectors/devices.json").read_text(encoding="utf-8"))
GENESIS = 1_800_000_000
EPOCH = 21_600


@dataclass(frozen=True)
class Record:
    """The fields of a device account that are read."""

    genesis: int
    heartbeat: int
    earlier_heartbeat: int
    active_from: int
    active_until: int
    tallied_to: int
    ring: bytes


def record(fields: dict[str, Any]) -> Record:
    return Record(**fields | {"ring": bytes.fromhex(fields["ring"])})


# Any account, sensible or not: every nibble of results and carries that a program writes.
nibbles = st.sampled_from([0, 1, 2, 3, 5, 6, 7, 9, 10, 11])
rings = st.lists(nibbles, min_size=256, max_size=256).map(
    lambda found: bytes(low | high << 4 for low, high in zip(found[::2], found[1::2], strict=True))
)
records = st.builds(
    Record,
    genesis=st.just(GENESIS),
    heartbeat=st.integers(GENESIS, GENESIS + 600 * EPOCH),
    earlier_heartbeat=st.just(0),
    active_from=st.integers(0, 600),
    active_until=st.one_of(st.integers(0, 700), st.just(2**32 - 1)),
    tallied_to=st.integers(0, 600),
    ring=rings,
)
times = st.integers(GENESIS - EPOCH, GENESIS + 620 * EPOCH)


def test_vectors_are_what_the_tool_writes() -> None:
    assert device_vectors.VECTORS.read_text(encoding="utf-8") == render(device_vectors.vectors())


@pytest.mark.parametrize("case", VECTORS["devices"], ids=lambda case: case["name"])
def test_a_device_reads_as_published(case: dict[str, Any]) -> None:
    device = record(case["device"])
    assert case["at"]
    for t, state, is_carried, is_eligible in case["at"]:
        assert devices.device_state(device, t).name.lower() == state, t
        assert devices.is_carried(device, t) == is_carried, t
        assert is_eligible is None or devices.is_eligible(device, t) == is_eligible, t


@pytest.mark.parametrize("case", VECTORS["devices"], ids=lambda case: case["name"])
def test_seen_seconds_are_as_published(case: dict[str, Any]) -> None:
    device = record(case["device"])
    assert case["seen"]
    for since, until, seconds in case["seen"]:
        assert devices.seen_seconds(device, since, until) == seconds, (since, until)


def test_results_are_carried_as_published() -> None:
    assert VECTORS["carry"]
    for case in VECTORS["carry"]:
        assert devices.carry(case["nibble"], case["gap"]) == case["carried"], case


def test_a_written_ring_reads_as_what_was_written() -> None:
    assert VECTORS["record"]
    for case in VECTORS["record"]:
        tallied_to, epoch, outcome = case["tallied_to"], case["epoch"], case["outcome"]
        written = Record(GENESIS, 0, 0, 0, 2**32 - 1, epoch, bytes.fromhex(case["after"]))
        before = Record(GENESIS, 0, 0, 0, 2**32 - 1, tallied_to, bytes.fromhex(case["ring"]))
        for earlier in range(max(epoch - 255, 0), epoch):
            expected = devices.nibble_of(before, earlier)
            assert devices.nibble_of(written, earlier) == expected, case
        decided = devices.nibble_of(before, epoch) if outcome is None else outcome
        assert devices.nibble_of(written, epoch) == decided, case


@given(device=records, parts=st.lists(times, min_size=2, max_size=5))
def test_seen_seconds_add_up_over_the_parts_of_an_interval(
    device: Record, parts: list[int]
) -> None:
    parts.sort()
    pieces = itertools.pairwise(parts)
    whole = devices.seen_seconds(device, parts[0], parts[-1])
    assert sum(devices.seen_seconds(device, *piece) for piece in pieces) == whole
    assert 0 <= whole <= parts[-1] - parts[0]


@given(device=records, epoch=st.integers(0, 615))
def test_all_is_constant_within_an_epoch(device: Record, epoch: int) -> None:
    first, last = epochs.starts_at(GENESIS, epoch), epochs.starts_at(GENESIS, epoch + 1) - 1
    for read in (devices.device_state, devices.is_carried, devices.is_eligible):
        assert read(device, first) == read(device, last)
    is_seen = devices.result_of(devices.nibble_of(device, epoch - 1)) is not Result.UNSEEN
    assert devices.seen_seconds(device, first, last + 1) == is_seen * EPOCH


@given(device=records, since=times, until=times)
def test_nothing_is_seen_backwards(device: Record, since: int, until: int) -> None:
    assert devices.seen_seconds(device, max(since, until), min(since, until)) == 0


@pytest.mark.parametrize(
    ("late", "state"), [(-1, DeviceState.UNVERIFIED), (0, DeviceState.NOT_COUNTED)]
)
def test_connected_for_thirty_days_to_the_second(late: int, state: DeviceState) -> None:
    last_of_epoch_7 = epochs.starts_at(GENESIS, 8) - 1
    device = Record(GENESIS, last_of_epoch_7, 0, 0, 0, 0, bytes(128))
    ends = epochs.starts_at(GENESIS, 8) + 30 * 86_400
    assert devices.device_state(device, ends + late) is state
    assert devices.device_state(device, epochs.starts_at(GENESIS, 8)) is DeviceState.UNVERIFIED
    assert devices.device_state(device, last_of_epoch_7) is DeviceState.NOT_COUNTED


def test_nothing_is_read_before_genesis() -> None:
    device = Record(GENESIS, GENESIS - 1, 0, 0, 2**32 - 1, 3, b"\x33" * 128)
    assert devices.device_state(device, GENESIS - 1) is DeviceState.NOT_COUNTED
    assert not devices.is_eligible(device, GENESIS - 1)
    assert devices.seen_seconds(device, 0, GENESIS + EPOCH) == 0
    assert devices.seen_seconds(device, 0, GENESIS + EPOCH + 1) == 1
