"""The shipped scenarios, each run once with its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from ionet.localnet.demo import run_demo
from ionet.localnet.demo_report import DemoReport
from ionet.localnet.scenario import Scenario, load_scenario, shipped_scenario


@dataclass(frozen=True)
class Run:
    """What a scenario came to, and the ledger of it."""

    scenario: Scenario
    report: DemoReport
    ledger: Path

    @property
    def set_up(self) -> int:
        """Transactions before the scenario: two configs, two mints, and attestors who join."""
        return 4 + len(self.scenario.attestors)


def _run(name: str, folder: Path) -> Run:
    scenario, ledger = load_scenario(shipped_scenario(name)), folder / f"{name}.jsonl"
    return Run(scenario, run_demo(scenario, ledger=ledger), ledger)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _run("demo", tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def exits(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _run("exits", tmp_path_factory.mktemp("exits"))


@pytest.fixture(params=["demo", "exits"])
def either(request: pytest.FixtureRequest) -> Run:
    run: Run = request.getfixturevalue(request.param)
    return run
