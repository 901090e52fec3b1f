"""Events: exact decoding, and a log parser that no text can fool or break."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet.errors import EventDecodeError
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.events import Event, FeeSwept, Unpaused, decode_event, parse_logs
from tests.codec.strategies import records
from tests.codec.surfaces import Surface, each

ESCROW = str(PROGRAM_ID)
OTHER = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
EVENT = Unpaused(at=1_750_000_000)


EACH = pytest.mark.parametrize(("surface", "name"), each("events"))


def line(event: Event) -> str:
    return f"Program data: {base64.b64encode(event.encode()).decode()}"


def call(program: str, *inner: str, depth: int = 1) -> list[str]:
    return [f"Program {program} invoke [{depth}]", *inner, f"Program {program} success"]


@EACH
@given(data=st.data())
def test_what_is_encoded_decodes_to_the_same(
    surface: Surface, name: str, data: st.DataObject
) -> None:
    event = data.draw(records(surface, surface.record("events", name)))
    assert surface.events.decode_event(event.encode()) == event
    assert surface.events.parse_logs(call(str(surface.program_id), line(event))) == [event]


@EACH
@pytest.mark.parametrize("change", [-1, 1])
def test_one_byte_short_or_long_rejects(surface: Surface, name: str, change: int) -> None:
    cls = surface.record("events", name)
    data = cls.DISCRIMINATOR + bytes(cls.LENGTH - 8 + change)
    with pytest.raises(EventDecodeError, match=f"event {name}: {len(data)} bytes, must be"):
        surface.events.decode_event(data)
    logged = f"Program data: {base64.b64encode(data).decode()}"
    assert surface.events.parse_logs(call(str(surface.program_id), logged)) == []


@given(st.binary(max_size=200))
@example(b"")
@example(b"\0" * 8)
def test_unknown_discriminator_is_no_event(data: bytes) -> None:
    assert decode_event(data) is None


def test_a_class_refuses_another_events_bytes() -> None:
    with pytest.raises(EventDecodeError, match="event FeeSwept: discriminator"):
        FeeSwept.decode(EVENT.encode())


def test_events_keep_their_order_across_instructions() -> None:
    later = Unpaused(at=2)
    logs = [*call(ESCROW, line(EVENT), line(later)), *call(OTHER), *call(ESCROW, line(EVENT))]
    assert parse_logs(logs) == [EVENT, later, EVENT]


def test_data_of_a_called_program_is_not_the_callers() -> None:
    inner = call(OTHER, line(EVENT), depth=2)
    assert parse_logs(call(ESCROW, *inner)) == []
    assert parse_logs(call(ESCROW, *inner, line(EVENT))) == [EVENT]
    assert parse_logs(call(OTHER, *call(ESCROW, line(EVENT), depth=2))) == [EVENT]


def test_another_deployment_is_told_apart() -> None:
    elsewhere = Pubkey.from_string(OTHER)
    assert parse_logs(call(OTHER, line(EVENT)), program_id=elsewhere) == [EVENT]
    assert parse_logs(call(ESCROW, line(EVENT)), program_id=elsewhere) == []


@pytest.mark.parametrize(
    "forged",
    [
        f"Program log: {line(EVENT)}",
        f"Program log: Program {ESCROW} invoke [2]",
        f"Program log: \nProgram {ESCROW} invoke [1]\n{line(EVENT)}",
        f"Program return: {OTHER} {line(EVENT).removeprefix('Program data: ')}",
        f" {line(EVENT)}",
        line(EVENT).replace("data", "Data"),
    ],
)
def test_forged_lines_are_ignored(forged: str) -> None:
    assert parse_logs(call(OTHER, forged, line(EVENT))) == []
    assert parse_logs(call(ESCROW, forged)) == []


@pytest.mark.parametrize(
    "data",
    ["", "abcd", "!!!", "YWJj ZGVm", line(EVENT)[14:-1], line(EVENT)[14:] + "A", "é" * 8],
)
def test_data_that_is_not_an_event_is_ignored(data: str) -> None:
    assert parse_logs(call(ESCROW, f"Program data: {data}", line(EVENT))) == [EVENT]


def test_data_outside_of_any_program_is_ignored() -> None:
    assert parse_logs([]) == []
    assert parse_logs([line(EVENT), *call(ESCROW), line(EVENT)]) == []


def test_nothing_is_attributed_after_logs_were_cut() -> None:
    # The runtime drops the long line of the call and goes on with the short ones inside it.
    logs = call(ESCROW, line(EVENT), "Log truncated", line(EVENT))
    assert parse_logs(logs) == [EVENT]


@pytest.mark.parametrize(
    "broken",
    [
        [f"Program {ESCROW} invoke [2]", line(EVENT)],
        [f"Program {OTHER} invoke [1]", f"Program {ESCROW} success", line(EVENT)],
        [f"Program {OTHER} invoke [1]", f"Program {ESCROW} invoke [1]", line(EVENT)],
        [f"Program {ESCROW} success", f"Program {ESCROW} invoke [1]", line(EVENT)],
    ],
)
def test_reading_stops_where_calls_do_not_nest(broken: list[str]) -> None:
    assert parse_logs([*call(ESCROW, line(EVENT)), *broken]) == [EVENT]


def test_a_failed_transaction_has_no_events() -> None:
    failed = f"Program {ESCROW} failed: custom program error: 0x1794"
    logs = [*call(ESCROW, line(EVENT)), f"Program {ESCROW} invoke [1]", line(EVENT), failed]
    assert parse_logs(logs) == []


PIECES = st.sampled_from(
    [
        f"Program {ESCROW} invoke [1]",
        f"Program {ESCROW} invoke [2]",
        f"Program {OTHER} invoke [1]",
        f"Program {OTHER} invoke [2]",
        f"Program {ESCROW} success",
        f"Program {OTHER} success",
        f"Program {OTHER} failed: x",
        "Program data: ",
        "Program data: abcd",
        "Program log: ",
        "Log truncated",
        "",
    ]
)


@given(st.lists(PIECES | st.text() | st.text().map("Program data: ".__add__), max_size=30))
def test_any_text_gives_no_event_of_ours(logs: list[str]) -> None:
    assert parse_logs(logs) == []


@given(st.lists(PIECES | st.just(line(EVENT)), max_size=30))
def test_an_event_is_only_what_escrow_itself_logged(logs: list[str]) -> None:
    found = parse_logs(logs)
    assert len(found) <= logs.count(line(EVENT))
    if f"Program {ESCROW} invoke [1]" not in logs and f"Program {ESCROW} invoke [2]" not in logs:
        assert found == []
