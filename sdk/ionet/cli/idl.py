"""``ionet idl``: print the interface description of a program."""

from __future__ import annotations

from typing import Annotated

import typer

from ionet.interfaces import PROGRAMS, read_idl


def idl(
    program: Annotated[str, typer.Argument(help=f"One of: {', '.join(PROGRAMS)}.")],
    legacy: Annotated[
        bool, typer.Option("--legacy", help="In the format before Anchor 0.30.")
    ] = False,
) -> None:
    """Print the IDL of a program (Anchor's spec 0.1.0)."""
    print(read_idl(program, is_legacy=legacy), end="")
