"""Durations as whole seconds: ``hours(4) == 14_400``.

The programs count in Unix seconds; these functions only make the unit readable and refuse what the
programs cannot mean.
"""

from __future__ import annotations

import re

from ionet.errors import DurationError

_TEXT = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
_UNIT_SECONDS = (86_400, 3_600, 60, 1)


def seconds(count: int) -> int:
    """Return ``count`` seconds.

    Raises:
        DurationError: ``count`` is not an int above 0; so do all functions of this module.
    """
    return checked_duration(count, "seconds")


def minutes(count: int) -> int:
    """Return the seconds of ``count`` minutes."""
    return checked_duration(count, "minutes") * 60


def hours(count: int) -> int:
    """Return the seconds of ``count`` hours."""
    return checked_duration(count, "hours") * 3_600


def days(count: int) -> int:
    """Return the seconds of ``count`` days."""
    return checked_duration(count, "days") * 86_400


def checked_duration(value: int, name: str) -> int:
    """Return ``value`` if it is an ``int`` above 0, else raise ``DurationError`` naming it."""
    if type(value) is not int:
        raise DurationError(f"{name} {value!r}: must be a whole number, never a float")
    if value <= 0:
        raise DurationError(f"{name} {value}: must be above 0")
    return value


def parse_duration(text: str) -> int:
    """Return the seconds of a text such as ``2d``, ``1h30m`` or ``45s``; ``0s`` is one, too.

    Raises:
        DurationError: it is written in another way.
    """
    match = _TEXT.fullmatch(text) if text else None
    if match is None:
        raise DurationError(f"{text!r}: must be a duration such as 2d, 1h30m or 45s")
    counts = (int(count or 0) for count in match.groups())
    return sum(count * unit for count, unit in zip(counts, _UNIT_SECONDS, strict=True))
