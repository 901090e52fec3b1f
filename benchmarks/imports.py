"""Milliseconds that an import adds to an interpreter, the best of several fresh processes."""

from __future__ import annotations

import subprocess
import sys

_PROCESSES = 7
_PROBE = "import time; t = time.perf_counter(); {}; print((time.perf_counter() - t) * 1e3)"


def measure() -> dict[str, float]:
    """Return milliseconds by what is imported."""
    return {
        "import_ionet_ms": _best("import ionet"),
        "import_client_ms": _best("from ionet import Client"),
        "import_escrow_ms": _best("from ionet.programs.escrow import instructions"),
    }


def _best(statement: str) -> float:
    command = [sys.executable, "-c", _PROBE.format(statement)]
    return min(
        float(subprocess.run(command, check=True, capture_output=True).stdout)
        for _ in range(_PROCESSES)
    )
