"""The fleet of a scenario: whose devices, how they answer, what happens to them, who looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ionet.localnet.behaviours import ALWAYS_FAIL, ALWAYS_PASS, HONEST, SILENT, Behaviour
from ionet.localnet.scenario_toml import Table
from ionet.programs.verification.constants import MAX_PROCESSORS, MAX_VRAM_GIB
from ionet.programs.verification.enums import GpuClass, ReportCode, SupplySource

MAX_DEVICES = 64
"""Devices of one kind in a scenario."""
MAX_ATTESTORS = 64
BEHAVIOURS: Final[Mapping[str, Behaviour]] = {
    "honest": HONEST,
    "silent": SILENT,
    "always_pass": ALWAYS_PASS,
    "always_fail": ALWAYS_FAIL,
}
_ANSWERS = {code.name.lower(): code for code in ReportCode if code is not ReportCode.HIRED}
_UNASKED = ReportCode.NO_ANSWER
"""Stands for what attestors find of devices that they never look at."""
_SOURCES = {source.name.lower(): source for source in SupplySource}


class DeviceAction(StrEnum):
    """What happens to a device; nobody writes it on-chain."""

    UNPLUG = "unplug"
    PLUG = "plug"


@dataclass(frozen=True, slots=True)
class DeviceStep:
    """Something that happens to devices.

    Attributes:
        at: Seconds after the scenario's start.
        action: What.
        number: To which of them, from 1; 0 for all.
    """

    at: int
    action: DeviceAction
    number: int = 0


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """Devices of one provider which are alike.

    Attributes:
        name: What they are called together.
        provider: Who registers them, in epoch 0.
        gpu: Class of their GPUs.
        count: How many.
        processors: GPUs of each.
        vram_gib: Memory of each GPU in GiB.
        source: Where they come from.
        answers: What an honest attestor finds while they are plugged in and free.
        activated_in: Epoch in which they take their indexes; None for those that never do.
        steps: What happens to them, by time.
    """

    name: str
    provider: str
    gpu: GpuClass
    count: int
    processors: int
    vram_gib: int
    source: SupplySource
    answers: ReportCode
    activated_in: int | None
    steps: tuple[DeviceStep, ...]

    def label(self, number: int) -> str:
        """Return what the device of this number, from 1, is called."""
        return self.name if self.count == 1 else f"{self.name} {number}/{self.count}"


def read_attestors(table: Table) -> tuple[Behaviour, ...]:
    """Read how many attestors behave how; they take their seats in the order of ``BEHAVIOURS``."""
    found = [
        behaviour
        for name, behaviour in BEHAVIOURS.items()
        if name in table
        for _ in range(table.integer(name, 1, MAX_ATTESTORS))
    ]
    table.end()
    if not found:
        raise table.missing("honest")
    return tuple(found)


def read_devices(table: Table, *, first_epoch: int, taken: Mapping[str, DevicePlan]) -> DevicePlan:
    """Read one kind of devices.

    Args:
        table: Where it is written.
        first_epoch: The epoch in which the scenario starts.
        taken: Those read before.
    """
    name = table.text("name")
    if name in taken:
        raise table.fault("name", name, "is used twice")
    count = table.integer("count", 1, MAX_DEVICES, default=1)
    is_activated = "activated_in" in table
    plan = DevicePlan(
        name=name,
        provider=table.text("provider"),
        gpu=GpuClass[table.choice("class", GpuClass.__members__)],
        count=count,
        processors=table.integer("processors", 1, MAX_PROCESSORS, default=1),
        vram_gib=table.integer("vram_gib", 1, MAX_VRAM_GIB),
        source=_SOURCES[table.choice("source", _SOURCES)],
        answers=_ANSWERS[table.choice("answers", _ANSWERS)] if is_activated else _UNASKED,
        activated_in=table.integer("activated_in", 0, first_epoch - 1) if is_activated else None,
        steps=_steps(table, count) if is_activated and "steps" in table else (),
    )
    table.end()
    return plan


def _steps(table: Table, count: int) -> tuple[DeviceStep, ...]:
    steps: list[DeviceStep] = []
    for row in table.tables("steps"):
        step = DeviceStep(
            at=row.duration("at"),
            action=DeviceAction(row.choice("do", [action.value for action in DeviceAction])),
            number=row.integer("device", 1, count) if "device" in row else 0,
        )
        row.end()
        if steps and step.at < steps[-1].at:
            raise row.fault("at", f"{step.at} s", "is before the step above")
        steps.append(step)
    return tuple(steps)
