"""The timeline of a scenario, told from its events; what is on no chain is marked so."""

from __future__ import annotations

from collections.abc import Iterator

from ionet.cli.timeline_devices import DeviceTeller
from ionet.cli.timeline_row import Row, span, usd
from ionet.codec import Unknown
from ionet.localnet.demo_jobs import money_moved
from ionet.localnet.demo_report import DemoReport, Money
from ionet.programs.escrow.enums import EndReason
from ionet.programs.escrow.events import (
    ClusterClosed,
    ClusterFailed,
    ClusterOpened,
    ClusterStarted,
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
from ionet.programs.escrow.events import Event as EscrowEvent

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


def timeline(report: DemoReport) -> list[Row]:
    """Return the rows by time, those of one deed joined."""
    rows: list[Row] = []
    told = (*DeviceTeller(report).rows(), *_Teller(report).rows())
    for row in sorted(told, key=lambda row: row.at):
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
                if not isinstance(event, EscrowEvent):
                    continue
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

    def _subject(self, event: EscrowEvent) -> str:
        if isinstance(event, OfferPosted):
            return "unknown" if isinstance(event.class_, Unknown) else event.class_.name
        labels = self._report.labels
        address = getattr(event, "job", None) or getattr(event, "cluster", None)
        # A member is called by its place in the cluster: "training 3/8".
        return labels[address].partition(" ")[0] if address in labels else ""

    def _payee(self, event: EscrowEvent, moved: Money) -> str:
        if moved.deposit:
            return "into escrow"
        if moved.paid:
            return f"to {self._provider[getattr(event, 'job')]}"  # noqa: B009 -- events differ
        if moved.fee:
            return "to the treasury"
        return "back to the client" if moved.refunded else ""


def _verb(event: EscrowEvent) -> str:
    if isinstance(event, JobEnded) and event.reason is EndReason.ELAPSED:
        return "time is up"
    return _VERBS.get(type(event), type(event).__name__)


def _note(event: EscrowEvent) -> str:
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
