"""Both programs and their models agree on 20,000 random steps that reach what matters."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.market_stateful.machine import JointMachine

RUNS = 5
SHARE = 4_000
"""Instructions that each run compares at least: 5 runs make 20,000."""
assert RUNS * SHARE >= 20_000

_SETTINGS = settings(
    max_examples=8,
    stateful_step_count=50,
    deadline=None,
    database=None,
    print_blob=True,
    phases=[Phase.generate],  # a history is its own report, and shrinking takes minutes
    suppress_health_check=list(HealthCheck),
)

REACHED: dict[str, tuple[Any, int]] = {
    "a history's end, with nothing left": ("unwound", 8),
    "a rental with an unseen epoch within": (("a rental stopped", True), 2),
    "a rental that was seen throughout, or never": (("a rental stopped", False), 3),
    "a job accepted": ("JobAccepted", 20),
    "a cluster started": ("ClusterStarted", 1),
    "a result carried on": (("carried", 1), 20),
    "a result carried on twice": (("carried", 2), 20),
    "a result given up after that": ("given up", 5),
    "an index used again": (("activate", "in full"), 3),
    "a tallied result taken back": (("deactivate", "in full"), 1),
    "a seat moved": (("leave", "in full"), 10),
    "a reveal missed and recorded": (("miss", None), 20),
    "a silent attestor evicted": (("evict", None), 3),
    "a bond withdrawn": (("withdraw", None), 20),
    "a device not counted": (("state", 0), 1),
    "a device unverified": (("state", 1), 20),
    "a device hired": (("state", 2), 20),
    "a device verified": (("state", 3), 20),
    "a device cluster-ready": (("state", 4), 20),
}
"""What each run must reach, where the count is, and how often."""
RARE: dict[str, Any] = {
    "a hired device let": "let while hired",
    "a reveal too late": "RevealTooLate",
    "a commitment copied, or opened as another": "RevealMismatch",
    "a seed that was lost": ("rearm", None),
    "a device registered anew": "registered anew",
    "a device registered anew under its old offer": "DeviceChanged",
    "a device held back by its job": "DeviceHasLiveJob",
}
"""Of which a run may leave out three."""


def _run(number: int) -> Any:
    """Run histories, batch by batch, until they have made a share of the steps."""

    class Machine(JointMachine):
        steps = 0
        seen: ClassVar[Counter[Any]] = Counter()

    batches = count()
    while Machine.steps < SHARE:
        seed(f"{number} {next(batches)}")(Machine)
        run_state_machine_as_test(Machine, settings=_SETTINGS)
    return Machine


@pytest.mark.slow
@pytest.mark.parametrize("number", range(RUNS))
def test_programs_and_models_agree(number: int) -> None:
    machine = _run(number)
    missed = {what for what, (key, least) in REACHED.items() if machine.seen[key] < least}
    assert not missed, machine.seen
    rarely = {what for what, key in RARE.items() if not machine.seen[key]}
    assert len(rarely) <= 3, rarely


PLANTED: dict[str, tuple[str, Any]] = {
    "a result is carried once more": ("devices.CARRIED_FOR", 3),
    "a vote less decides": ("devices.quorum", lambda members: -(-2 * members // 3) - 1),
    "a silent epoch less evicts": ("tenure.SILENT_EPOCHS", 3),
    "a bond is locked for an epoch less": ("tenure.MISSES_FOR", 27),
    "reveals end a second later": ("rounds.REVEAL_UNTIL", 16_201),
    "the weight is another": ("devices.WEIGHT", 1_999),
}


@pytest.mark.slow
@pytest.mark.parametrize("bug", PLANTED)
def test_histories_find_a_planted_difference(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine can fail: one epoch, vote, second or unit off in the model is found."""
    name, value = PLANTED[bug]
    monkeypatch.setattr(f"tests.market_stateful.{name}", value)
    with pytest.raises(AssertionError):
        _run(0)
