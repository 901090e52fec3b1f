"""The timeline tells every amount once, and amounts and durations are written exactly."""

from __future__ import annotations

import pytest

from ionet.cli.timeline import timeline
from ionet.cli.timeline_row import Row, span, usd, usd_exact
from ionet.localnet.demo import run_demo
from ionet.localnet.demo_report import DemoReport
from ionet.localnet.scenario import load_scenario, shipped_scenario


@pytest.fixture(scope="module", params=["demo", "exits"])
def report(request: pytest.FixtureRequest) -> DemoReport:
    return run_demo(load_scenario(shipped_scenario(request.param)))


def total_of(rows: list[Row], note: str) -> int:
    return sum(row.units for row in rows if row.note.startswith(note))


def test_rows_add_up_to_the_totals(report: DemoReport) -> None:
    rows, total = timeline(report), report.totals
    assert total_of(rows, "into escrow") == total.deposit
    assert sum(total_of(rows, f"to {job}") for job in {j.provider for j in report.jobs}) == (
        total.paid
    )
    assert total_of(rows, "to the treasury") == total.fee
    assert total_of(rows, "back to the client") == total.refunded


def test_rows_are_in_time_and_members_of_a_cluster_joined(report: DemoReport) -> None:
    rows = timeline(report)
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert len(rows) < len(report.executed)
    assert max(row.count for row in rows if row.action == "open") in (3, 8)
    assert sum(row.count for row in rows if row.action == "open") == len(report.jobs)


def test_every_device_is_told_when_it_joins_and_when_it_changes(report: DemoReport) -> None:
    rows = timeline(report)

    def devices(action: str) -> int:
        return sum(row.count for row in rows if row.action == action)

    assert devices("register") == report.after.accounts
    assert devices("activate") == max(epoch.devices for epoch in report.epochs)
    assert [row.action for row in rows if row.note == "not on-chain"] == [
        change.action for change in report.power
    ]
    evicted = [(row.actor, row.subject) for row in rows if row.action == "evict"]
    assert evicted == ([("stranger", "attestor-6")] if report.scenario == "demo" else [])
    lost = [row for row in rows if row.action == "tally" and "-> unseen, no answer" in row.note]
    assert [row.subject for row in lost] == [report.power[0].device]


@pytest.mark.parametrize(
    ("units", "short", "exact"),
    [
        (0, "0.00", "0.000000"),
        (1, "0.000001", "0.000001"),
        (2_402_400, "2.4024", "2.402400"),
        (1_234_567_890_000, "1,234,567.89", "1,234,567.890000"),
        (2**64 - 1, "18,446,744,073,709.551615", "18,446,744,073,709.551615"),
    ],
)
def test_amounts_are_exact(units: int, short: str, exact: str) -> None:
    assert (usd(units), usd_exact(units)) == (short, exact)


def test_spans() -> None:
    assert [span(s) for s in (0, 59, 3_600, 129_600, 5_405)] == [
        "0 s",
        "59 s",
        "1 h",
        "36 h",
        "1 h 30 m 5 s",
    ]
