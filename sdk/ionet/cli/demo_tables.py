"""Tables of the demo's report: prices, timeline, money, devices, cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ionet.cli.timeline_row import Row, span, usd_exact
from ionet.counts import Tally
from ionet.localnet.demo_report import AMOUNTS, DemoReport, Money

_COUNTS = ("unverified", "verified", "cluster-ready", "hired")


def price_table(report: DemoReport) -> Table:
    """Return what the offers cost, and where that was read."""
    table = _table("Prices, for one GPU and hour", ("gpu", "seller", "read on", "kind"), ("USDC",))
    for price in report.prices:
        read_on = price.read_on.isoformat()
        table.add_row(price.gpu, price.seller, read_on, price.kind, usd_exact(price.rate))
    return table


def timeline_table(rows: Iterable[Row]) -> Table:
    """Return who did what when."""
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


def epoch_table(report: DemoReport) -> Table:
    """Return what each epoch brought."""
    columns = ("seats", "committee", "reports", "missed", "tallied", *_COUNTS)
    table = _table("Epochs, and the devices that count after each", ("epoch",), columns)
    for epoch in report.epochs:
        figures = (epoch.seats, epoch.committee, epoch.reports, epoch.missed, epoch.devices)
        table.add_row(str(epoch.number), *map(str, figures), *_figures(epoch.counts.total))
    return table


def counts_table(report: DemoReport) -> Table:
    """Return how many devices of each class count as what, before and after."""
    before, after = report.before, report.after
    table = _table("Devices, before the first report and at the end", ("class",), _COUNTS)
    for name in dict.fromkeys((*before.by_class, *after.by_class)):
        old, new = before.by_class.get(name, Tally()), after.by_class.get(name, Tally())
        table.add_row(name, *_changes(old, new))
    table.add_section()
    total = f"{after.accounts} devices"
    table.add_row(total, *_changes(before.total, after.total), style="bold")
    return table


def seen_table(report: DemoReport) -> Table:
    """Return for each rental how long it ran, and for how long of that its device was seen."""
    columns = ("ran", "seen", "unseen", "earned", "refunded")
    table = _table("Rentals, which earn while their device is seen", ("job", "provider"), columns)
    for job in report.jobs:
        if job.service is not None:
            times = (job.service.ran, job.service.seen, job.service.ran - job.service.seen)
            earned = usd_exact(job.money.paid + job.money.fee)
            refunded = usd_exact(job.money.refunded)
            table.add_row(job.label, job.provider, *map(span, times), earned, refunded)
    return table


def money_table(report: DemoReport) -> Table:
    """Return where the money of each job went."""
    table = _table("Money", ("job", "kind", "provider", "state"), AMOUNTS)
    for job in report.jobs:
        table.add_row(job.label, job.kind, job.provider, job.state, *_amounts(job.money))
    table.add_section()
    table.add_row(f"{len(report.jobs)} jobs", "", "", "", *_amounts(report.totals), style="bold")
    return table


def cost_table(report: DemoReport) -> Table:
    """Return what each kind of instruction cost."""
    columns = ("count", "min CU", "max CU", "min fee", "max fee")
    table = _table("Cost (network fee of the transaction, in lamports)", ("instruction",), columns)
    for cost in report.costs:
        figures = (cost.count, cost.min_units, cost.max_units, cost.min_fee, cost.max_fee)
        table.add_row(cost.name, *(f"{figure:,}" for figure in figures))
    fees = sum(executed.fee for executed in report.executed)
    table.add_section()
    table.add_row(f"{len(report.executed)} transactions", "", "", "", "", f"{fees:,}", style="bold")
    return table


def _table(title: str, left: Iterable[str], right: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for name in left:
        table.add_column(name, no_wrap=True)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _amounts(money: Money) -> tuple[str, ...]:
    return tuple(usd_exact(getattr(money, name)) for name in AMOUNTS)


def _figures(tally: Tally) -> Iterator[str]:
    for count in (tally.unverified, tally.verified, tally.cluster_ready, tally.hired):
        yield f"{count:,}"


def _changes(old: Tally, new: Tally) -> Iterator[str]:
    for before, after in zip(_figures(old), _figures(new), strict=True):
        yield f"{before} -> {after}"
