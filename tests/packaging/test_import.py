"""Which modules an import loads: the reason why `import ionet` is quick, without a clock."""

import json
import subprocess
import sys

import pytest

# Slow to load and of no use before the first call.
SLOW_STANDARD_MODULES = {"asyncio", "email", "http", "multiprocessing", "ssl", "unittest"}


def modules_loaded_by(statement: str) -> set[str]:
    """Return the top-level modules which `statement` adds to a fresh interpreter."""
    code = (
        "import json, sys\nbefore = set(sys.modules)\n"
        f"{statement}\n"
        "print(json.dumps(sorted({n.partition('.')[0] for n in set(sys.modules) - before})))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return set(json.loads(result.stdout))


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
