"""Counts of a network or of a scenario, with what else there is to tell of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ionet.cli.attack_view import print_attack
from ionet.cli.session import Session
from ionet.counts import Counts, count_chain, count_devices
from ionet.errors import ArgumentError
from ionet.localnet import attack_plan, census
from ionet.localnet.attack import run_attack
from ionet.localnet.scenario import shipped_scenario
from ionet.localnet.scenario_toml import read_toml

DEFAULT_SCALE = 100


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts, and what belongs to them.

    Attributes:
        counts: The counts.
        facts: What JSON has besides.
        print_before: Prints what people read before them.
    """

    counts: Counts
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    print_before: Callable[[], None] = lambda: None


def count_network(network: str | None, at: int | None) -> Counted:
    """Count the devices of a network, by default at its clock."""
    with Session(network) as session:
        net = session.net
        return Counted(count_chain(net.connection, at, program_id=net.verification))


def count_scenario(name: str, at: int | None, *, scale: int | None) -> Counted:
    """Count the devices of a scenario, by default when it ends.

    Args:
        name: One that ships with the package, or a file.
        at: Unix second.
        scale: Divides the devices of each state; only of a census, by default by 100.

    Raises:
        ArgumentError: there is a scale, and nothing to be scaled.
        ScenarioError: the file breaks the schema.
    """
    path = Path(name)
    if len(path.parts) == 1 and not path.suffix and shipped_scenario(name).exists():
        path = shipped_scenario(name)
    kind = read_toml(path).choice("kind", (census.KIND, attack_plan.KIND))
    if kind == census.KIND:
        plan, divisor = census.load_census(path), scale or DEFAULT_SCALE
        counts = count_devices(plan.accounts(divisor), plan.at if at is None else at)
        return Counted(counts, {"scenario": plan.name, "scale": divisor})
    if scale is not None:
        raise ArgumentError(f"scale {scale}: scenario {name} is carried out, and cannot be scaled")
    report = run_attack(attack_plan.load_attack(path), at=at)
    return Counted(report.counts, report.to_json(), lambda: print_attack(report))
