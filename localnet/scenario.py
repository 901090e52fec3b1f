"""Scenarios: who offers what at which public price, and who does what when.

A scenario is a TOML file beside its price list. Offers name a row of the list by GPU and seller,
so that each price is written once, with its source and date. See ``scenarios/demo.toml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from ionet.localnet.prices import Price, load_prices
from ionet.localnet.scenario_toml import ScenarioError, Table, read_toml
from ionet.programs.escrow.constants import MAX_CLUSTER_SIZE, MAX_TIP
from ionet.programs.escrow.enums import GpuClass, JobKind

MAX_DEVICES = 64
_KINDS = {kind.name.lower(): kind for kind in JobKind}


class Action(StrEnum):
    """What a step does; whoever may do it on-chain does it."""

    OPEN = "open"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXTEND = "extend"
    SETTLE = "settle"
    PAY = "pay"
    SUBMIT = "submit"
    END = "end"
    QUIT = "quit"
    EXPIRE = "expire"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class OfferPlan:
    """Devices of one provider on the same terms; durations in seconds."""

    name: str
    provider: str
    gpu: GpuClass
    devices: int
    price: Price
    kinds: tuple[JobKind, ...]
    min_duration: int
    max_duration: int
    min_charge: int


@dataclass(frozen=True, slots=True)
class Step:
    """One action on a job.

    Attributes:
        at: Seconds after the scenario's start.
        action: What is done.
        member: On which member of a cluster, from 1; 0 for all.
        duration: Seconds added by ``extend``.
        cumulative: Base units that the voucher of ``pay`` promises in total.
        result: What ``submit`` hands in; its SHA-256 goes on-chain.
    """

    at: int
    action: Action
    member: int = 0
    duration: int = 0
    cumulative: int = 0
    result: str = ""


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A request, or with several devices a cluster of them, and its life.

    Attributes:
        offers: Names of offers, each of whose devices becomes a member.
        deposit: Base units, for kinds that have no fixed price; else 0.
        accept_within: Seconds that providers have to accept.
        tip: Lamports for whoever expires it.
        steps: By time, the first of which opens it.
    """

    name: str
    kind: JobKind
    offers: tuple[str, ...]
    duration: int
    deposit: int
    accept_within: int
    tip: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario; ``starts_at`` in Unix seconds."""

    name: str
    starts_at: int
    fee_bps: int
    renter: str
    keeper: str
    offers: tuple[OfferPlan, ...]
    jobs: tuple[JobPlan, ...]

    @property
    def providers(self) -> tuple[str, ...]:
        """Names of the providers, in the order in which they appear."""
        return tuple(dict.fromkeys(offer.provider for offer in self.offers))

    @property
    def prices(self) -> tuple[Price, ...]:
        """Prices of the offers, each once, in the order in which they appear."""
        return tuple(dict.fromkeys(offer.price for offer in self.offers))

    def timeline(self) -> Iterator[tuple[JobPlan, Step]]:
        """Yield all steps by time; at equal times in the order of the file."""
        steps = [(job, step) for job in self.jobs for step in job.steps]
        yield from sorted(steps, key=lambda item: item[1].at)


def shipped_scenario(name: str = "demo") -> Path:
    """Return the path of a scenario that ships with the package."""
    return Path(str(files("ionet").joinpath("localnet", "scenarios", f"{name}.toml")))


def load_scenario(path: Path) -> Scenario:
    """Read a scenario and the price list beside it.

    Raises:
        ScenarioError: one of them breaks the schema; names file, key, value and rule.
    """
    top = read_toml(path)
    name, starts_at = top.text("name"), top.moment("starts_at")
    fee_bps = top.integer("fee_bps", 0, 1_000)
    renter, keeper = top.text("renter"), top.text("keeper")
    prices = load_prices(path.parent / top.text("prices"))
    offers: dict[str, OfferPlan] = {}
    for table in top.tables("offer"):
        offer = _offer(table, prices, taken=offers)
        offers[offer.name] = offer
    jobs: dict[str, JobPlan] = {}
    for table in top.tables("job"):
        job = _job(table, offers, taken=jobs)
        jobs[job.name] = job
    top.end()
    scenario = Scenario(
        name, starts_at, fee_bps, renter, keeper, tuple(offers.values()), tuple(jobs.values())
    )
    _check_actors(path.name, scenario)
    return scenario


def _offer(
    table: Table, prices: Mapping[tuple[str, str], Price], *, taken: Mapping[str, OfferPlan]
) -> OfferPlan:
    name = _new_name(table, taken)
    offer = OfferPlan(
        name=name,
        provider=table.text("provider"),
        gpu=GpuClass[table.choice("class", GpuClass.__members__)],
        devices=table.integer("devices", 1, MAX_DEVICES),
        price=_price(table.table("price"), prices),
        kinds=tuple(_KINDS[kind] for kind in table.choices("kinds", _KINDS)),
        min_duration=table.duration("min"),
        max_duration=table.duration("max"),
        min_charge=table.duration("min_charge", 0),
    )
    if offer.min_duration > offer.max_duration:
        raise table.fault("min", f"{offer.min_duration} s", f"is above max {offer.max_duration} s")
    table.end()
    return offer


def _price(table: Table, prices: Mapping[tuple[str, str], Price]) -> Price:
    gpu, seller = table.text("gpu"), table.text("seller")
    table.end()
    price = prices.get((gpu, seller))
    if price is None:
        raise table.fault("seller", seller, f"has no row for {gpu} in the price list")
    return price


def _job(table: Table, offers: Mapping[str, OfferPlan], *, taken: Mapping[str, JobPlan]) -> JobPlan:
    name = _new_name(table, taken)
    kind = _KINDS[table.choice("kind", _KINDS)]
    chosen = table.choices("offers", offers, "is no offer of this file")
    members = sum(offers[offer].devices for offer in chosen)
    if members > 1 and kind is not JobKind.RENTAL:
        raise table.fault("kind", kind.name.lower(), f"must be rental, with {members} devices")
    if members > MAX_CLUSTER_SIZE:
        raise table.fault("offers", list(chosen), f"have {members} devices, at most 64 can join")
    job = JobPlan(
        name=name,
        kind=kind,
        offers=chosen,
        duration=table.duration("duration"),
        deposit=0 if kind is JobKind.RENTAL else table.usdc("deposit"),
        accept_within=table.duration("accept_within", 300),
        tip=table.integer("tip", 0, MAX_TIP, default=0),
        steps=_steps(table, kind, members),
    )
    table.end()
    return job


def _steps(table: Table, kind: JobKind, members: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    for row in table.tables("steps"):
        step = _step(row, kind, members)
        if (step.action is Action.OPEN) != (not steps):
            raise row.fault("do", step.action.value, "open must be the first step, and only it")
        if steps and step.at < steps[-1].at:
            raise row.fault("at", f"{step.at} s", "is before the step above")
        steps.append(step)
    return tuple(steps)


def _step(row: Table, kind: JobKind, members: int) -> Step:
    at, action = row.duration("at"), Action(row.choice("do", [action.value for action in Action]))
    needed = {Action.PAY: JobKind.METERED, Action.SUBMIT: JobKind.DELIVERABLE}.get(action, kind)
    if needed is not kind:
        raise row.fault("do", action.value, f"needs a job of kind {needed.name.lower()}")
    step = Step(
        at=at,
        action=action,
        member=_member(row, action, members),
        duration=row.duration("duration") if action is Action.EXTEND else 0,
        cumulative=row.usdc("cumulative") if action is Action.PAY else 0,
        result=row.text("result") if action is Action.SUBMIT else "",
    )
    row.end()
    return step


def _member(row: Table, action: Action, members: int) -> int:
    if action is Action.OPEN or "member" not in row:
        return 0
    return row.integer("member", 1, members)


def _new_name(table: Table, taken: Mapping[str, object]) -> str:
    name = table.text("name")
    if name in taken:
        raise table.fault("name", name, "is used twice")
    return name


def _check_actors(file: str, scenario: Scenario) -> None:
    names = (scenario.renter, scenario.keeper, *scenario.providers)
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f'{file}: actor "{name}": has more than one role')
