"""Who said what in a transaction's logs, by the runtime's own lines.

The runtime alone writes ``Program <address> invoke [n]``, ``... success``, ``... failed: ...`` and
``Program data: ``; what a program writes itself always follows ``Program log: ``. Following invoke
and return therefore tells for each data line which program wrote it, and nobody can forge one.
From the first line that breaks this grammar on (logs that were cut, above all: the runtime goes on
with shorter lines after ``Log truncated``) nothing can be attributed, and reading stops.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

_Event = TypeVar("_Event")

_ADDRESS = "[1-9A-HJ-NP-Za-km-z]{32,44}"
_INVOKE = re.compile(rf"Program ({_ADDRESS}) invoke \[([0-9]{{1,3}})\]")
_RETURN = re.compile(rf"Program ({_ADDRESS}) (success|failed: .*)", re.DOTALL)
_DATA = "Program data: "
_TRUNCATED = "Log truncated"


@dataclass(frozen=True, slots=True)
class LoggedData:
    """One ``sol_log_data`` call.

    Attributes:
        program: Base58 address of the program that called it.
        data: Its byte slices in base64, separated by spaces, exactly as logged.
    """

    program: str
    data: str


@dataclass(frozen=True, slots=True)
class LoggedFailure:
    """A program that returned an error: base58 address, and the runtime's words for it."""

    program: str
    reason: str


def read_events(
    logs: Iterable[str], decoders: Mapping[str, Callable[[bytes], _Event | None]]
) -> list[_Event]:
    """List the events that some programs wrote into a transaction's logs, in order.

    Lines of other programs, lines that only look like events, and lines that do not decode are
    left out; no text makes it fail. Events of a transaction that failed never happened: its logs
    give none.

    Args:
        logs: The transaction's log lines.
        decoders: By the program's base58 address: gives the event of some bytes, None where they
            are of none, ``ValueError`` where they are malformed.
    """
    events: list[_Event] = []
    for entry in log_entries(logs):
        if isinstance(entry, LoggedFailure):
            return []
        decode = decoders.get(entry.program)
        if decode is not None and (event := _decode(entry.data, decode)) is not None:
            events.append(event)
    return events


def logged_data(logs: Iterable[str]) -> tuple[LoggedData, ...]:
    """List the ``Program data:`` lines that can be attributed, in order."""
    return tuple(entry for entry in log_entries(logs) if isinstance(entry, LoggedData))


def first_failure(logs: Iterable[str]) -> LoggedFailure | None:
    """Return the program that failed first: in a chain of calls, the innermost, the cause."""
    return next((entry for entry in log_entries(logs) if isinstance(entry, LoggedFailure)), None)


def log_entries(logs: Iterable[str]) -> Iterator[LoggedData | LoggedFailure]:
    """Yield data lines and failures that can be attributed, in order."""
    stack: list[str] = []
    for line in logs:
        if line.startswith(_DATA) and stack:
            yield LoggedData(stack[-1], line.removeprefix(_DATA))
        elif invoke := _INVOKE.fullmatch(line):
            if int(invoke[2]) != len(stack) + 1:
                return
            stack.append(invoke[1])
        elif returned := _RETURN.fullmatch(line):
            if not stack or stack.pop() != returned[1]:
                return
            if returned[2] != "success":
                yield LoggedFailure(returned[1], returned[2].removeprefix("failed: "))
        elif line == _TRUNCATED:
            return


def _decode(text: str, decode: Callable[[bytes], _Event | None]) -> _Event | None:
    try:
        return decode(base64.b64decode(text, validate=True))
    except ValueError:
        return None
