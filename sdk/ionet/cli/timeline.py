"""The timeline of a scenario, told from its events alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ionet.codec import Unknown
from ionet.localnet.demo_jobs import money_moved
from ionet.localnet.demo_report import DemoReport, Money
from ionet.programs.escrow.enums import EndReason
from ionet.programs.escrow.events import (
    ClusterClosed,
    ClusterFailed,
    ClusterOpened,
    ClusterStarted,
    Event,
    FeeSwept,
    JobAccepted,
    JobCancelled,
    JobClosed,
    JobDeclined,
    JobEnded,
    JobExpired,
    JobExtended,
    JobOpened,
    JobRefunded,
    JobReleased,
    JobSettled,
    JobStarted,
    OfferPosted,
    ResultSubmitted,
    VoucherSettled,
)

_VERBS: dict[type, str] = {
    ClusterClosed: "close cluster",
    ClusterFailed: "cluster fails",
    ClusterOpened: "open cluster",
    ClusterStarted: "cluster starts",
    FeeSwept: "sweep fee",
    JobAccepted: "accept",
    JobCancelled: "withdraw",
    JobClosed: "close",
    JobDeclined: "decline",
    JobEnded: "end",
    JobExpired: "expire",
    JobExtended: "extend",
    JobOpened: "open",
    JobRefunded: "refund",
    JobReleased: "release",
    JobSettled: "settle",
    OfferPosted: "post offer",
    ResultSubmitted: "submit result",
    VoucherSettled: "redeem voucher",
}


_ROUND_SECONDS = 60
"""What one actor does to the members of a cluster within this time is one line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what one actor did, once or to several members of a cluster.

    Attributes:
        at: Unix time of the first.
        actor: Who paid the transaction.
        action: What was done.
        subject: Job or cluster; of a new offer the class of the device.
        count: How often.
        units: Base units that all of them moved.
        note: Where to, and anything else worth saying.
    """

    at: int
    actor: str
    action: str
    subject: str
    count: int
    units: int
    note: str

    def is_same_deed(self, other: Row) -> bool:
        """Return whether the two differ in nothing but member, amount and some seconds."""
        return (self.actor, self.action, self.subject, self.note) == (
            other.actor,
            other.action,
            other.subject,
            other.note,
        ) and abs(self.at - other.at) <= _ROUND_SECONDS

    def joined_with(self, other: Row) -> Row:
        """Return both as one line."""
        return replace(self, count=self.count + other.count, units=self.units + other.units)


def timeline(report: DemoReport) -> list[Row]:
    """Return the rows by time, those of one deed joined."""
    rows: list[Row] = []
    for row in _Teller(report).rows():
        same = next((i for i, earlier in enumerate(rows) if earlier.is_same_deed(row)), None)
        if same is None:
            rows.append(row)
        else:
            rows[same] = rows[same].joined_with(row)
    return rows


class _Teller:
    def __init__(self, report: DemoReport) -> None:
        self._report = report
        self._provider = {job.address: job.provider for job in report.jobs}

    def rows(self) -> Iterator[Row]:
        """Yield one row for each event that moved something or changed a state."""
        for transaction in self._report.executed:
            actor = self._report.names.get(transaction.payer, str(transaction.payer))
            for event in transaction.events:
                moved = money_moved(event)
                if isinstance(event, JobStarted) or (
                    isinstance(event, JobRefunded) and not moved.refunded
                ):
                    continue  # its cluster's start, or the end of the job, says it already
                yield Row(
                    transaction.unix_timestamp,
                    actor,
                    _verb(event),
                    self._subject(event),
                    1,
                    moved.deposit + moved.paid + moved.fee + moved.refunded,
                    ", ".join(filter(None, (self._payee(event, moved), _note(event)))),
                )

    def _subject(self, event: Event) -> str:
        if isinstance(event, OfferPosted):
            return "unknown" if isinstance(event.class_, Unknown) else event.class_.name
        labels = self._report.labels
        address = getattr(event, "job", None) or getattr(event, "cluster", None)
        # A member is called by its place in the cluster: "training 3/8".
        return labels[address].partition(" ")[0] if address in labels else ""

    def _payee(self, event: Event, moved: Money) -> str:
        if moved.deposit:
            return "into escrow"
        if moved.paid:
            return f"to {self._provider[getattr(event, 'job')]}"  # noqa: B009 -- events differ
        if moved.fee:
            return "to the treasury"
        return "back to the client" if moved.refunded else ""


def _verb(event: Event) -> str:
    if isinstance(event, JobEnded) and event.reason is EndReason.ELAPSED:
        return "time is up"
    return _VERBS.get(type(event), type(event).__name__)


def _note(event: Event) -> str:
    match event:
        case OfferPosted():
            return f"{usd(event.rate)} an hour"
        case ClusterStarted():
            return f"all {event.size} accepted"
        case JobOpened():
            return f"{span(event.duration)}{' each' if event.member else ''}"
        case JobExtended():
            return f"{span(event.added_duration)} more, {span(event.duration)} in all"
        case VoucherSettled():
            return f"voucher over {usd(event.cumulative)} in all"
        case JobExpired() if event.tip:
            return f"tip {event.tip:,} lamports"
        case _:
            return ""


def usd(units: int) -> str:
    """Return USDC base units as dollars, with the decimals that are not 0, but two at least."""
    dollars, _, cents = usd_exact(units).partition(".")
    return f"{dollars}.{cents.rstrip('0').ljust(2, '0')}"


def usd_exact(units: int) -> str:
    """Return USDC base units as dollars with all six decimals."""
    return f"{units // 10**6:,}.{units % 10**6:06d}"


def span(seconds: int) -> str:
    """Return a duration such as ``36 h`` or ``2 h 30 m``."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
