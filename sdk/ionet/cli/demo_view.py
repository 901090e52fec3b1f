"""The demo's report for people: timeline, money, cost, and whether it adds up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ionet.cli.timeline import Row, timeline, usd_exact
from ionet.localnet.demo_report import AMOUNTS, DemoReport, Money

_WIDTH = 112


def print_report(report: DemoReport, console: Console | None = None) -> None:
    """Print the report; colours and styles only where standard output is a terminal."""
    out = console or Console(highlight=False)
    # Wider than a narrow terminal: a folded line can be read, an amount that is cut cannot.
    out.width = max(out.width, _WIDTH)
    out.print(f"Scenario {report.scenario}: {len(report.jobs)} jobs, amounts in USDC", style="bold")
    out.print(_price_table(report))
    out.print(_timeline_table(timeline(report)))
    out.print(_money_table(report))
    out.print(_cost_table(report))
    _print_checks(report, out)


def _table(title: str, left: Iterable[str], right: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for name in left:
        table.add_column(name, no_wrap=True)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _price_table(report: DemoReport) -> Table:
    table = _table("Prices, for one GPU and hour", ("gpu", "seller", "read on", "kind"), ("USDC",))
    for price in report.prices:
        read_on = price.read_on.isoformat()
        table.add_row(price.gpu, price.seller, read_on, price.kind, usd_exact(price.rate))
    return table


def _timeline_table(rows: Iterable[Row]) -> Table:
    table = _table("Timeline", ("time (UTC)", "who", "action", "of"), ("times", "USDC"))
    table.add_column("")
    for row in rows:
        table.add_row(
            f"{datetime.fromtimestamp(row.at, UTC):%d %b %H:%M:%S}",
            row.actor,
            row.action,
            row.subject,
            str(row.count) if row.count > 1 else "",
            usd_exact(row.units) if row.units else "",
            row.note,
        )
    return table


def _money_table(report: DemoReport) -> Table:
    table = _table("Money", ("job", "kind", "provider", "state"), AMOUNTS)
    for job in report.jobs:
        table.add_row(job.label, job.kind, job.provider, job.state, *_amounts(job.money))
    table.add_section()
    table.add_row(f"{len(report.jobs)} jobs", "", "", "", *_amounts(report.totals), style="bold")
    return table


def _amounts(money: Money) -> tuple[str, ...]:
    return tuple(usd_exact(getattr(money, name)) for name in AMOUNTS)


def _cost_table(report: DemoReport) -> Table:
    columns = ("count", "min CU", "max CU", "min fee", "max fee")
    table = _table("Cost (network fee of the transaction, in lamports)", ("instruction",), columns)
    for cost in report.costs:
        figures = (cost.count, cost.min_units, cost.max_units, cost.min_fee, cost.max_fee)
        table.add_row(cost.name, *(f"{figure:,}" for figure in figures))
    fees = sum(executed.fee for executed in report.executed)
    table.add_section()
    table.add_row(f"{len(report.executed)} transactions", "", "", "", "", f"{fees:,}", style="bold")
    return table


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
        f"{len(report.checks)} checks hold: each job and the total, each fee, wallets against"
        f" events, token supply, rent back to the last lamport, {len(report.executed)}"
        " transactions conserved one by one."
    )
