"""Values as the command line gives them; ``ArgumentError`` names the value and the rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from solders.pubkey import Pubkey

from ionet.choices import choose
from ionet.cli.session import address_of
from ionet.durations import parse_duration
from ionet.errors import ArgumentError, DurationError
from ionet.programs.verification.enums import ReportCode
from ionet.reports import Duty

_LAST_CODE: Final = 15
"""The last codes have no names."""


def hash_of(name: str, text: str) -> bytes:
    """Return 32 bytes given in hex."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise ArgumentError(f"{name} {text!r}: must be 32 bytes in hex")
    return found


def seconds_of(name: str, text: str) -> int:
    """Return the seconds of a duration such as ``1h30m``."""
    try:
        return parse_duration(text)
    except DurationError as error:
        raise ArgumentError(f"{name} {error}") from None


def time_of(name: str, text: str) -> int:
    """Return the Unix second of a number, or of a time such as ``2026-11-22T09:00:00Z``."""
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.microsecond:
        raise ArgumentError(
            f"{name} {text!r}: must be a Unix second, or a time such as 2026-11-22T09:00:00Z"
        )
    return int(moment.timestamp())


def code_of(name: str, value: object) -> int:
    """Return a report code given by its name or number."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if type(value) is int and 0 <= value <= _LAST_CODE:
        return value
    if isinstance(value, str):
        return choose(name, ReportCode, value)
    raise ArgumentError(f"{name} {value!r}: must be a code of 0 to 15, or its name")


def read_codes(path: Path | None, others: str | None) -> CodeBook | None:
    """Read what an attestor saw; None if nothing is given.

    Args:
        path: JSON object with codes by the addresses of devices.
        others: Code of the devices that are not in it.
    """
    if path is None and others is None:
        return None
    found: dict[Pubkey, int] = {}
    if path is not None:
        try:
            content: object = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            raise ArgumentError(f"codes {path}: is not JSON") from None
        if not isinstance(content, dict):
            raise ArgumentError(f"codes {path}: must be an object of codes by device address")
        for address, code in cast("dict[str, object]", content).items():
            found[address_of(address)] = code_of(f"codes {path}: code of {address}", code)
    return CodeBook(found, code_of("others", "no_answer" if others is None else others))


class CodeBook:
    """What an attestor saw of each device."""

    def __init__(self, codes: Mapping[Pubkey, int], others: int) -> None:
        self._codes = codes
        self._others = others

    def codes_of(self, duty: Duty) -> tuple[int, ...]:
        """Return the codes of a duty, by index; what is said of devices elsewhere is left out."""
        found = {view.address: self._codes.get(view.address, self._others) for view in duty.devices}
        return duty.codes_of(found)
