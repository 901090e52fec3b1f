"""``ionet demo``: a market from its first offer to its last closed job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ionet.cli.demo_view import print_report
from ionet.localnet.demo import run_demo
from ionet.localnet.errors import LocalnetError
from ionet.localnet.scenario import load_scenario, shipped_scenario


def demo(
    scenario: Annotated[
        Path | None,
        typer.Option(help="Scenario file, or one that ships: demo (the default), exits."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, amounts in base units.")
    ] = False,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Record every signed transaction in this file, for ionet replay."),
    ] = None,
) -> None:
    """Run a scenario on the embedded localnet and account for every base unit.

    Exit code 1 if the money does not add up.
    """
    plan = load_scenario(_path(scenario))
    try:
        report = run_demo(plan, ledger=ledger)
    except OSError as error:
        raise LocalnetError(f"ledger {ledger}: {error.strerror}") from None
    if as_json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        print_report(report)
        if ledger is not None:
            print(f"Recorded in {ledger}; check it with: ionet replay {ledger}")
    if not report.adds_up:
        raise typer.Exit(1)


def _path(given: Path | None) -> Path:
    if given is None:
        return shipped_scenario()
    is_name = len(given.parts) == 1 and not given.suffix and not given.exists()
    shipped = shipped_scenario(given.name)
    return shipped if is_name and shipped.exists() else given
