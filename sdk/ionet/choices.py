"""Members of enums by their names, as scripts and command lines give them."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

from ionet.errors import QuoteError

E = TypeVar("E", bound=IntEnum)


def choose(label: str, kind: type[E], choice: E | str) -> E:
    """Return a member as it is, or the one of a name such as ``"cluster_ready"``, in any case.

    Raises:
        QuoteError: no member has this name; the message has ``label`` and all names.
    """
    if isinstance(choice, kind):
        return choice
    try:
        return kind[str(choice).upper()]
    except KeyError:
        known = ", ".join(member.name for member in kind)
        raise QuoteError(f"{label} {choice!r}: must be one of {known}") from None
