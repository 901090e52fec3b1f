"""Values of every type on the wire, and whole records, for hypothesis; bounds come up often."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from tests.codec.surfaces import Surface, python_name

_BITS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64}

_MOST_DRAWN = 16
"""Elements of an array that are drawn; a longer one repeats them."""

pubkeys = st.binary(min_size=32, max_size=32).map(Pubkey)


def bounded(low: int, high: int) -> st.SearchStrategy[int]:
    """Return integers of a range, its ends in every third draw or so."""
    return st.sampled_from([low, low + 1, high - 1, high]) | st.integers(low, high)


def values(surface: Surface, kind: Any) -> st.SearchStrategy[Any]:
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
            return st.sampled_from(list(getattr(surface.enums, name)))
        case {"array": ["u8", count]}:
            return st.binary(min_size=count, max_size=count)
        case {"array": [element, count]}:
            drawn = min(count, _MOST_DRAWN)
            some = st.lists(values(surface, element), min_size=drawn, max_size=drawn)
            return some.map(lambda items: tuple(islice(cycle(items), count)))
        case _:
            raise AssertionError(kind)


def records(surface: Surface, cls: type[Any], **fixed: object) -> st.SearchStrategy[Any]:
    """Return accounts or events of a class."""
    fields = surface.fields_of(cls.__name__)
    drawn = {python_name(field["name"]): values(surface, field["type"]) for field in fields}
    drawn.update({name: st.just(value) for name, value in fixed.items()})
    return st.builds(cls, **drawn)


def arguments(surface: Surface, instruction: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return keyword arguments for an instruction's builder, without its accounts."""
    args = surface.raw_instructions[instruction]["args"]
    return st.fixed_dictionaries(
        {python_name(arg["name"]): values(surface, arg["type"]) for arg in args}
    )


def unknown_variants(surface: Surface, name: str) -> st.SearchStrategy[Unknown]:
    return st.integers(len(getattr(surface.enums, name)), 255).map(Unknown)
