"""Durations are whole seconds above 0."""

import pytest

from ionet.durations import days, hours, minutes, seconds
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
