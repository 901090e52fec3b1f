"""What commands print: JSON for scripts, or names and values for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, cast

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.programs.shared.enums import GpuClass

_WIDTH = 200


def print_json(document: Mapping[str, Any]) -> None:
    """Print one JSON object; addresses in base58, bytes in hex, enums by name."""
    print(json.dumps(_plain(document), indent=2))


def print_facts(facts: Mapping[str, Any] | Sequence[Any], indent: str = "") -> None:
    """Print names and values, one a line, what is inside others indented."""
    for line in _lines(_plain(facts), indent):
        print(line)


def print_table(title: str, rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> None:
    """Print a table; columns whose name ends with ``:`` are of numbers and aligned to the right."""
    out = Console(highlight=False)
    # Wider than a narrow terminal: a folded line can be read, a value that is cut cannot.
    out.width = max(out.width, _WIDTH)
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        is_number = column.endswith(":")
        table.add_column(
            column.removesuffix(":"), justify="right" if is_number else "left", no_wrap=True
        )
    for row in rows:
        table.add_row(*(_cell(_plain(value)) for value in row))
    out.print(table)


def _cell(value: Any) -> str:
    """Return a value of a table; integers with separators."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return f"{value:,}" if is_number else _shown(value)


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in ([], {}) else str(value)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value).items()
        return {key: _plain(item) for key, item in pairs}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in cast("Iterable[Any]", value)]
    if isinstance(value, IntEnum):
        return value.name if isinstance(value, GpuClass) else value.name.lower()
    if isinstance(value, Unknown):
        return f"unknown {value.tag}"
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, Pubkey) else value


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list) and value not in ([], {})


def _lines(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        facts = cast("dict[str, object]", value)
        width = max(map(len, facts), default=0)
        for name, item in facts.items():
            if _is_nested(item):
                yield f"{indent}{name}"
                yield from _lines(item, indent + "  ")
            else:
                yield f"{indent}{name:<{width}}  {_shown(item)}"
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            first, *rest = _lines(item, "")
            yield f"{indent}- {first}"
            yield from (f"{indent}  {line}" for line in rest)
    else:
        yield f"{indent}{_shown(value)}"
