"""What the timeline tells of devices and attestors: who joined or left, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from solders.pubkey import Pubkey

from ionet.cli.timeline_row import Row
from ionet.codec import Unknown
from ionet.devices import Result, result_of
from ionet.localnet.demo_record import Executed
from ionet.localnet.demo_report import DemoReport
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.events import (
    AttestorExited,
    DeviceActivated,
    DeviceRegistered,
    DeviceTallied,
)

_FOUND = {
    Result.UNSEEN: "unseen",
    Result.ALIVE: "hired",
    Result.PASSED: "passed",
    Result.DEPLOYABLE: "deployable",
}


class DeviceTeller:
    """Tells what became of the devices of a scenario."""

    def __init__(self, report: DemoReport) -> None:
        self._report = report
        self._found: dict[Pubkey, Result] = {}

    def rows(self) -> Iterator[Row]:
        """Yield a row for each device that joined, lost power, or was found other than before.

        And for each attestor who left. Not in the order of time.
        """
        for change in self._report.power:
            group = change.device.partition(" ")[0]
            yield Row(change.at, change.owner, change.action, group, 1, 0, "not on-chain")
        for transaction in self._report.executed:
            yield from self._joined(transaction)
            yield from self._left(transaction)
            yield from self._tallied(transaction)

    def _joined(self, transaction: Executed) -> Iterator[Row]:
        for event in transaction.events:
            if isinstance(event, DeviceRegistered):
                gpus = "" if event.processors == 1 else f"{event.processors} "
                note = f"{gpus}{_name(event.class_)}, {_name(event.source).lower()}"
                yield self._row(transaction, "register", event.device, note)
            elif isinstance(event, DeviceActivated):
                note = f"from epoch {event.active_from} on"
                yield self._row(transaction, "activate", event.device, note)

    def _left(self, transaction: Executed) -> Iterator[Row]:
        for event in transaction.events:
            if isinstance(event, AttestorExited):
                is_evicted = any(call.name == "evict_attestor" for call in transaction.calls)
                note = f"no seat from epoch {event.active_until} on"
                action = "evict" if is_evicted else "exit"
                yield self._row(transaction, action, event.attestor, note)

    def _tallied(self, transaction: Executed) -> Iterator[Row]:
        for event in transaction.events:
            if not isinstance(event, DeviceTallied):
                continue
            result, before = result_of(event.nibble), self._found.get(event.device)
            self._found[event.device] = result
            if result is before:
                continue
            change = "" if before is None else f"{_FOUND[before]} -> "
            reason = f", {_reason(event.reason)}" if result is Result.UNSEEN else ""
            yield self._row(transaction, "tally", event.device, f"{change}{_FOUND[result]}{reason}")

    def _row(self, transaction: Executed, action: str, account: Pubkey, note: str) -> Row:
        actor = self._report.names.get(transaction.payer, str(transaction.payer))
        group = self._report.labels[account].partition(" ")[0]
        return Row(transaction.unix_timestamp, actor, action, group, 1, 0, note)


def _reason(code: ReportCode | Unknown) -> str:
    return _name(code).lower().replace("_", " ")


def _name(variant: IntEnum | Unknown) -> str:
    return f"unknown {variant.tag}" if isinstance(variant, Unknown) else variant.name
