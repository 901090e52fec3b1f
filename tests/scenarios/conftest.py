"""The shipped scenarios, each run once with its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from ionet.localnet.demo import run_demo
from ionet.localnet.demo_report import DemoReport
from ionet.localnet.scenario import load_scenario, shipped_scenario


@dataclass(frozen=True)
class Run:
    """What a scenario came to, and the ledger of it."""

    report: DemoReport
    ledger: Path


def _run(name: str, folder: Path) -> Run:
    ledger = folder / f"{name}.jsonl"
    return Run(run_demo(load_scenario(shipped_scenario(name)), ledger=ledger), ledger)


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
