"""Event payloads in transaction logs, with the program that really logged them.

Only the runtime writes ``Program <address> invoke [n]`` and ``Program data: ``; text that a program
logs always follows ``Program log: ``, so no program can forge an event of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_INVOKE = re.compile(r"Program ([1-9A-HJ-NP-Za-km-z]{32,44}) invoke \[\d+\]")
_RETURN = re.compile(r"Program ([1-9A-HJ-NP-Za-km-z]{32,44}) (?:success|failed: .*)", re.DOTALL)
_DATA = "Program data: "


@dataclass(frozen=True, slots=True)
class LoggedData:
    """One ``sol_log_data`` call.

    Attributes:
        program: Base58 address of the program that called it.
        data: Its byte slices in base64, separated by spaces, exactly as logged.
    """

    program: str
    data: str


def logged_data(logs: Iterable[str]) -> tuple[LoggedData, ...]:
    """List the ``Program data:`` lines, in order."""
    stack: list[str] = []
    found: list[LoggedData] = []
    for line in logs:
        if line.startswith(_DATA) and stack:
            found.append(LoggedData(stack[-1], line.removeprefix(_DATA)))
        elif invoke := _INVOKE.fullmatch(line):
            stack.append(invoke[1])
        elif stack and (returned := _RETURN.fullmatch(line)) and returned[1] == stack[-1]:
            stack.pop()
    return tuple(found)
