"""Says in words where a replay differs: bytes of our programs are shown field by field."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import zip_longest
from typing import Any, cast

from ionet.dynamic import Decoded, DynamicDecoder, decode_by_each
from ionet.errors import InterfaceError
from ionet.interfaces import PROGRAMS, load_idl
from ionet.localnet.replay_report import Difference

_SHOWN = 200
"""Characters of a value that are shown; --json has all of them."""


def describe(difference: Difference) -> list[tuple[str, str, str]]:
    """Return what differs, as name, expected and got, one by one.

    Events and accounts of our programs give one entry for each of their fields that differs, e.g.
    ``JobSettled.fee``; everything else, and what cannot be decoded, gives one entry as it is.
    """
    expected = _decode(difference.field, difference.expected)
    got = _decode(difference.field, difference.got)
    found = [
        entry
        for left, right in zip_longest(expected, got)
        if left != right
        for entry in _compare(left, right)
    ]
    return found or [(difference.field, _text(difference.expected), _text(difference.got))]


def _decode(field: str, value: object) -> list[Decoded]:
    """Decode events or an account; nothing where that is not what the value is."""
    try:
        if field == "events":
            events = cast("Sequence[Mapping[str, str]]", value)
            return [_first("event", event["data"]) for event in events]
        if field == "data" and isinstance(value, str):
            return [_first("account", value)]
    except (InterfaceError, ValueError, KeyError, TypeError):
        pass  # another program's bytes are shown as they are
    return []


def _first(kind: str, data: str) -> Decoded:
    # Where two programs have a record alike, its fields read the same by either.
    return next(iter(decode_by_each(_decoders(), kind, b64decode(data)).values()))


@cache
def _decoders() -> Mapping[str, DynamicDecoder]:
    return {name: DynamicDecoder(load_idl(name)) for name in PROGRAMS}


def _compare(left: Decoded | None, right: Decoded | None) -> list[tuple[str, str, str]]:
    if left is None or right is None or left.name != right.name:
        return [(_kind(left, right), _name(left), _name(right))]
    return [
        (f"{left.name}.{name}", _text(value), _text(right.fields[name]))
        for name, value in left.fields.items()
        if value != right.fields[name]
    ]


def _kind(left: Decoded | None, right: Decoded | None) -> str:
    return next(side.kind for side in (left, right) if side is not None)


def _name(decoded: Decoded | None) -> str:
    return "nothing" if decoded is None else decoded.name


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"
