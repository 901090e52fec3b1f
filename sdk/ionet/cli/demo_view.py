"""The demo's report for people: timeline, devices, money, cost, and whether it adds up."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from ionet.cli.demo_tables import (
    cost_table,
    counts_table,
    epoch_table,
    money_table,
    price_table,
    seen_table,
    timeline_table,
)
from ionet.cli.timeline import timeline
from ionet.cli.timeline_row import span, usd_exact
from ionet.counts import Counts
from ionet.localnet.demo_report import AMOUNTS, DemoReport

_WIDTH = 112


def print_report(report: DemoReport, console: Console | None = None) -> None:
    """Print the report; colours and styles only where standard output is a terminal."""
    out = console or Console(highlight=False)
    # Wider than a narrow terminal: a folded line can be read, an amount that is cut cannot.
    out.width = max(out.width, _WIDTH)
    devices = f"{report.after.accounts} devices, {len(report.epochs)} epochs"
    title = f"Scenario {report.scenario}: {devices}, {len(report.jobs)} jobs, amounts in USDC"
    out.print(title, style="bold")
    out.print(price_table(report))
    out.print(timeline_table(timeline(report)))
    out.print(epoch_table(report))
    out.print(counts_table(report))
    for name, counts in (("before", report.before), ("after", report.after)):
        out.print(f"  {name:6} {_digest(counts)}")
    out.print()
    out.print(seen_table(report))
    out.print(money_table(report))
    out.print(cost_table(report))
    _print_unseen(report, out)
    _print_checks(report, out)


def _digest(counts: Counts) -> str:
    return f"{_time(counts.at)} sha256 {counts.sha256}"


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d %b %H:%M:%S}"


def _print_unseen(report: DemoReport, out: Console) -> None:
    """Tell in words what a device that was lost from sight cost its owner and gave its renter."""
    for job in report.jobs:
        service = job.service
        if service is not None and service.unseen_from is not None:
            out.print(
                f"{job.label}: its device went unseen at {_time(service.unseen_from)}. It ran"
                f" {span(service.ran)}, of which {span(service.seen)} are paid:"
                f" {usd_exact(job.money.paid + job.money.fee)} of {usd_exact(job.money.deposit)};"
                f" {usd_exact(job.money.refunded)} went back."
            )


def _print_checks(report: DemoReport, out: Console) -> None:
    for check in report.checks:
        if not check.holds:
            out.print(f"WRONG: {check.name}: {check.detail}", style="bold red")
    total = report.totals
    equation = " = ".join(
        (
            f"deposit {usd_exact(total.deposit)}",
            " + ".join(f"{name} {usd_exact(getattr(total, name))}" for name in AMOUNTS[1:]),
        )
    )
    if not report.adds_up:
        wrong = sum(not check.holds for check in report.checks)
        out.print(f"Does not add up: {wrong} of {len(report.checks)} checks failed; {equation}")
        return
    out.print(f"Everything adds up: {equation}.", style="bold green")
    out.print(
        f"{len(report.checks)} checks hold: each job and the total, each fee, rentals against"
        " seen time, wallets against events, token supply, rent back to the last lamport,"
        f" {len(report.executed)} transactions conserved one by one."
    )
