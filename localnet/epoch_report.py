"""What a run of an epoch on the localnet tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from solders.account import Account
from solders.pubkey import Pubkey

from ionet import IonetError
from ionet.deployment import Programs
from ionet.events import Event
from ionet.localnet.behaviours import Window
from ionet.localnet.vm import Landed


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that an attestor tried and was refused.

    Attributes:
        attestor: Its name.
        window: When.
        range: The range of device indexes concerned.
        error: What it was told.
    """

    attestor: str
    window: Window
    range: int
    error: IonetError


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What happened while an epoch was run.

    Attributes:
        number: The epoch.
        committee_size: Members of each committee; 0 if there were too few seats, or no seed.
        committed: Reports committed to.
        revealed: Reports revealed.
        missed: Reports recorded as missed.
        tallied: Devices decided.
        refusals: What attestors tried and were refused.
        skipped: What was too late to be done, or was not possible, and why.
    """

    number: int
    committee_size: int
    committed: int
    revealed: int
    missed: int
    tallied: int
    refusals: tuple[Refusal, ...]
    skipped: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Listener:
    """Observer that keeps the events of the programs."""

    programs: Programs
    events: list[Event] = field(default_factory=list[Event])

    def landed(self, landed: Landed) -> None:
        """Keep the events of a transaction that succeeded."""
        if landed.outcome.err is None:
            self.events += self.programs.parse_logs(landed.outcome.logs)

    def account_set(self, address: Pubkey, account: Account) -> None:
        """No event comes of it."""

    def count(self, kind: type[Event]) -> int:
        """Return how many events of a kind there were."""
        return sum(isinstance(event, kind) for event in self.events)
