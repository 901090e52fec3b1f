"""Build the distributions of a source tree with the installed backend; no network."""

import os
import subprocess
import sys
from pathlib import Path


def build(source: Path, target: str, folder: Path) -> Path:
    """Build the "wheel" or "sdist" of the project in `source` into `folder`."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    # A PYTHON* variable of the caller must not decide what is built.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True)
    (built,) = folder.glob("ionet-*")
    return built
