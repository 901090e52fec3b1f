"""The README's example is examples/quickstart.py, and it runs."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "quickstart.py"
MARK = "# --- quickstart ---\n"


def example() -> str:
    return EXAMPLE.read_text().split(MARK)[1]


def test_readme_shows_the_example() -> None:
    readme = (ROOT / "README.md").read_text()
    block = readme.split("<!-- quickstart: examples/quickstart.py -->\n")[1]
    assert block.split("<!-- /quickstart -->")[0] == f"```python\n{example()}```\n"


def test_it_has_15_lines_at_most() -> None:
    assert len([line for line in example().splitlines() if line.strip()]) <= 15


def test_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    out = capsys.readouterr().out
    # Three of five hours at 2.49 USDC, less 2.5 %; the fee waits in the vault for its sweep.
    assert out.startswith("Settlement(deposit=12450000, paid=7283250, fee=0, refunded=4980000,")
