"""Every public name loads, and nothing public is forgotten."""

import pytest

import ionet


@pytest.mark.parametrize("name", ionet.__all__)
def test_every_exported_name_loads_and_is_its_own(name: str) -> None:
    assert getattr(ionet, name) is getattr(ionet, name)
    assert getattr(ionet, name).__name__ == name
    assert name in dir(ionet)


def test_the_list_is_complete_and_sorted() -> None:
    assert sorted(ionet.__all__) == ionet.__all__
    assert set(ionet.__all__) == set(ionet._MODULE_OF)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Bitcoin'"):
        _ = ionet.Bitcoin  # type: ignore[attr-defined]
