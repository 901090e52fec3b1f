"""The shipped scenarios come out to the base unit, and the report says only what the chain says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ionet import money
from ionet.localnet.demo import run_demo
from ionet.localnet.demo_checks import check_jobs
from ionet.localnet.demo_report import AMOUNTS, JobLine, Money
from ionet.localnet.ledger import Ledger
from ionet.localnet.records import TransactionRecord
from ionet.localnet.scenario import load_scenario, shipped_scenario
from ionet.programs.escrow import interface as escrow
from ionet.programs.verification import interface as verification
from tests.scenarios.conftest import Run

HOUR = 3_600


def rental(rate: int, seconds: int, deposit: int) -> Money:
    """What a rental at this rate, seen for so many seconds, must come to."""
    earned = money.gross(rate, seconds)
    fee = money.fee(earned, 250)
    return Money(deposit, earned - fee, fee, deposit - earned, 0)


def test_the_demo_comes_to_its_real_figures(demo: Run) -> None:
    money_of = {job.label: job.money for job in demo.report.jobs}
    atlas, boreal = 2_690_000, 2_402_400
    for member in range(1, 7):
        assert money_of[f"training {member}/8"] == rental(atlas, 36 * HOUR, 36 * atlas)
    for member in (7, 8):
        assert money_of[f"training {member}/8"] == rental(boreal, 36 * HOUR, 36 * boreal)
    assert money_of["fine-tune"] == rental(1_390_000, 9_000, 5_560_000)
    assert money_of["inference"] == Money(5_000_000, 3_209_357, 82_291, 1_708_352, 0)
    assert money_of["simulation"] == rental(1_390_000, 57_540, 33_360_000)
    assert money_of["simulation"] == Money(33_360_000, 21_661_413, 555_420, 11_143_167, 0)
    assert money_of["unanswered"] == Money(720_000, 0, 0, 720_000, 0)
    assert len(money_of) == 12
    assert demo.report.totals == Money(798_652_800, 763_421_375, 19_574_906, 15_656_519, 0)


def test_the_other_exits_come_to_theirs(exits: Run) -> None:
    money_of = {job.label: job.money for job in exits.report.jobs}
    assert money_of["render"] == Money(1_250_000, 1_218_750, 31_250, 0, 0)
    assert money_of["withdrawn"] == Money(28_828_800, 0, 0, 28_828_800, 0)
    for member in (1, 2, 3):
        gang = money_of[f"gang {member}/3"]
        assert (gang.paid, gang.fee, gang.refunded) == (0, 0, gang.deposit)
    assert money_of["evicted"] == rental(2_402_400, 7 * HOUR + 29 * 60, 28_828_800)
    assert money_of["gap"] == rental(1_390_000, 24 * HOUR, 50_040_000)


def test_everything_adds_up(either: Run) -> None:
    report = either.report
    assert [check for check in report.checks if not check.holds] == []
    for job in report.jobs:
        assert job.state == "closed"
        assert job.money.is_conserved
        assert job.money.held == 0
        assert job.money.fee == (job.money.paid + job.money.fee) * 250 // 10_000


def test_json_has_integers_in_base_units(either: Run) -> None:
    document = either.report.to_json()
    assert document["adds_up"] is True
    for name in AMOUNTS:
        assert document["totals"][name] == sum(job[name] for job in document["jobs"])
        assert {type(job[name]) for job in document["jobs"]} == {int}
    assert all(type(units) is int and units > 0 for units in document["cu"].values())
    assert document["instructions"].keys() == document["cu"].keys()
    assert all(price["date"] and price["source"] for price in document["prices"])


def test_every_instruction_of_a_job_is_in_one_of_the_scenarios(demo: Run, exits: Run) -> None:
    seen = {cost.name for run in (demo, exits) for cost in run.report.costs}
    governed = {"set_mint", "propose_authority", "accept_authority", "pause", "unpause"}
    parameters = {"initialize_config", "update_config", "update_offer"}
    of_jobs = escrow.INSTRUCTIONS.keys() - governed - parameters
    of_devices = {"register_device", "activate_device"}
    of_epochs = {"open_epoch", "seed_epoch", "tally", "record_miss"}
    of_attestors = {"open_report", "commit_report", "reveal_report", "evict_attestor"}
    assert (of_devices | of_epochs | of_attestors) < verification.INSTRUCTIONS.keys()
    assert seen == of_jobs | of_devices | of_epochs | of_attestors


def test_the_ledger_holds_every_transaction_of_the_report(either: Run) -> None:
    recorded = [e for e in Ledger(either.ledger) if isinstance(e, TransactionRecord)]
    executed = either.report.executed
    # Before the scenario begins, programs are set up and its devices are verified.
    scenario = recorded[-len(executed) :]
    assert [entry.fee for entry in scenario] == [transaction.fee for transaction in executed]
    before = recorded[: -len(executed)]
    assert all(entry.unix_ms < scenario[0].unix_ms for entry in before)
    assert all(entry.error is None for entry in before)


def test_a_run_repeats_to_the_byte(demo: Run, tmp_path: Path) -> None:
    again = tmp_path / "again.jsonl"
    report = run_demo(load_scenario(shipped_scenario()), ledger=again)
    assert report == demo.report
    assert again.read_bytes() == demo.ledger.read_bytes()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda job: replace(job, money=job.money + Money(paid=1)),
        lambda job: replace(job, money=job.money + Money(paid=-1, fee=1)),
        lambda job: replace(job, money=job.money + Money(held=1)),
        lambda job: replace(job, state="ending"),
    ],
    ids=["a unit too much", "a unit of the provider's in the fee", "a unit left", "not closed"],
)
def test_a_report_with_one_thing_wrong_does_not_add_up(
    demo: Run, spoil: Callable[[JobLine], JobLine]
) -> None:
    jobs = [spoil(demo.report.jobs[0]), *demo.report.jobs[1:]]
    checks = list(check_jobs(jobs, 250))
    assert not all(check.holds for check in checks)
    assert all(check.holds for check in check_jobs(demo.report.jobs, 250))
    assert not replace(demo.report, checks=tuple(checks)).adds_up
