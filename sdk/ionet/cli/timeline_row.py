"""A line of the timeline, and how amounts and durations are written in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

_ROUND_SECONDS = 60
"""What one actor does to the members of a cluster within this time is one line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what one actor did, once or to several members of a cluster.

    Attributes:
        at: Unix time of the first.
        actor: Who paid the transaction.
        action: What was done.
        subject: Job or cluster; of a new offer the class of the device.
        count: How often.
        units: Base units that all of them moved.
        note: Where to, and anything else worth saying.
    """

    at: int
    actor: str
    action: str
    subject: str
    count: int
    units: int
    note: str

    def is_same_deed(self, other: Row) -> bool:
        """Return whether the two differ in nothing but member, amount and some seconds."""
        return (self.actor, self.action, self.subject, self.note) == (
            other.actor,
            other.action,
            other.subject,
            other.note,
        ) and abs(self.at - other.at) <= _ROUND_SECONDS

    def joined_with(self, other: Row) -> Row:
        """Return both as one line."""
        return replace(self, count=self.count + other.count, units=self.units + other.units)


def usd(units: int) -> str:
    """Return USDC base units as dollars, with the decimals that are not 0, but two at least."""
    dollars, _, cents = usd_exact(units).partition(".")
    return f"{dollars}.{cents.rstrip('0').ljust(2, '0')}"


def usd_exact(units: int) -> str:
    """Return USDC base units as dollars with all six decimals."""
    return f"{units // 10**6:,}.{units % 10**6:06d}"


def span(seconds: int) -> str:
    """Return a duration such as ``36 h`` or ``2 h 30 m``."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
