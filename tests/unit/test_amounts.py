"""Amounts are exact, bounded, and never floats."""

import copy
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionet.amounts import MAX_BASE_UNITS, Io, Usdc, base_units_of
from ionet.errors import AmountError, IonetError

base_units = st.one_of(
    st.sampled_from([0, 1, 999_999, 1_000_000, MAX_BASE_UNITS - 1, MAX_BASE_UNITS]),
    st.integers(0, MAX_BASE_UNITS),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.49", 2_490_000),
        ("0", 0),
        ("-0", 0),
        ("0.000001", 1),
        ("1e3", 1_000_000_000),
        ("18446744073709.551615", MAX_BASE_UNITS),
    ],
)
def test_text_becomes_exact_base_units(text: str, expected: int) -> None:
    assert Usdc(text).base_units == expected
    assert Usdc(Decimal(text)).base_units == expected


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (2.49, "a float is not exact"),
        (float("nan"), "a float is not exact"),
        (2, "write tokens as text"),
        (True, "write tokens as text"),
        (None, "write tokens as text"),
        ("", "not a decimal number"),
        ("2,49", "not a decimal number"),
        ("12 USDC", "not a decimal number"),
        ("NaN", "must be finite"),
        ("sNaN", "must be finite"),
        ("Infinity", "must be finite"),
        ("-1", "must not be negative"),
        ("0.0000001", "USDC has 6 decimals at most"),
        ("1e-30", "USDC has 6 decimals at most"),
        ("18446744073709.551616", "0 to 2**64 - 1"),
        ("1e999999", "0 to 2**64 - 1"),
    ],
)
def test_bad_values_are_refused_with_value_and_rule(value: object, rule: str) -> None:
    with pytest.raises(AmountError) as caught:
        Usdc(value)  # type: ignore[arg-type]
    assert rule in str(caught.value)
    shown = value if not isinstance(value, str) or "number" in rule else Decimal(value)
    assert str(shown) in str(caught.value)
    assert isinstance(caught.value, IonetError)
    assert isinstance(caught.value, ValueError)


@given(st.text(alphabet="0123456789.-+eE_ NaInf", max_size=40) | st.text())
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = Usdc(text)
    except AmountError:
        return
    assert amount.tokens == Decimal(text)


def test_long_numbers_are_refused_by_magnitude_and_not_computed() -> None:
    for text in ("9" * 10_000, "1." + "1" * 10_000, "1e" + "9" * 30, "1e-" + "9" * 30):
        with pytest.raises(AmountError):
            Usdc(text)
    assert Usdc("1." + "0" * 10_000) == Usdc("1")


@given(base_units)
def test_text_and_base_units_agree(units: int) -> None:
    amount = Usdc.from_base_units(units)
    assert Usdc(format(amount.tokens, "f")) == amount
    assert amount.tokens.scaleb(6) == units
    assert eval(repr(amount)) == amount
    assert copy.deepcopy(amount) == amount == pickle.loads(pickle.dumps(amount))
    assert hash(copy.copy(amount)) == hash(amount)


@given(base_units, base_units)
def test_arithmetic_is_that_of_base_units_or_refused(a: int, b: int) -> None:
    x, y = Usdc.from_base_units(a), Usdc.from_base_units(b)
    assert (x < y, x == y, x >= y) == (a < b, a == b, a >= b)
    if a + b <= MAX_BASE_UNITS:
        assert (x + y).base_units == a + b
        assert x + y - y == x
    else:
        with pytest.raises(AmountError, match=str(a + b)):
            x + y
    if a < b:
        with pytest.raises(AmountError, match=str(a - b)):
            x - y


def test_tokens_do_not_mix() -> None:
    assert Usdc("1") != Io("1")
    for mix in (
        lambda: Usdc("1") + Io("1"),
        lambda: Usdc("1") - Io("1"),
        lambda: Usdc("1") < Io("1"),
        lambda: Usdc("1") * 1.5,
        lambda: Usdc("1") + 1,
    ):
        with pytest.raises(TypeError):
            mix()  # type: ignore[no-untyped-call]


def test_multiplying_by_a_count_is_exact() -> None:
    assert Usdc("2.49") * 3 == 3 * Usdc("2.49") == Usdc("7.47")
    with pytest.raises(AmountError):
        Usdc("2.49") * -1


def test_amounts_are_immutable() -> None:
    amount = Usdc("1")
    with pytest.raises(AttributeError):
        amount.base_units = 2
    with pytest.raises(AttributeError):
        del amount.base_units


def test_amounts_read_well() -> None:
    assert str(Usdc("1234567.5")) == "1,234,567.500000 USDC"
    assert repr(Io("1")) == "Io('1.00000000')"
    assert f"{Usdc('2.49'):.2f}" == "2.49"
    assert f"{Usdc('2.49')}" == "2.490000 USDC"
    assert not Usdc("0")


def test_base_units_are_taken_as_they_are() -> None:
    assert base_units_of(Usdc("2.49")) == base_units_of(2_490_000) == 2_490_000


@pytest.mark.parametrize("value", [1.0, True, "1", None, -1, MAX_BASE_UNITS + 1])
def test_bad_base_units_are_refused_by_name(value: object) -> None:
    with pytest.raises(AmountError, match="max_deposit"):
        base_units_of(value, "max_deposit")  # type: ignore[arg-type]
    with pytest.raises(AmountError, match="USDC"):
        Usdc.from_base_units(value)  # type: ignore[arg-type]
