"""The ledger of a real rental: replays identically, and catches a program that pays otherwise."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ionet import Client, GpuClass, Usdc, hours
from ionet.localnet import Actor, Ledger, LedgerError, Localnet, Program
from ionet.localnet.programs import shipped_programs
from ionet.localnet.records import TransactionRecord
from ionet.localnet.replay import replay
from ionet.programs.escrow.accounts import Job, decode_account

BPS = 10_000


def rent_for_7199_seconds_of_four_hours(net: Localnet) -> None:
    renter, provider, stranger = (
        Client(net.connection, net.actor(name).keypair, program_id=net.escrow)
        for name in ("renter", "provider", "stranger")
    )
    device = Actor.named("device").keypair
    provider.provider.post_offer(
        device, rate=Usdc("2.49"), gpu=GpuClass.H100, min=hours(1), max=hours(48)
    )
    (offer,) = renter.renter.iter_offers()
    job = renter.renter.open_job(offer, hours(4), idempotency_key="rental")
    for request in provider.provider.iter_requests():
        request.accept()
    net.vm.warp(hours(2) - 1)
    job.end()
    net.vm.warp(hours(48))
    stranger.keeper.crank_all()
    assert stranger.connection.get_account(job.address) is None


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("market") / "ledger.jsonl"
    with Localnet.start(["renter", "provider", "stranger"], ledger=path) as net:
        rent_for_7199_seconds_of_four_hours(net)
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


def test_every_change_of_a_job_carries_an_event_of_the_escrow(ledger: Path) -> None:
    entries = [e for e in Ledger(ledger) if isinstance(e, TransactionRecord)]
    escrow = str(Ledger(ledger).header.programs[0].address)
    assert all(event.program == escrow for entry in entries for event in entry.events)
    assert all(entry.events for entry in entries if entry.error is None)


def with_fee_divided_by(divisor: int, program: Program) -> Program:
    """Change the divisor of the fee in the machine code.

    Instructions have 8 bytes, the last 4 their operand; the remainder is taken by adding a
    multiple of -10,000.
    """
    spoiled = bytearray(program.elf)
    for at in range(4, len(spoiled) - 3, 8):
        for sign in (1, -1):
            if spoiled[at : at + 4] == (sign * BPS).to_bytes(4, "little", signed=True):
                spoiled[at : at + 4] = (sign * divisor).to_bytes(4, "little", signed=True)
    return replace(program, elf=bytes(spoiled))


def test_a_build_that_computes_another_fee_is_caught(ledger: Path) -> None:
    (escrow,) = (program for program in shipped_programs() if program.name == "escrow")
    assert replay(ledger, programs=[with_fee_divided_by(BPS, escrow)]).is_identical
    report = replay(ledger, programs=[with_fee_divided_by(BPS - 1, escrow)])
    found = report.first_difference
    assert found is not None
    assert not report.is_identical
    # The first transaction that pays the provider pays another net amount.
    assert found.field == "events"
    assert not report.compared_logs_and_units


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
