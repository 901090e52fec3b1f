"""Durations as whole seconds: ``hours(4) == 14_400``.

The programs count in Unix seconds; these functions only make the unit readable and refuse what the
programs cannot mean.
"""

from __future__ import annotations

from ionet.errors import DurationError


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
