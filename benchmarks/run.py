"""Measure, compare with the recorded baseline, and report.

    python benchmarks/run.py            measure everything and show it beside the baseline
    python benchmarks/run.py --check    measure only what is exact; fail if a figure differs
    python benchmarks/run.py --record   measure everything and make it the baseline

Times are never judged: they say something about a machine, and are recorded with it.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import codec, costs, counts, imports, lives, verification_costs
from ionet.lanes import runtime_version

FOLDER = Path(__file__).parent
BASELINE = FOLDER / "baseline.json"
README = FOLDER / "README.md"
_BEGIN, _END = "<!-- figures -->\n", "<!-- /figures -->\n"

Figures = Mapping[str, int | float]


def main() -> int:
    """Run as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure the programs and the SDK.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="fail if an exact figure differs")
    mode.add_argument("--record", action="store_true", help="make this run the baseline")
    options = parser.parse_args()
    if options.check:
        return check(measure_exact(), _baseline()["exact"])
    exact, speed = measure_exact(), measure_speed()
    if options.record:
        record(exact, speed)
    print(report(exact, speed, _baseline()))
    return 0


def measure_exact() -> dict[str, int]:
    """Return every figure that is the same on every machine."""
    return {**costs.measure(), **verification_costs.measure()}


def measure_speed() -> dict[str, float]:
    """Return every figure that depends on the machine."""
    found = {**codec.measure(), **imports.measure(), **lives.measure(), **counts.measure()}
    return {name: round(value, 3) for name, value in found.items()}


def check(exact: Figures, baseline: Figures) -> int:
    """Print what differs from the baseline; return 1 if anything does."""
    names = sorted(exact.keys() | baseline.keys())
    wrong = [name for name in names if exact.get(name) != baseline.get(name)]
    for name in wrong:
        print(f"{name}: {exact.get(name)}, the baseline says {baseline.get(name)}", file=sys.stderr)
    if not wrong:
        print(f"{len(names)} figures equal the baseline")
    return 1 if wrong else 0


def record(exact: Figures, speed: Figures) -> None:
    """Write the baseline, and its table into the README."""
    machine = {
        "python": platform.python_version(),
        "runtime": runtime_version(),
        "architecture": platform.machine(),
    }
    document = {"machine": machine, "exact": exact, "speed": speed}
    BASELINE.write_text(json.dumps(document, indent=2) + "\n")
    head, _, rest = README.read_text().partition(_BEGIN)
    tail = rest.partition(_END)[2]
    README.write_text(head + _BEGIN + _tables(exact, speed, machine) + _END + tail)


def report(exact: Figures, speed: Figures, baseline: Mapping[str, Any]) -> str:
    """Return all figures beside those of the baseline."""
    lines = [f"{'figure':<32}{'now':>14}{'baseline':>14}"]
    for figures, recorded in ((exact, baseline["exact"]), (speed, baseline["speed"])):
        for name, value in figures.items():
            before = recorded.get(name)
            was = "-" if before is None else f"{before:,}"
            mark = "  *" if type(value) is int and value != before else ""
            lines.append(f"{name:<32}{value:>14,}{was:>14}{mark}")
    return "\n".join(lines)


def _tables(exact: Figures, speed: Figures, machine: Mapping[str, str]) -> str:
    rows = ["| instruction | CU | transaction, bytes |", "|---|--:|--:|"]
    for name in (key.removesuffix("_cu") for key in exact if key.endswith("_cu")):
        size = exact.get(f"{name}_tx_bytes")
        rows.append(f"| {name} | {exact[f'{name}_cu']:,} | {'' if size is None else size} |")
    rows += ["", "| exact | |", "|---|--:|"]
    rows += [
        f"| {name} | {value:,} |"
        for name, value in exact.items()
        if not name.endswith(("_cu", "_tx_bytes"))
    ]
    about = f"Python {machine['python']}, {machine['runtime']}, {machine['architecture']}"
    rows += ["", f"| speed ({about}) | |", "|---|--:|"]
    rows += [f"| {name} | {value:,} |" for name, value in speed.items()]
    return "\n".join(rows) + "\n"


def _baseline() -> dict[str, Any]:
    if not BASELINE.exists():
        return {"exact": {}, "speed": {}}
    document: dict[str, Any] = json.loads(BASELINE.read_text())
    return document


if __name__ == "__main__":
    sys.exit(main())
