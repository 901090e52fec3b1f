"""Localnets for commands: made once, copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ionet.cli.app import run
from tests.cli.terminal import Terminal


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a new localnet of two attestors, and the key files of all."""
    folder = tmp_path_factory.mktemp("fresh")
    file = str(folder / "market.jsonl")
    assert run(["localnet", "create", file, "--attestors", "2", "--json"]) == 0
    assert run(["localnet", "keys", file, str(folder / "keys"), "--json"]) == 0
    return folder


@pytest.fixture
def terminal(
    fresh: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    """Return a copy of it to work on."""
    for name in ("IONET_LOCALNET", "IONET_KEY", "IONET_JOURNAL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(fresh, tmp_path / "net")
    return Terminal(tmp_path / "net", capsys)
