"""What a scenario came to: jobs, totals, costs and checks, all read from the chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from solders.pubkey import Pubkey

from ionet.counts import Counts
from ionet.localnet.demo_epochs import EpochLine, PowerChange, counts_to_json
from ionet.localnet.demo_record import Executed
from ionet.localnet.prices import Price

AMOUNTS = ("deposit", "paid", "fee", "refunded", "held")


@dataclass(frozen=True, slots=True)
class Money:
    """Where money is, in base units: ``deposit == paid + fee + refunded + held``."""

    deposit: int = 0
    paid: int = 0
    fee: int = 0
    refunded: int = 0
    held: int = 0

    def __add__(self, other: Money) -> Money:
        return Money(*(getattr(self, name) + getattr(other, name) for name in AMOUNTS))

    @property
    def is_conserved(self) -> bool:
        """Whether every base unit is accounted for, and none twice."""
        return self.deposit == self.paid + self.fee + self.refunded + self.held

    def to_json(self) -> dict[str, int]:
        """Return the amounts by name."""
        return {name: getattr(self, name) for name in AMOUNTS}


@dataclass(frozen=True, slots=True)
class Service:
    """What a device did for a rental.

    Attributes:
        device: Address of its account.
        rate: Base units for an hour.
        started_at: Unix second of the start.
        ended_at: Unix second of the end.
        seen: Seconds between the two for which the program saw the device.
        minimum: Seconds that are paid at least, if the device is seen at the start.
        unseen_from: Unix second at which it was first lost from sight; None if it never was.
    """

    device: Pubkey
    rate: int
    started_at: int
    ended_at: int
    seen: int
    minimum: int
    unseen_from: int | None

    @property
    def ran(self) -> int:
        """Seconds from start to end."""
        return self.ended_at - self.started_at


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job of a scenario.

    Attributes:
        label: Its name in the scenario, with its place in a cluster.
        address: Address of the job.
        kind: ``rental``, ``metered`` or ``deliverable``.
        provider: Name of the provider.
        state: ``closed``, or its state as written.
        rent: Lamports that came back at closing: rent, and a tip that nobody earned.
        money: Sums over what its events say was moved.
        final: The cumulative amounts of its last event; None while it is not closed.
        service: What its device did; None for other kinds, and for a rental that never ran.
    """

    label: str
    address: Pubkey
    kind: str
    provider: str
    state: str
    rent: int
    money: Money
    final: Money | None
    service: Service | None

    def to_json(self) -> dict[str, Any]:
        """Return the line as a JSON object."""
        return {
            "name": self.label,
            "address": str(self.address),
            "kind": self.kind,
            "provider": self.provider,
            "state": self.state,
            **self.money.to_json(),
            "rent": self.rent,
            "ran": 0 if self.service is None else self.service.ran,
            "seen": 0 if self.service is None else self.service.seen,
            "unseen_from": None if self.service is None else self.service.unseen_from,
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of instruction cost.

    Attributes:
        name: Of the instruction.
        count: How often it ran.
        min_units: Fewest compute units.
        max_units: Most compute units.
        min_fee: Lowest network fee of a transaction with it, in lamports.
        max_fee: Highest.
    """

    name: str
    count: int
    min_units: int
    max_units: int
    min_fee: int
    max_fee: int

    def to_json(self) -> dict[str, int]:
        """Return the figures by name, without the instruction's own."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "name"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, and whether it does.

    Attributes:
        name: What must hold.
        holds: Whether it does.
        detail: The figures compared.
    """

    name: str
    holds: bool
    detail: str

    def to_json(self) -> dict[str, Any]:
        """Return the check as a JSON object."""
        return {"name": self.name, "holds": self.holds, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class DemoReport:
    """All that a scenario came to; amounts in base units, fees in lamports.

    Attributes:
        scenario: Its name.
        fee_bps: Fee of all jobs.
        prices: What the offers cost, and where that was read.
        names: Names of actors, by address.
        labels: Names of jobs, clusters, devices and attestors, by address.
        executed: What landed, in order.
        epochs: One line for each finished epoch; the first is that in which the fleet registered.
        after: The counts at the end.
        power: What happened to devices off the chain.
        jobs: One line for each job.
        checks: What was checked.
    """

    scenario: str
    fee_bps: int
    prices: tuple[Price, ...]
    names: dict[Pubkey, str]
    labels: dict[Pubkey, str]
    executed: tuple[Executed, ...]
    epochs: tuple[EpochLine, ...]
    after: Counts
    power: tuple[PowerChange, ...]
    jobs: tuple[JobLine, ...]
    checks: tuple[Check, ...]

    @property
    def before(self) -> Counts:
        """The counts after registration, before any device was verified."""
        return self.epochs[0].counts

    @property
    def totals(self) -> Money:
        """The amounts of all jobs together."""
        return sum((job.money for job in self.jobs), Money())

    @property
    def adds_up(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)

    @property
    def costs(self) -> tuple[Cost, ...]:
        """Cost of each kind of instruction, in the order in which they first ran."""
        return costs_of(self.executed)

    def to_json(self) -> dict[str, Any]:
        """Return the report as one JSON object; ``cu`` is the most that an instruction took."""
        costs = self.costs
        return {
            "scenario": self.scenario,
            "adds_up": self.adds_up,
            "fee_bps": self.fee_bps,
            "prices": [price.to_json() for price in self.prices],
            "jobs": [job.to_json() for job in self.jobs],
            "totals": self.totals.to_json(),
            "counts": {
                "before": counts_to_json(self.before),
                "after": counts_to_json(self.after),
            },
            "epochs": [epoch.to_json() for epoch in self.epochs],
            "power": [asdict(change) for change in self.power],
            "cu": {cost.name: cost.max_units for cost in costs},
            "instructions": {cost.name: cost.to_json() for cost in costs},
            "transactions": len(self.executed),
            "network_fees": sum(executed.fee for executed in self.executed),
            "checks": [check.to_json() for check in self.checks],
        }


def costs_of(executed: Iterable[Executed]) -> tuple[Cost, ...]:
    """Gather the cost of each kind of instruction, in the order in which they first ran."""
    found: dict[str, list[tuple[int, int]]] = {}
    for transaction in executed:
        for call in transaction.calls:
            found.setdefault(call.name, []).append((call.units, transaction.fee))
    return tuple(
        Cost(
            name,
            len(costs),
            min(units for units, _ in costs),
            max(units for units, _ in costs),
            min(fee for _, fee in costs),
            max(fee for _, fee in costs),
        )
        for name, costs in found.items()
    )
