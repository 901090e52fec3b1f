"""Money formulas, the pure twin of ``programs/math/src/amount.rs``.

Amounts are base units, rates base units per hour, times seconds, shares basis points. Every
argument is held against the bounds that the program publishes, so what is computed here is what the
program computes, or refused. Rounding sides and bounds: docs/adr/004-money-arithmetic.md; shared
cases: ``tests/vectors/money.json``.

All functions raise ``AmountError`` for an amount, rate or share, and ``DurationError`` for a time,
that is not an ``int`` within its bounds.
"""

from __future__ import annotations

from ionet.amounts import checked_base_units
from ionet.errors import AmountError, DurationError
from ionet.programs.escrow.constants import (
    BPS,
    HOUR,
    MAX_DURATION,
    MAX_FEE_BPS,
    MAX_MIN_CHARGE,
    MAX_RATE,
)

__all__ = ["BPS", "HOUR", "earned", "fee", "gross", "net", "price"]


def price(rate: int, duration: int) -> int:
    """Return the deposit of a rental: ``rate * duration / 3600``, rounded up.

    Against the client, so that it always covers the pay; the excess is refunded at the end.
    """
    return -(-_rate(rate) * _seconds(duration, "duration") // HOUR)


def gross(rate: int, seconds: int) -> int:
    """Return the pay for seen seconds: ``rate * seconds / 3600``, rounded down.

    Against the provider. Of all seen seconds together: settling more often changes nothing.
    """
    return _rate(rate) * _seconds(seconds, "seconds") // HOUR


def earned(rate: int, seconds: int, deposit: int, *, min_charge: int = 0) -> int:
    """Return what a rental has earned that was seen for ``seconds``: at most its deposit.

    Args:
        rate: Base units per hour.
        seconds: Seen seconds, all together.
        deposit: Base units paid in.
        min_charge: Seconds charged at least: the job's own if its client ends it and its first
            second was seen, else 0.
    """
    if type(min_charge) is not int or not 0 <= min_charge <= MAX_MIN_CHARGE:
        raise DurationError(f"min_charge {min_charge!r}: must be 0 to {MAX_MIN_CHARGE} s")
    charged = max(_seconds(seconds, "seconds"), min_charge)
    return min(gross(rate, charged), checked_base_units(deposit, "deposit"))


def fee(cumulative_gross: int, fee_bps: int) -> int:
    """Return the fee on a cumulative gross amount: ``fee_bps / 10000`` of it, rounded down.

    Against the treasury. Of the cumulative amount, never of an increment: splitting payments
    changes nothing.
    """
    if type(fee_bps) is not int or not 0 <= fee_bps <= MAX_FEE_BPS:
        raise AmountError(f"fee_bps {fee_bps!r}: must be an int from 0 to {MAX_FEE_BPS}")
    return checked_base_units(cumulative_gross, "cumulative_gross") * fee_bps // BPS


def net(cumulative_gross: int, fee_bps: int) -> int:
    """Return what the provider gets of a cumulative gross amount: all but the fee.

    It never falls as the amount grows; what is due is its difference from what was paid.
    """
    return cumulative_gross - fee(cumulative_gross, fee_bps)


def _rate(rate: int) -> int:
    if type(rate) is not int or not 0 <= rate <= MAX_RATE:
        raise AmountError(f"rate {rate!r}: must be an int from 0 to {MAX_RATE} base units per hour")
    return rate


def _seconds(value: int, name: str) -> int:
    if type(value) is not int or not 0 <= value <= MAX_DURATION:
        raise DurationError(f"{name} {value!r}: must be an int from 0 to {MAX_DURATION} s")
    return value
