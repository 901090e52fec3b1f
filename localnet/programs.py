"""The program builds that ship with the package, for the lane in use."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

from solders.pubkey import Pubkey

from ionet.lanes import PROGRAM_ARCH
from ionet.localnet.errors import GenesisError
from ionet.localnet.genesis import Program


@cache
def shipped_programs() -> tuple[Program, ...]:
    """Return every shipped program in the build this runtime loads, checked by its SHA-256.

    Raises:
        GenesisError: a build is missing or is not the one that the manifest lists.
    """
    package = files("ionet")
    folder = package / "programs" / "bin"
    try:
        manifest = json.loads((folder / "manifest.json").read_text())["programs"]
        return tuple(
            Program(
                name,
                Pubkey.from_string(
                    json.loads((package / "idl" / f"{name}.json").read_text())["address"]
                ),
                _checked((folder / f"{name}.{PROGRAM_ARCH}.so").read_bytes(), name, entry),
            )
            for name, entry in sorted(manifest.items())
        )
    except FileNotFoundError as error:
        raise GenesisError(f"shipped programs: {error.filename} is missing") from None


def builds_or_shipped(programs: Sequence[Program] | None) -> tuple[Program, ...]:
    """Return the builds that were given, or else the shipped ones."""
    return shipped_programs() if programs is None else tuple(programs)


def address_of(programs: Iterable[Program], name: str) -> Pubkey:
    """Return where the program of this name is.

    Raises:
        GenesisError: there is none.
    """
    for program in programs:
        if program.name == name:
            return program.address
    raise GenesisError(f"programs: one must be named {name}")


def _checked(elf: bytes, name: str, entry: dict[str, dict[str, str]]) -> bytes:
    listed, found = entry["sha256"][PROGRAM_ARCH], sha256(elf).hexdigest()
    if found != listed:
        raise GenesisError(
            f"program {name}.{PROGRAM_ARCH}.so: sha256 is {found}, the manifest lists {listed}"
        )
    return elf
