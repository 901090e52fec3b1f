"""The ledger of a real rental: replays identically, and catches a program that pays otherwise."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionet.localnet import Ledger, LedgerError
from ionet.localnet.records import TransactionRecord
from ionet.localnet.replay import replay
from ionet.programs.escrow.accounts import Job, decode_account
from tests.localnet.market import BPS, builds_with_fee_divided_by, record_rental


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("market") / "ledger.jsonl"
    record_rental(path)
    return path


def iter_jobs(ledger: Path) -> Iterator[Job]:
    (escrow,) = (p.address for p in Ledger(ledger).header.programs if p.name == "escrow")
    for entry in Ledger(ledger):
        if isinstance(entry, TransactionRecord):
            for address, account in entry.accounts:
                if account is not None and account.owner == escrow:
                    decoded = decode_account(address, account, program_id=escrow)
                    if isinstance(decoded, Job):
                        yield decoded


def test_it_holds_the_whole_rental(ledger: Path) -> None:
    last = list(iter_jobs(ledger))[-1]
    assert (last.deposit, last.earned, last.paid, last.fee, last.refunded) == (
        9_960_000,
        4_979_308,
        4_854_826,
        124_482,
        4_980_692,
    )


def test_it_replays_identically_and_conserves_money(ledger: Path) -> None:
    report = replay(ledger)
    assert report.first_difference is None
    assert report.is_identical
    assert report.compared_logs_and_units


def test_every_transaction_carries_an_event_of_a_program(ledger: Path) -> None:
    entries = [e for e in Ledger(ledger) if isinstance(e, TransactionRecord)]
    programs = {str(program.address) for program in Ledger(ledger).header.programs}
    assert {event.program for entry in entries for event in entry.events} == programs
    assert all(entry.events for entry in entries if entry.error is None)


def test_a_build_that_computes_another_fee_is_caught(ledger: Path) -> None:
    assert replay(ledger, programs=builds_with_fee_divided_by(BPS)).is_identical
    report = replay(ledger, programs=builds_with_fee_divided_by(BPS - 1))
    found = report.first_difference
    assert found is not None
    assert not report.is_identical
    # The first transaction that pays the provider pays another net amount.
    assert found.field == "events"
    assert not report.compared_logs_and_units


def test_a_history_that_such_a_build_made_is_not_conserved(tmp_path: Path) -> None:
    spoiled = builds_with_fee_divided_by(BPS - 1)
    record_rental(tmp_path / "ledger.jsonl", spoiled)
    found = replay(tmp_path / "ledger.jsonl", programs=spoiled).first_difference
    assert found is not None
    assert (found.field, found.expected) == (
        "conservation",
        "fee <= floor(earned * fee_bps / 10000)",
    )


def test_1000_edits_of_one_byte_are_all_found(ledger: Path, tmp_path: Path) -> None:
    content, path = ledger.read_bytes(), tmp_path / "edited"
    rng = random.Random(6)
    for _ in range(1_000):
        edited = bytearray(content)
        at = rng.randrange(len(edited))
        edited[at] ^= rng.randrange(1, 256)
        path.write_bytes(edited)
        with pytest.raises(LedgerError):
            list(Ledger(path))
