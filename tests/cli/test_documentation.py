"""The script of docs/command-line.md does what the page says, in a shell of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from ionet.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


def test_the_script_runs(tmp_path: Path) -> None:
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    binaries = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    sent = re.findall(r"^sent ([a-z_, ]+) \(", done.stdout, re.MULTILINE)
    assert sent == [
        "activate_device",
        "post_offer, create_token_account",
        "open_epoch",
        "seed_epoch",
        "open_report, commit_report",
        "reveal_report",
        "tally",
    ]
    offers = done.stdout.partition("Offers")[2]
    assert re.search(r"H100 +own +cluster_ready +2,490,000", offers)


def test_the_page_lists_every_command() -> None:
    listed = {
        name: re.findall(r"`([a-z]+)`", commands)
        for name, commands in re.findall(
            r"^\| `ionet ([a-z]+)` \| ([^|]+) \|", PAGE.read_text(), re.MULTILINE
        )
    }
    groups = {
        group.typer_instance.info.name: [
            command.name for command in group.typer_instance.registered_commands
        ]
        for group in app.registered_groups
        if group.typer_instance is not None
    }
    assert listed == groups
