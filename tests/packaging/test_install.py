"""`pip install .` into an empty environment, and the demo from there."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.slow]

WHEELHOUSE = Path(sys.prefix) / "wheelhouse"
AMOUNTS = ("paid", "fee", "refunded", "held")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Install the project into an empty virtual environment; return its folder of commands."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    bin_folder = folder / "bin"
    pip = [sys.executable, "-m", "pip", "--python", str(bin_folder / "python")]
    options = ["--quiet", "--constraint", str(root / "constraints/current.txt")]
    if WHEELHOUSE.is_dir():  # made by `make setup`: the test then needs no network
        options += ["--no-index", "--find-links", str(WHEELHOUSE)]
    subprocess.run([*pip, "install", *options, str(root)], check=True, env=clean_environment())
    return bin_folder


def clean_environment() -> dict[str, str]:
    """Return the environment without what would let the tree leak into a child process."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_FIND_LINKS"))}


def run(command: list[str | Path], folder: Path) -> str:
    result = subprocess.run(
        command, cwd=folder, env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def assert_conserved(amounts: Mapping[str, int]) -> None:
    assert amounts["deposit"] == sum(amounts[name] for name in AMOUNTS)


def test_installed_package_is_not_the_tree(environment: Path, tmp_path: Path) -> None:
    code = "import ionet, ionet.localnet; print(ionet.__file__, ionet.localnet.__file__, sep='\\n')"
    files = run([environment / "python", "-c", code], tmp_path).split()
    assert [f for f in files if not Path(f).is_relative_to(environment.parent)] == []


def test_installed_demo_conserves_every_base_unit(environment: Path, tmp_path: Path) -> None:
    report = json.loads(run([environment / "ionet", "demo", "--json"], tmp_path))
    for job in report["jobs"]:
        assert_conserved(job)
        assert job["state"] == "closed"
        assert job["fee"] == (job["paid"] + job["fee"]) * 250 // 10_000
    assert_conserved(report["totals"])
    for name in ("deposit", *AMOUNTS):
        assert report["totals"][name] == sum(job[name] for job in report["jobs"])
    assert all(units > 0 for units in report["cu"].values())
