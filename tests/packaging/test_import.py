"""Which modules an import loads: the reason why `import ionet` is quick, without a clock."""

import json
import subprocess
import sys

import pytest

# Slow to load and of no use before the first call.
SLOW_STANDARD_MODULES = {"asyncio", "email", "http", "multiprocessing", "ssl", "unittest"}


def submodules_loaded_by(statement: str) -> set[str]:
    """Return the modules which `statement` adds to a fresh interpreter."""
    code = (
        "import json, sys\nbefore = set(sys.modules)\n"
        f"{statement}\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return set(json.loads(result.stdout))


def modules_loaded_by(statement: str) -> set[str]:
    """Return the top-level modules which `statement` adds to a fresh interpreter."""
    return {name.partition(".")[0] for name in submodules_loaded_by(statement)}


def third_party(modules: set[str]) -> set[str]:
    # Editable installs leave a finder or a path hook whose name begins with two underscores.
    return {m for m in modules - set(sys.stdlib_module_names) if not m.startswith("__")}


def test_import_ionet_loads_nothing_but_itself() -> None:
    modules = modules_loaded_by("import ionet")
    assert third_party(modules) == {"ionet"}
    assert modules & SLOW_STANDARD_MODULES == set()


@pytest.mark.parametrize(
    "module", ["ionet.programs.escrow", "ionet.programs.verification", "ionet.idl"]
)
def test_import_of_generated_code_needs_solders_only(module: str) -> None:
    assert third_party(modules_loaded_by(f"import {module}")) <= {"ionet", "solders"}


def test_events_are_loaded_when_their_program_says_something() -> None:
    """Making all their classes takes long, and most callers hear nothing."""
    client = "from ionet import AsyncClient, Client, Programs"
    heard = f"""{client}
programs = Programs()
address = programs.escrow
logs = [f"Program {{address}} invoke [1]", "Program data: AAAA", f"Program {{address}} success"]
programs.parse_logs(logs)
"""
    events = {f"ionet.programs.{name}.events" for name in ("escrow", "verification")}
    assert submodules_loaded_by(client) & events == set()
    assert submodules_loaded_by(heard) & events == {"ionet.programs.escrow.events"}


def test_errors_are_loaded_when_their_program_refuses() -> None:
    refused = (
        "from ionet.deployment import Programs; Programs().find_error(Programs().escrow, 6000)"
    )
    errors = {f"ionet.programs.{name}.errors" for name in ("escrow", "verification")}
    assert submodules_loaded_by("import ionet.deployment") & errors == set()
    assert submodules_loaded_by(refused) & errors == {"ionet.programs.escrow.errors"}
