"""``ionet decode``: what some bytes of a program mean."""

from __future__ import annotations

import base64
import binascii
import json
from enum import StrEnum
from typing import Annotated, Any

import typer
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.dynamic import DynamicDecoder, decode_by_each
from ionet.errors import ArgumentError
from ionet.interfaces import PROGRAMS, load_idl


class Kind(StrEnum):
    """What the bytes are."""

    ACCOUNT = "account"
    EVENT = "event"
    INSTRUCTION = "instruction"


def decode(
    kind: Annotated[Kind, typer.Argument(help="What the bytes are.")],
    data: Annotated[str, typer.Argument(help="The bytes in base64, as explorers and logs show.")],
    program: Annotated[
        str | None, typer.Option(help="Whose bytes they are; needed where programs have the same.")
    ] = None,
) -> None:
    """Decode an account, an event or instruction data by the programs' IDLs, into JSON."""
    try:
        raw = base64.b64decode(data.removeprefix("Program data: "), validate=True)
    except (binascii.Error, ValueError):
        raise ArgumentError(f"data {data[:40]!r}: must be base64") from None
    names = PROGRAMS if program is None else (program,)
    found = decode_by_each({n: DynamicDecoder(load_idl(n)) for n in names}, kind.value, raw)
    if len(found) > 1:
        raise ArgumentError(f"data {data[:40]!r}: of {' or '.join(found)}; say --program")
    ((name, decoded),) = found.items()
    shown = {"program": name, decoded.kind: decoded.name, **decoded.fields}
    print(json.dumps(shown, indent=2, default=_plain))


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Unknown):
        return f"unknown {value.tag}"
    if isinstance(value, Pubkey):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
