"""The shipped programs: fresh by the manifest, small, no trace of the machine that built them."""

import json
import shutil
from pathlib import Path

import pytest

from ionet.interfaces import PROGRAMS
from tools import manifest
from tools.manifest import iter_sources

MAX_PROGRAM_BYTES = 64 * 1024


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the shipped programs, so that a test may spoil them."""
    return Path(shutil.copytree(manifest.SHIPPED, tmp_path / "bin"))


def test_manifest_matches_binaries_and_sources() -> None:
    assert manifest.find_stale() == []


def test_manifest_lists_both_builds_of_every_program() -> None:
    programs = json.loads((manifest.SHIPPED / manifest.NAME).read_text())["programs"]
    assert {name: set(entry["sha256"]) for name, entry in programs.items()} == {
        name: {"v0", "v3"} for name in PROGRAMS
    }


def test_a_program_depends_on_what_it_shares_and_not_on_the_other() -> None:
    for program in PROGRAMS:
        crates = {p.relative_to(manifest.WORKSPACE).parts[0] for p in iter_sources(program)}
        assert {"accounts", "common", "math", "sbpf", program} <= crates
        assert crates.isdisjoint(set(PROGRAMS) - {program})


def test_changed_binary_is_stale(copy: Path) -> None:
    with (copy / "escrow.v3.so").open("ab") as file:
        file.write(b"\0")
    assert "escrow: binary is not the one listed" in manifest.find_stale(copy)


def test_removed_program_is_stale(copy: Path) -> None:
    for path in copy.glob("escrow.*.so"):
        path.unlink()
    assert "escrow: listed, no binary" in manifest.find_stale(copy)


def test_changed_source_is_stale(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "hash_sources", lambda program: "0" * 64)
    assert "escrow: sources changed after the build" in manifest.find_stale(copy)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("arch", ["v3", "v0"])
def test_program_is_small_and_holds_no_path(program: str, arch: str) -> None:
    data = (manifest.SHIPPED / f"{program}.{arch}.so").read_bytes()
    assert len(data) <= MAX_PROGRAM_BYTES
    assert [
        trace for trace in (b"/home/", b"/root/", b".cargo", b"/usr/src") if trace in data
    ] == []
