"""Durations are whole seconds above 0."""

import pytest

from ionet.durations import days, hours, minutes, parse_duration, seconds
from ionet.errors import DurationError


def test_units_are_whole_seconds() -> None:
    assert (seconds(1), minutes(1), hours(1), days(1)) == (1, 60, 3_600, 86_400)
    assert days(30) == hours(720) == minutes(43_200) == 2_592_000


@pytest.mark.parametrize("unit", [seconds, minutes, hours, days])
@pytest.mark.parametrize("count", [0, -1, 1.5, 2.0, True, "4", None, float("nan")])
def test_bad_counts_are_refused_with_value_and_unit(unit, count) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DurationError) as caught:
        unit(count)
    assert f"{unit.__name__} {count!r}" in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_texts_are_units_in_order() -> None:
    texts = {"45s": 45, "1h30m": 5_400, "2d": 172_800, "1d2h3m4s": 93_784, "0s": 0, "90m": 5_400}
    assert {text: parse_duration(text) for text in texts} == texts


@pytest.mark.parametrize("text", ["", "5", "1.5h", "-1h", "30m1h", "1 h", "1H", "\u0661h", "1h\n"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(DurationError, match="must be a duration such as 2d, 1h30m or 45s"):
        parse_duration(text)
