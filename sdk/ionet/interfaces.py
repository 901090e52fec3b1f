"""The IDLs that ship with the package, in Anchor's two formats."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from ionet.errors import InterfaceError

PROGRAMS = ("escrow", "verification")
"""Names of the programs that ship with the package."""


def read_idl(program: str, *, is_legacy: bool = False) -> str:
    """Return the text of a program's IDL.

    Args:
        program: One of ``PROGRAMS``.
        is_legacy: The format before Anchor 0.30, which anchorpy reads; else IDL spec 0.1.0.

    Raises:
        InterfaceError: no program of that name ships with the package.
    """
    if program not in PROGRAMS:
        raise InterfaceError(f"program {program!r}: must be one of {', '.join(PROGRAMS)}")
    folder = files("ionet").joinpath("idl")
    if is_legacy:
        folder = folder.joinpath("legacy")
    return folder.joinpath(f"{program}.json").read_text(encoding="utf-8")


def load_idl(program: str) -> dict[str, Any]:
    """Return a program's IDL of spec 0.1.0, parsed; see :func:`read_idl`."""
    idl: dict[str, Any] = json.loads(read_idl(program))
    return idl
