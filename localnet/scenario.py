"""Scenarios: who has which devices, at which public price they are offered, who does what when.

A scenario is a TOML file beside its price list. Offers name a row of the list by GPU and seller,
so that each price is written once, with its source and date. See ``scenarios/demo.toml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from ionet.localnet.behaviours import Behaviour
from ionet.localnet.prices import Price, load_prices
from ionet.localnet.scenario_devices import (
    DevicePlan,
    DeviceStep,
    read_attestors,
    read_devices,
)
from ionet.localnet.scenario_jobs import KINDS, JobPlan, Step, read_job
from ionet.localnet.scenario_toml import ScenarioError, Table, read_toml
from ionet.programs.escrow.enums import JobKind
from ionet.programs.verification.constants import EPOCH_SECONDS

MIN_FIRST_EPOCH = 2
"""A device that is activated in epoch 0 can be cluster-ready in epoch 2, and not before."""
MAX_FIRST_EPOCH = 64


@dataclass(frozen=True, slots=True)
class OfferPlan:
    """The terms on which devices are offered, each of them by itself; durations in seconds."""

    devices: DevicePlan
    price: Price
    kinds: tuple[JobKind, ...]
    min_duration: int
    max_duration: int
    min_charge: int

    @property
    def rate(self) -> int:
        """USDC base units for an hour of one device, with all of its GPUs."""
        return self.price.rate * self.devices.processors


class JobEntry(NamedTuple):
    """A step of the timeline that concerns a job."""

    plan: JobPlan
    step: Step


class DeviceEntry(NamedTuple):
    """A step of the timeline that concerns devices."""

    plan: DevicePlan
    step: DeviceStep


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario.

    Attributes:
        name: Its name.
        starts_at: Unix second from which the times of steps count.
        first_epoch: The epoch that begins then; in those before it the fleet is verified.
        fee_bps: Fee of every job.
        renter: Who rents.
        keeper: Who cranks.
        attestors: How each attestor behaves.
        devices: The fleet.
        offers: What is offered.
        jobs: What is rented.
    """

    name: str
    starts_at: int
    first_epoch: int
    fee_bps: int
    renter: str
    keeper: str
    attestors: tuple[Behaviour, ...]
    devices: tuple[DevicePlan, ...]
    offers: tuple[OfferPlan, ...]
    jobs: tuple[JobPlan, ...]

    @property
    def genesis(self) -> int:
        """Unix second at which epoch 0 begins."""
        return self.starts_at - self.first_epoch * EPOCH_SECONDS

    @property
    def providers(self) -> tuple[str, ...]:
        """Names of the providers, in the order in which they appear."""
        return tuple(dict.fromkeys(devices.provider for devices in self.devices))

    @property
    def prices(self) -> tuple[Price, ...]:
        """Prices of the offers, each once, in the order in which they appear."""
        return tuple(dict.fromkeys(offer.price for offer in self.offers))

    def timeline(self) -> Iterator[JobEntry | DeviceEntry]:
        """Yield all steps by time; at equal times devices first, then in the order of the file."""
        entries: list[JobEntry | DeviceEntry] = [
            *(DeviceEntry(plan, step) for plan in self.devices for step in plan.steps),
            *(JobEntry(plan, step) for plan in self.jobs for step in plan.steps),
        ]
        yield from sorted(entries, key=lambda entry: entry.step.at)


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
    first_epoch = top.integer("first_epoch", MIN_FIRST_EPOCH, MAX_FIRST_EPOCH)
    fee_bps = top.integer("fee_bps", 0, 1_000)
    renter, keeper = top.text("renter"), top.text("keeper")
    attestors = read_attestors(top.table("attestors"))
    prices = load_prices(path.parent / top.text("prices"))
    devices: dict[str, DevicePlan] = {}
    for table in top.tables("devices"):
        plan = read_devices(table, first_epoch=first_epoch, taken=devices)
        devices[plan.name] = plan
    offers: dict[str, OfferPlan] = {}
    for table in top.tables("offer"):
        offer = _offer(table, prices, devices, taken=offers)
        offers[offer.devices.name] = offer
    sizes = {name: offer.devices.count for name, offer in offers.items()}
    jobs: dict[str, JobPlan] = {}
    for table in top.tables("job"):
        job = read_job(table, sizes, taken=jobs)
        jobs[job.name] = job
    top.end()
    plans = (tuple(devices.values()), tuple(offers.values()), tuple(jobs.values()))
    scenario = Scenario(name, starts_at, first_epoch, fee_bps, renter, keeper, attestors, *plans)
    _check_actors(path.name, scenario)
    return scenario


def _offer(
    table: Table,
    prices: Mapping[tuple[str, str], Price],
    devices: Mapping[str, DevicePlan],
    *,
    taken: Mapping[str, OfferPlan],
) -> OfferPlan:
    name = table.choice("devices", devices)
    if name in taken:
        raise table.fault("devices", name, "is offered twice")
    if devices[name].activated_in is None:
        raise table.fault("devices", name, "are never activated: no job can start on them")
    offer = OfferPlan(
        devices=devices[name],
        price=_price(table.table("price"), prices),
        kinds=tuple(KINDS[kind] for kind in table.choices("kinds", KINDS)),
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


def _check_actors(file: str, scenario: Scenario) -> None:
    names = (scenario.renter, scenario.keeper, *scenario.providers)
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f'{file}: actor "{name}": has more than one role')
