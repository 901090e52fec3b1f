"""Money formulas, the pure twin of ``programs/math`` (``amount.rs``).

Amounts are base units, rates base units per hour, times seconds. Rounding sides and bounds:
docs/adr/004-money-arithmetic.md. Python integers do not overflow, so ``a * b // d`` is exact.
"""

from __future__ import annotations

BPS = 10_000
"""Denominator of basis points."""

HOUR = 3_600
"""Seconds in the hour that rates are quoted for."""


def price(rate: int, duration: int) -> int:
    """Return the deposit of a rental: ``rate * duration / 3600``, rounded up."""
    return -(-rate * duration // HOUR)


def gross(rate: int, seconds: int) -> int:
    """Return the pay for seen seconds: ``rate * seconds / 3600``, rounded down."""
    return rate * seconds // HOUR


def fee(cumulative_gross: int, fee_bps: int) -> int:
    """Return the fee on a cumulative gross amount, rounded down.

    Of the cumulative amount, never of an increment: splitting payments changes nothing.
    """
    return cumulative_gross * fee_bps // BPS


def net(cumulative_gross: int, fee_bps: int) -> int:
    """Return what the provider gets of a cumulative gross amount."""
    return cumulative_gross - fee(cumulative_gross, fee_bps)
