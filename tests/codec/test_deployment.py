"""One market, several programs: whose words are whose is told by addresses alone."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

import ionet
from ionet.deployment import Programs
from ionet.errors import ArgumentError
from ionet.events import Event
from ionet.programs.escrow import enums as escrow_enums
from ionet.programs.escrow import events as escrow
from ionet.programs.verification import enums as verification_enums
from ionet.programs.verification import events as verification
from tests.codec.surfaces import ESCROW, VERIFICATION

STRANGER = Pubkey.from_string("Job1111111111111111111111111111111111111111")
OURS = escrow.Paused(by=STRANGER, flags=1, until=2, at=3)
THEIRS = verification.Paused(by=STRANGER, flags=1, until=2, at=3)


def call(program: Pubkey, *inner: str, depth: int = 1) -> list[str]:
    return [f"Program {program} invoke [{depth}]", *inner, f"Program {program} success"]


def line(event: Event) -> str:
    return f"Program data: {base64.b64encode(event.encode()).decode()}"


def test_equal_bytes_are_the_event_of_whoever_logged_them() -> None:
    said = line(OURS)
    assert said == line(THEIRS)
    logs = [*call(VERIFICATION.program_id, said), *call(ESCROW.program_id, said)]
    assert Programs().parse_logs(logs) == [THEIRS, OURS]
    assert OURS != THEIRS


def test_events_of_a_call_keep_their_order_among_the_callers() -> None:
    inner = call(VERIFICATION.program_id, line(THEIRS), depth=2)
    logs = call(ESCROW.program_id, line(OURS), *inner, line(OURS))
    assert Programs().parse_logs(logs) == [OURS, THEIRS, OURS]


def test_an_imitator_is_not_heard() -> None:
    assert Programs().parse_logs(call(STRANGER, line(OURS))) == []
    moved = Programs(verification=STRANGER)
    assert moved.parse_logs(call(STRANGER, line(OURS))) == [THEIRS]
    assert moved.parse_logs(call(VERIFICATION.program_id, line(THEIRS))) == []


def test_an_event_of_the_other_program_is_not_the_loggers() -> None:
    heartbeat = verification.Heartbeat(device=STRANGER, at=1)
    assert Programs().parse_logs(call(ESCROW.program_id, line(heartbeat))) == []
    assert Programs().parse_logs(call(VERIFICATION.program_id, line(heartbeat))) == [heartbeat]


def test_a_failed_transaction_has_no_events() -> None:
    begun = f"Program {ESCROW.program_id} invoke [1]"
    failed = f"Program {ESCROW.program_id} failed: custom program error: 0x1770"
    logs = [*call(VERIFICATION.program_id, line(THEIRS)), begun, failed]
    assert Programs().parse_logs(logs) == []


@given(st.lists(st.text() | st.text().map("Program data: ".__add__), max_size=20))
def test_no_text_breaks_the_parser(noise: list[str]) -> None:
    assert Programs().parse_logs(noise) == []
    logs = [*call(VERIFICATION.program_id, line(THEIRS)), *noise]
    assert Programs().parse_logs(logs) == [THEIRS]


def test_each_program_has_an_address_of_its_own() -> None:
    rule = f"verification {STRANGER}: is the address of escrow as well"
    with pytest.raises(ArgumentError, match=rule):
        Programs(escrow=STRANGER, verification=STRANGER)
    with pytest.raises(ArgumentError, match="is the address of escrow as well"):
        Programs(escrow=VERIFICATION.program_id)


def test_a_code_is_looked_up_in_its_programs_table() -> None:
    programs = Programs()
    assert programs.find_error(ESCROW.program_id, 6100) is ESCROW.errors.WrongState
    assert programs.find_error(VERIFICATION.program_id, 6100) is VERIFICATION.errors.EpochNotCurrent
    assert programs.find_error(STRANGER, 6100) is None
    assert programs.find_error(ESCROW.program_id, 5_999) is None


def test_what_programs_declare_alike_is_one_class() -> None:
    assert ionet.GpuClass is escrow_enums.GpuClass is verification_enums.GpuClass
    assert escrow_enums.GPU_CLASS_OF_TAG is verification_enums.GPU_CLASS_OF_TAG
