"""Describe the built programs in manifest.json: hashes, sources and toolchain versions.

    manifest.py write FOLDER    write FOLDER/manifest.json for the *.so files in FOLDER
    manifest.py check           compare the shipped manifest with shipped files and sources; no Rust

The manifest holds no path and no time, so the same sources and tools give the same bytes. `check`
needs nothing but Python: it tells a contributor without Rust that the programs are stale.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
WORKSPACE = ROOT / "programs"
SHIPPED = ROOT / "sdk/ionet/programs/bin"
NAME = "manifest.json"


class Entry(TypedDict):
    """What the manifest says of one program; all values are lower-case hex."""

    source_sha256: str
    sha256: dict[str, str]  # of the binary, by SBPF version: "v3", "v0"


def iter_sources(program: str) -> Iterator[Path]:
    """Yield every file of the workspace that the bytes of `program` depend on, in sorted order."""
    for name in ("Cargo.lock", "Cargo.toml"):
        yield WORKSPACE / name
    for crate in sorted(("accounts", "common", "math", program)):
        yield WORKSPACE / crate / "Cargo.toml"
        yield from sorted(p for p in (WORKSPACE / crate / "src").rglob("*") if p.is_file())
    yield from sorted(p for p in (WORKSPACE / "sbpf").iterdir() if p.is_file())


def hash_sources(program: str) -> str:
    """Hash names and contents of the sources: SHA-256 over `<path> NUL <sha256> LF` lines."""
    digest = hashlib.sha256()
    for path in iter_sources(program):
        line = f"{path.relative_to(WORKSPACE).as_posix()}\0{hash_file(path)}\n"
        digest.update(line.encode())
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def describe_programs(folder: Path) -> dict[str, Entry]:
    """Describe each program in `folder`: hash of its sources, hash of the binary of each arch."""
    programs: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.so")):
        name, arch, _ = path.name.split(".")
        entry = programs.setdefault(name, Entry(source_sha256=hash_sources(name), sha256={}))
        entry["sha256"][arch] = hash_file(path)
    return programs


def toolchain() -> dict[str, str]:
    """Read the versions of the tools and libraries which decide the bytes of a program."""
    rustc = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    linker = subprocess.run(
        ["sbpf-linker", "--version"], check=True, capture_output=True, text=True
    ).stdout
    lock = tomllib.loads((WORKSPACE / "Cargo.lock").read_text())
    locked = {package["name"]: package["version"] for package in lock["package"]}
    return {
        "rustc": find_version(r"^release: (\S+)$", rustc),
        "llvm": find_version(r"^LLVM version: (\S+)$", rustc),
        "sbpf-linker": find_version(r"^sbpf-linker (\S+)$", linker),
        "pinocchio": locked["pinocchio"],
    }


def find_version(pattern: str, text: str) -> str:
    """Return the first group of `pattern` in `text`, or exit with the text that lacks it."""
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        sys.exit(f"error: no version matching {pattern!r} in: {text!r}")
    return match.group(1)


def write(folder: Path) -> None:
    """Write the manifest of the programs in `folder`."""
    manifest = {"programs": describe_programs(folder), "toolchain": toolchain()}
    (folder / NAME).write_text(json.dumps(manifest, indent=2) + "\n")


def find_stale(folder: Path = SHIPPED) -> list[str]:
    """List what the manifest in `folder` says otherwise than its files or the sources do."""
    recorded: Mapping[str, Entry] = json.loads((folder / NAME).read_text())["programs"]
    actual = describe_programs(folder)
    stale = [f"{name}: listed, no binary" for name in recorded.keys() - actual.keys()]
    for name, entry in actual.items():
        listed = recorded.get(name)
        if listed is None:
            stale.append(f"{name}: not listed")
            continue
        if listed["source_sha256"] != entry["source_sha256"]:
            stale.append(f"{name}: sources changed after the build")
        if listed["sha256"] != entry["sha256"]:
            stale.append(f"{name}: binary is not the one listed")
    return sorted(stale)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Manifest of the built programs.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write").add_argument("folder", type=Path)
    commands.add_parser("check")
    arguments = parser.parse_args()
    if arguments.command == "write":
        write(arguments.folder)
    elif stale := find_stale():
        sys.exit("error: run make programs\n" + "\n".join(stale))


if __name__ == "__main__":
    main()
