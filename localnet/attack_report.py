"""What an attack tried, and what the chain said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ionet.counts import Counts, Tally


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that was tried.

    Attributes:
        what: In words.
        tried: How often.
        answers: How often the chain said what: ``done``, or the name of the error.
    """

    what: str
    tried: int
    answers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AttackEpoch:
    """How one epoch ended.

    Attributes:
        number: The epoch.
        dishonest: Behaviours of the dishonest attestors.
        committee_size: Members of each committee.
        revealed: Reports revealed.
        missed: Reports recorded as missed.
        total: The counts when it was over.
        fakes: Devices that count as verified or cluster-ready then, and are no GPU of their own.
    """

    number: int
    dishonest: tuple[str, ...]
    committee_size: int
    revealed: int
    missed: int
    total: Tally
    fakes: int


@dataclass(frozen=True, slots=True)
class AttackReport:
    """The whole attack.

    Attributes:
        name: Name of the scenario.
        attempts: What was tried, in order.
        epochs: The epochs.
        counts: The counts at the end, or at the second that was asked for.
        spent: Lamports that it cost the attacker: fees, rent and deposits.
    """

    name: str
    attempts: tuple[Attempt, ...]
    epochs: tuple[AttackEpoch, ...]
    counts: Counts
    spent: int

    @property
    def most_fakes(self) -> int:
        """Most fakes that counted as verified or cluster-ready in any epoch."""
        return max(epoch.fakes for epoch in self.epochs)

    def to_json(self) -> dict[str, Any]:
        """Return all but the counts as JSON has it."""
        return {
            "scenario": self.name,
            "attempts": [asdict(attempt) for attempt in self.attempts],
            "epochs": [asdict(epoch) for epoch in self.epochs],
            "most_fakes": self.most_fakes,
            "spent_lamports": self.spent,
        }


@dataclass(slots=True)
class Attempts:
    """Collects attempts as they are made."""

    _answers: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    _tried: Counter[str] = field(default_factory=Counter[str])

    def note(self, what: str, *answers: str) -> None:
        """Note one attempt, with each answer that it had."""
        self._tried[what] += 1
        self._answers.setdefault(what, Counter()).update(answers)

    def all(self) -> tuple[Attempt, ...]:
        """Return them in the order in which each was first made."""
        return tuple(
            Attempt(what, self._tried[what], dict(answers))
            for what, answers in self._answers.items()
        )
