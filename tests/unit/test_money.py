"""The money formulas are exact, rounded to the written side, and unmoved by splitting."""

from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from ionet import money
from ionet.programs.escrow import constants

# Edges and ordinary rates: drawn from the whole range alone, a remainder would hardly matter.
rates = st.one_of(
    st.sampled_from([1, 3_599, 3_600, 3_601, constants.MAX_RATE]),
    st.integers(1, 10_000_000),
    st.integers(1, constants.MAX_RATE),
)
durations = st.one_of(
    st.sampled_from([1, 3_599, 3_600, 3_601, constants.MAX_DURATION]),
    st.integers(1, constants.MAX_DURATION),
)
amounts = st.one_of(st.integers(0, 100_000), st.integers(0, 2**64 - 1))
shares = st.integers(0, constants.MAX_FEE_BPS)


def mul_div(a: int, b: int, d: int) -> int:
    """Multiply and divide as the program does, every step of which must fit in a u64."""
    whole, rest = a // d * b, a % d * b // d
    assert max(whole, a % d * b, whole + rest) < 2**64
    return whole + rest


def test_constants_are_the_programs() -> None:
    assert (money.BPS, money.HOUR) == (constants.BPS, constants.HOUR)


@given(rates, durations)
def test_a_price_is_rounded_up_and_pay_down(rate: int, duration: int) -> None:
    exact = Fraction(rate * duration, 3_600)
    assert money.price(rate, duration) == ceil(exact)
    assert money.gross(rate, duration) == floor(exact) == mul_div(rate, duration, 3_600)
    assert money.gross(rate, duration) <= money.price(rate, duration)


@given(amounts, shares)
def test_fee_and_net_share_the_gross_and_the_fee_is_rounded_down(gross: int, bps: int) -> None:
    assert (
        money.fee(gross, bps) == floor(Fraction(gross * bps, 10_000)) == mul_div(gross, bps, 10_000)
    )
    assert money.fee(gross, bps) + money.net(gross, bps) == gross


@given(st.lists(amounts, min_size=1, max_size=8), shares)
def test_paying_in_parts_changes_nothing(steps: list[int], bps: int) -> None:
    cumulative = sorted(steps)
    paid = fee = 0
    for gross in cumulative:
        assert money.net(gross, bps) >= paid
        paid += money.net(gross, bps) - paid
        fee += money.fee(gross, bps) - fee
    assert (paid, fee) == (money.net(cumulative[-1], bps), money.fee(cumulative[-1], bps))
    # The rule by which anyone can check a closed job.
    assert fee == (paid + fee) * bps // 10_000
