"""Every error of the program is provoked by a test, or its absence has a reason."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ionet.programs.escrow import errors
from tests.programs.harness.guard import guards

UNREACHABLE = {
    errors.InvalidGpuClass: "Retired: the class is the device's, which its registration checks.",
    errors.RuntimeRefused: (
        "Needs a runtime whose rent threshold is neither one nor two years, or that lacks the clock"
        " or the instructions sysvar: no transaction can bring that about."
    ),
}


def test_every_error_is_provoked_or_has_a_reason() -> None:
    for path in Path(__file__).parent.glob("test_*.py"):
        import_module(f"tests.programs.{path.stem}")
    missing = set(errors.ERRORS.values()) - guards.declared - UNREACHABLE.keys()
    assert not missing, sorted(error.__name__ for error in missing)


def test_no_reason_is_kept_for_an_error_that_is_provoked() -> None:
    assert not UNREACHABLE.keys() & guards.declared
