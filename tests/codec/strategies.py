"""Values of every type on the wire, and whole records, for hypothesis; bounds come up often."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.interfaces import load_idl
from ionet.programs.escrow import enums

IDL = load_idl("escrow")
TYPES: Mapping[str, Mapping[str, Any]] = {entry["name"]: entry["type"] for entry in IDL["types"]}
ACCOUNTS = [entry["name"] for entry in IDL["accounts"]]
EVENTS = [entry["name"] for entry in IDL["events"]]
INSTRUCTIONS = {entry["name"]: entry for entry in IDL["instructions"]}

_BITS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64}

pubkeys = st.binary(min_size=32, max_size=32).map(Pubkey)


def bounded(low: int, high: int) -> st.SearchStrategy[int]:
    """Return integers of a range, its ends in every third draw or so."""
    return st.sampled_from([low, low + 1, high - 1, high]) | st.integers(low, high)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return the SDK's values of an IDL type; enums are known variants only."""
    match kind:
        case "bool":
            return st.booleans()
        case "pubkey":
            return pubkeys
        case "i64":
            return bounded(-(1 << 63), (1 << 63) - 1)
        case str():
            return bounded(0, (1 << _BITS[kind]) - 1)
        case {"defined": {"name": name}}:
            return st.sampled_from(list(getattr(enums, name)))
        case {"array": ["u8", count]}:
            return st.binary(min_size=count, max_size=count)
        case {"array": [element, count]}:
            return st.lists(values(element), min_size=count, max_size=count).map(tuple)
        case _:
            raise AssertionError(kind)


def fields_of(name: str) -> list[Mapping[str, Any]]:
    """Return the fields of an account or event that its dataclass has."""
    return [field for field in TYPES[name]["fields"] if field["name"] != "reserved"]


def python_name(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def records(cls: type[Any], **fixed: object) -> st.SearchStrategy[Any]:
    """Return accounts or events of a class."""
    drawn = {python_name(f["name"]): values(f["type"]) for f in fields_of(cls.__name__)}
    drawn.update({name: st.just(value) for name, value in fixed.items()})
    return st.builds(cls, **drawn)


def arguments(instruction: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return keyword arguments for an instruction's builder, without its accounts."""
    args = INSTRUCTIONS[instruction]["args"]
    return st.fixed_dictionaries({python_name(a["name"]): values(a["type"]) for a in args})


def unknown_variants(name: str) -> st.SearchStrategy[Unknown]:
    return st.integers(len(getattr(enums, name)), 255).map(Unknown)
