"""A difference of a replay is told field by field, whichever program's bytes they are."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from solders.pubkey import Pubkey

from ionet.cli.difference import describe
from ionet.localnet.replay_report import Difference
from ionet.programs.escrow.accounts import Offer
from ionet.programs.escrow.events import FeeSwept
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.events import DeviceTallied, Heartbeat

KEY = Pubkey.from_string("Job1111111111111111111111111111111111111111")


def difference(field: str, expected: Any, got: Any) -> Difference:
    return Difference(0, "signature", None, field, expected, got)


def logged(*events: Any) -> list[dict[str, str]]:
    return [{"program": str(KEY), "data": b64encode(e.encode()).decode()} for e in events]


@pytest.mark.parametrize(("cls", "field"), [(Offer, "jobs"), (Device, "tallied_to")])
def test_an_account_of_either_program_is_told_by_its_fields(cls: Any, field: str) -> None:
    blank = bytearray(cls.DISCRIMINATOR + bytes(cls.LENGTH - 8))
    changed = bytearray(blank)
    changed[cls.OFFSETS[field]] = 7
    texts = [b64encode(data).decode() for data in (blank, changed)]
    assert describe(difference("data", *texts)) == [(f"{cls.__name__}.{field}", "0", "7")]


def test_events_of_both_programs_are_told_by_their_fields() -> None:
    swept = FeeSwept(KEY, 1, 2, 3, 4)
    expected = logged(swept, Heartbeat(device=KEY, at=5))
    got = logged(swept, Heartbeat(device=KEY, at=6))
    assert describe(difference("events", expected, got)) == [("Heartbeat.at", "5", "6")]


def test_an_event_that_did_not_come_is_named() -> None:
    heartbeat = Heartbeat(device=KEY, at=5)
    tallied = DeviceTallied(KEY, 1, 2, 0, ReportCode.LATE, 5)
    found = difference("events", logged(heartbeat, tallied), logged(heartbeat))
    assert describe(found) == [("event", "DeviceTallied", "nothing")]


def test_what_is_of_no_program_is_shown_as_it_is() -> None:
    assert describe(difference("data", "AAAA", "BBBB")) == [("data", "AAAA", "BBBB")]
