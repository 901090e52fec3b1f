"""The demo's ledger: replayed by anybody, edited by nobody, and a judge of other builds."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ionet.localnet.demo import run_demo
from ionet.localnet.errors import LedgerError
from ionet.localnet.ledger import Ledger
from ionet.localnet.programs import shipped_programs
from ionet.localnet.replay import replay
from ionet.localnet.scenario import load_scenario, shipped_scenario
from ionet.programs.escrow.events import JobSettled, VoucherSettled, decode_event
from tests.scenarios.conftest import Run
from tests.scenarios.programs import fee_off_by_one

EDITS = 1_000


def test_it_replays_identically(either: Run) -> None:
    report = replay(either.ledger)
    assert report.first_difference is None
    assert report.is_identical
    assert report.compared_logs_and_units
    assert report.transactions > len(either.report.executed)


def test_another_process_finds_the_same_digest(demo: Run) -> None:
    command = [sys.executable, "-m", "ionet.cli", "replay", str(demo.ledger), "--json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert found["identical"] is True
    assert found["sha256"] == replay(demo.ledger).sha256


@pytest.mark.slow
def test_random_edits_of_one_byte_are_all_detected(demo: Run, tmp_path: Path) -> None:
    content, path = demo.ledger.read_bytes(), tmp_path / "edited.jsonl"
    rng = random.Random(2026)
    places = [rng.randrange(len(content)) for _ in range(EDITS)]
    missed: list[int] = []
    for at in places:
        edited = bytearray(content)
        edited[at] ^= rng.randrange(1, 256)
        path.write_bytes(edited)
        try:
            for _ in Ledger(path):
                pass
        except LedgerError:
            continue
        missed.append(at)
    assert missed == []
    # The edits reach the whole file, header and last line included.
    lines = content.count(b"\n")
    assert len({content.count(b"\n", 0, at) for at in places}) > lines // 2


def test_replay_refuses_an_edited_ledger(demo: Run, tmp_path: Path) -> None:
    content, path = bytearray(demo.ledger.read_bytes()), tmp_path / "edited.jsonl"
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"ledger line \d+: "):
        replay(path)


def test_a_build_whose_fee_is_one_unit_too_high_is_caught(demo: Run) -> None:
    report = replay(demo.ledger, programs=fee_off_by_one())
    found = report.first_difference
    assert found is not None
    assert not report.is_identical
    assert found.field == "events"
    recorded, replayed = (
        [decode_event(base64.b64decode(event["data"])) for event in events]
        for events in (found.expected, found.got)  # type: ignore[union-attr]
    )
    # The very first payment: the same gross, one base unit more for the treasury, one less net.
    honest, spoiled = recorded[0], replayed[0]
    assert isinstance(honest, JobSettled | VoucherSettled)
    assert isinstance(spoiled, JobSettled | VoucherSettled)
    assert spoiled.gross == honest.gross
    assert spoiled.fee == honest.fee + 1
    assert spoiled.net == honest.net - 1


def test_a_demo_on_that_build_says_that_it_does_not_add_up() -> None:
    report = run_demo(load_scenario(shipped_scenario()), programs=fee_off_by_one())
    wrong = [check.name for check in report.checks if not check.holds]
    assert not report.adds_up
    assert "fee == floor((paid + fee) * 250 / 10000), for each job" in wrong
    assert "deposit == paid + fee + refunded + held, for each job" not in wrong


def test_a_ledger_names_its_build(demo: Run) -> None:
    builds = {program.name: program.sha256 for program in shipped_programs()}
    assert {p.name: p.sha256 for p in Ledger(demo.ledger).header.programs} == builds
