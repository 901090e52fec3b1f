"""Reads TOML tables value by value; whatever is wrong is said in one line.

Every message names file, key, value and rule: ``demo.toml: job[2].steps[1].at = "3 hours": must be
a duration such as 1h30m``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from ionet.amounts import Usdc
from ionet.durations import parse_duration
from ionet.errors import AmountError, DurationError
from ionet.localnet.errors import LocalnetError

_MISSING = object()


class ScenarioError(LocalnetError):
    """A scenario that cannot be read or does not follow its schema."""


class Table:
    """One table of a file; each value is taken once, and what is left over is unknown.

    Args:
        file: Name of the file, for messages.
        key: Where the table stands in it; empty for the whole file.
        values: Its keys and values.
    """

    def __init__(self, file: str, key: str, values: dict[str, Any]) -> None:
        self._file = file
        self._key = key
        self._values = dict(values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def fault(self, name: str, value: object, rule: str) -> ScenarioError:
        """Return the error about one value."""
        shown = f'"{value}"' if isinstance(value, str) else str(value)
        return ScenarioError(f"{self._file}: {self._path(name)} = {shown}: {rule}")

    def missing(self, name: str, rule: str = "is missing") -> ScenarioError:
        """Return the error about a key that is not there."""
        return ScenarioError(f"{self._file}: {self._path(name)}: {rule}")

    def text(self, name: str) -> str:
        """Take a text that is not empty."""
        value = self._take(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(name, value, "must be a text that is not empty")
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """Take one of some texts."""
        value = self.text(name)
        if value not in allowed:
            raise self.fault(name, value, f"must be one of {', '.join(allowed)}")
        return value

    def choices(self, name: str, allowed: Collection[str], rule: str = "") -> tuple[str, ...]:
        """Take a list of texts, each one of those allowed and none twice."""
        taken: list[str] = []
        for value in self._list(name, "must be a list that is not empty"):
            if not isinstance(value, str) or value not in allowed:
                raise self.fault(name, value, rule or f"must be one of {', '.join(allowed)}")
            if value in taken:
                raise self.fault(name, value, "is listed twice")
            taken.append(value)
        return tuple(taken)

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Take a whole number in a range."""
        value = self._take(name, _MISSING if default is None else default)
        if type(value) is not int or not low <= value <= high:
            raise self.fault(name, value, f"must be a whole number, {low} to {high}")
        return value

    def duration(self, name: str, default: int | None = None) -> int:
        """Take a duration such as ``1h30m``, in seconds; ``0s`` is one."""
        if default is not None and name not in self._values:
            return default
        value = self._take(name)
        try:
            return parse_duration(value if isinstance(value, str) else "")
        except DurationError:
            rule = "must be a duration such as 2d, 1h30m or 45s"
            raise self.fault(name, value, rule) from None

    def usdc(self, name: str) -> int:
        """Take an exact amount of USDC, written as text, in base units above 0."""
        value = self._take(name)
        try:
            amount = Usdc(cast("str", value)).base_units
        except AmountError as error:
            raise self.fault(name, value, f"must be an amount of USDC ({error})") from None
        if amount == 0:
            raise self.fault(name, value, "must be above 0")
        return amount

    def moment(self, name: str) -> int:
        """Take a date and time with a zone, in Unix seconds."""
        value = self._take(name)
        if not isinstance(value, datetime) or value.tzinfo is None or value.microsecond:
            raise self.fault(name, value, "must be a time such as 2026-11-22T09:00:00Z")
        return int(value.timestamp())

    def day(self, name: str) -> date:
        """Take a date."""
        value = self._take(name)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fault(name, value, "must be a date such as 2026-11-09")
        return value

    def table(self, name: str) -> Table:
        """Take a table."""
        value = self._take(name)
        if not isinstance(value, dict):
            raise self.fault(name, value, "must be a table")
        return Table(self._file, self._path(name), cast("dict[str, Any]", value))

    def tables(self, name: str) -> Iterator[Table]:
        """Take a list of tables that is not empty; messages count them from 1."""
        values = self._list(name, "must be a list of tables that is not empty")
        for number, value in enumerate(values, 1):
            if not isinstance(value, dict):
                raise self.fault(f"{name}[{number}]", value, "must be a table")
            key = self._path(f"{name}[{number}]")
            yield Table(self._file, key, cast("dict[str, Any]", value))

    def end(self) -> None:
        """Refuse whatever was not taken: a key with a typing error must not be ignored."""
        for name, value in self._values.items():
            raise self.fault(name, value, "is unknown or has no meaning here")

    def _list(self, name: str, rule: str) -> list[object]:
        value: object = self._take(name)
        items = cast("list[object]", value) if isinstance(value, list) else []
        if not items:
            raise self.fault(name, value, rule)
        return items

    def _take(self, name: str, default: object = _MISSING) -> Any:
        value = self._values.pop(name, default)
        if value is _MISSING:
            raise self.missing(name)
        return value

    def _path(self, name: str) -> str:
        return f"{self._key}.{name}" if self._key else name


def read_toml(path: Path) -> Table:
    """Read a file as one table.

    Raises:
        ScenarioError: it cannot be read, or is not TOML.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: is not TOML: {error}") from None
    return Table(path.name, "", values)
