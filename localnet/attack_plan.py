"""Scenarios of kind attack: who tries what; see ``scenarios/april-2024.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ionet.localnet.behaviours import (
    ALWAYS_FAIL,
    ALWAYS_PASS,
    COPIER,
    EQUIVOCATOR,
    LATE,
    SILENT,
    Behaviour,
)
from ionet.localnet.scenario_toml import Table, read_toml
from ionet.programs.verification.constants import MAX_COMMITTEE

KIND: Final = "attack"
BEHAVIOURS: Final = MappingProxyType[str, Behaviour](
    {
        "copier": COPIER,
        "equivocator": EQUIVOCATOR,
        "silent": SILENT,
        "late": LATE,
        "always_pass": ALWAYS_PASS,
        "always_fail": ALWAYS_FAIL,
    }
)
_MOST_DEVICES = 1_000


@dataclass(frozen=True, slots=True)
class AttackPlan:
    """The plan.

    Attributes:
        name: Name of the scenario.
        starts_at: Unix second at which epoch 0 begins.
        attestors: How many there are.
        real: Devices that answer each challenge in time.
        flood: Devices registered with no GPU behind them.
        flood_active: How many of those are activated, too.
        shown_as: Keys under which one GPU is shown.
        spoofed: Keys of others that are tried.
        epochs: Names of behaviours of the dishonest attestors, for each epoch from 1 on.
    """

    name: str
    starts_at: int
    attestors: int
    real: int
    flood: int
    flood_active: int
    shown_as: int
    spoofed: int
    epochs: tuple[tuple[str, ...], ...]


def load_attack(path: Path) -> AttackPlan:
    """Read a scenario of this kind.

    Raises:
        ScenarioError: it breaks the schema; names file, key, value and rule.
    """
    top = read_toml(path)
    top.choice("kind", (KIND,))
    name, starts_at = top.text("name"), top.moment("starts_at")
    attestors = top.integer("attestors", 1, MAX_COMMITTEE)
    devices = top.table("devices")
    real = devices.integer("real", 1, _MOST_DEVICES)
    flood = devices.integer("flood", 0, _MOST_DEVICES)
    plan = AttackPlan(
        name=name,
        starts_at=starts_at,
        attestors=attestors,
        real=real,
        flood=flood,
        flood_active=devices.integer("flood_active", 0, flood),
        shown_as=devices.integer("shown_as", 0, _MOST_DEVICES),
        spoofed=devices.integer("spoofed", 0, real),
        epochs=tuple(_dishonest(table, attestors) for table in top.tables("epoch")),
    )
    devices.end()
    top.end()
    return plan


def _dishonest(table: Table, attestors: int) -> tuple[str, ...]:
    counts = {name: table.integer(name, 0, attestors, default=0) for name in BEHAVIOURS}
    table.end()
    names = tuple(name for name, count in counts.items() for _ in range(count))
    if len(names) > attestors:
        raise table.missing("epoch", f"{len(names)} are dishonest, of {attestors} attestors")
    return names
