"""Program and model agree on 50,000 random steps, which are shown to find what differs."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from ionet.programs.escrow.errors import ERRORS
from tests.stateful.machine import MarketMachine
from tests.stateful.rules import RULES

RUNS = 16
HISTORIES = 60
LENGTH = 60
SHARE = 3_200
"""Steps that each run must make: 16 runs make more than 50,000."""
assert RUNS * SHARE >= 50_000

ACCEPTED = 1_000
"""Steps of each run that must change something: without them the histories are too tame."""

ATTEMPTS = 12
"""Runs that look for a planted difference; the rarest is found by two runs of five."""

UNSEEN_IN_PART = 5
"""Rentals of each run whose device was seen for some of their time."""


def _run(number: int, histories: int = HISTORIES, phases: tuple[Phase, ...] = ()) -> Any:
    class Machine(MarketMachine):
        steps = 0
        seen: ClassVar[Counter[Any]] = Counter()

    seed(number)(Machine)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=LENGTH,
            deadline=None,
            database=None,
            print_blob=True,
            phases=[Phase.generate, *phases],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Machine


@pytest.mark.slow
@pytest.mark.parametrize("number", range(RUNS))
def test_program_and_model_agree(number: int) -> None:
    machine = _run(number, phases=(Phase.shrink,))
    assert machine.steps >= SHARE
    assert machine.seen["accepted"] >= ACCEPTED
    assert machine.seen["a rental stopped", True] >= UNSEEN_IN_PART
    # Each run leaves out little of what can happen; which, differs.
    succeeded = {name for name in RULES if machine.seen[name, None]}
    assert len(succeeded) >= len(RULES) - 2, machine.seen
    refusals = {outcome for outcome in machine.seen if outcome in ERROR_NAMES}
    assert len(refusals) >= 12, machine.seen


def _search() -> None:
    for number in range(ATTEMPTS):
        _run(number, histories=400)


ERROR_NAMES = {error.__name__ for error in ERRORS.values()}

PLANTED: dict[str, tuple[str, Any]] = {
    "the fee is rounded up": ("fee_of", lambda gross, bps: -(-gross * bps // 10_000)),
    "pay is rounded up": ("gross_of", lambda rate, seconds: -(-rate * seconds // 3_600)),
    "a price is rounded down": ("price", lambda rate, seconds: rate * seconds // 3_600),
    "a second more is held back": ("HOLD_BACK", 6 * 3_600 + 1),
    "the grace is a second longer": ("WINDOW_OF", {0: 6 * 3_600, 1: 3_601}),
    "results count at once": ("LAG", 0),
    "an epoch is a second longer": ("EPOCH", 6 * 3_600 + 1),
    "a hired device is fit for an epoch more": ("HIRED_FOR", 5),
    "a rental waits a second less": ("WINDOW_OF", {0: 6 * 3_600 - 1, 1: 3_600}),
}


@pytest.mark.slow
@pytest.mark.parametrize("bug", PLANTED)
def test_histories_find_a_planted_difference(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine can fail: a difference of one unit or one second in the model is found."""
    name, value = PLANTED[bug]
    for module in ("devices", "model", "rules", "market", "machine"):
        path = f"tests.stateful.{module}"
        if hasattr(import_module(path), name):
            monkeypatch.setattr(f"{path}.{name}", value)
    with pytest.raises(AssertionError):
        _search()
