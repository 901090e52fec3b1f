"""The money formulas are exact, rounded to the written side, bounded, and unmoved by splitting."""

import json
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionet import money
from ionet.errors import AmountError, DurationError
from ionet.programs.escrow import constants
from tools import money_vectors

VECTORS = json.loads(Path("tests/vectors/money.json").read_text(encoding="utf-8"))

# Edges and ordinary rates: drawn from the whole range alone, a remainder would hardly matter.
rates = st.one_of(
    st.sampled_from([0, 1, 3_599, 3_600, 3_601, constants.MAX_RATE]),
    st.integers(1, 10_000_000),
    st.integers(1, constants.MAX_RATE),
)
durations = st.one_of(
    st.sampled_from([0, 1, 3_599, 3_600, 3_601, constants.MAX_DURATION]),
    st.integers(0, constants.MAX_DURATION),
)
amounts = st.one_of(st.integers(0, 100_000), st.integers(0, 2**64 - 1))
shares = st.integers(0, constants.MAX_FEE_BPS)


def mul_div(a: int, b: int, d: int) -> int:
    """Multiply and divide as the program does, every step of which must fit in a u64."""
    whole, rest = a // d * b, a % d * b // d
    assert max(whole, a % d * b, whole + rest) < 2**64
    return whole + rest


def test_vectors_are_what_the_tool_writes() -> None:
    text = money_vectors.render(money_vectors.vectors())
    assert money_vectors.VECTORS.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("section", ["mul_div", "price", "gross", "fee"])
def test_formulas_are_as_published(section: str) -> None:
    results: dict[str, Callable[[dict[str, int]], dict[str, int]]] = {
        "mul_div": lambda case: {"floor": mul_div(case["a"], case["b"], case["d"])},
        "price": lambda case: {"price": money.price(case["rate"], case["duration"])},
        "gross": lambda case: {"gross": money.gross(case["rate"], case["seconds"])},
        "fee": lambda case: {
            "fee": money.fee(case["gross"], case["fee_bps"]),
            "net": money.net(case["gross"], case["fee_bps"]),
        },
    }
    assert VECTORS[section]
    for case in VECTORS[section]:
        assert case | results[section](case) == case


@given(rates, durations)
def test_a_price_is_rounded_up_and_pay_down(rate: int, duration: int) -> None:
    exact = Fraction(rate * duration, 3_600)
    assert money.price(rate, duration) == ceil(exact)
    assert money.gross(rate, duration) == floor(exact) == mul_div(rate, duration, 3_600)
    assert money.gross(rate, duration) <= money.price(rate, duration)


@given(amounts, shares)
def test_fee_and_net_share_the_gross_and_the_fee_is_rounded_down(gross: int, bps: int) -> None:
    fee = money.fee(gross, bps)
    assert fee == floor(Fraction(gross * bps, 10_000)) == mul_div(gross, bps, 10_000)
    assert fee + money.net(gross, bps) == gross


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


@given(rates, durations, durations)
def test_a_deposit_at_the_price_covers_all_that_can_be_earned(rate: int, a: int, b: int) -> None:
    duration, seconds = max(a, b), min(a, b)
    deposit = money.price(rate, duration)
    assert money.earned(rate, seconds, deposit) == money.gross(rate, seconds)
    charge = min(duration, constants.MAX_MIN_CHARGE)
    minimum = money.gross(rate, charge)
    assert money.earned(rate, seconds, deposit, min_charge=charge) == max(
        money.gross(rate, seconds), minimum
    )


def test_more_than_the_deposit_is_never_earned() -> None:
    assert money.earned(3_600, 100, 99) == 99
    assert money.earned(3_600, 5, 99, min_charge=100) == 99


OUT_OF_BOUNDS: list[tuple[Callable[[Any], int], list[Any], type[Exception], str]] = [
    (lambda v: money.price(v, 1), [-1, 10**13 + 1, 2.49, True, "1"], AmountError, "rate"),
    (lambda v: money.gross(v, 1), [-1, 10**13 + 1, 2.49, None], AmountError, "rate"),
    (lambda v: money.price(1, v), [-1, 2_592_001, 1.0, True], DurationError, "duration"),
    (lambda v: money.gross(1, v), [-1, 2_592_001, 1.0, "60"], DurationError, "seconds"),
    (lambda v: money.fee(v, 250), [-1, 2**64, 1.5], AmountError, "cumulative_gross"),
    (lambda v: money.net(10, v), [-1, 1_001, 2.5, False], AmountError, "fee_bps"),
    (lambda v: money.earned(1, 1, v), [-1, 2**64, 0.5], AmountError, "deposit"),
    (
        lambda v: money.earned(1, 1, 1, min_charge=v),
        [-1, 3_601, 60.0, True],
        DurationError,
        "min_charge",
    ),
]


@pytest.mark.parametrize(("formula", "values", "error", "name"), OUT_OF_BOUNDS)
def test_values_out_of_bounds_are_refused_by_name(
    formula: Callable[[Any], int], values: list[Any], error: type[Exception], name: str
) -> None:
    for value in values:
        with pytest.raises(error) as caught:
            formula(value)
        assert str(caught.value).startswith(f"{name} {value!r}: ")
