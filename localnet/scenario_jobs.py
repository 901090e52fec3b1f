"""The jobs of a scenario: what is rented, and who does what when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ionet.localnet.scenario_toml import Table
from ionet.programs.escrow.constants import MAX_CLUSTER_SIZE, MAX_TIP
from ionet.programs.escrow.enums import JobKind

KINDS = {kind.name.lower(): kind for kind in JobKind}


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
        offers: Names of devices on offer, each of which becomes a member.
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


def read_job(table: Table, sizes: Mapping[str, int], *, taken: Mapping[str, JobPlan]) -> JobPlan:
    """Read one job.

    Args:
        table: Where it is written.
        sizes: How many devices each offer has, by its name.
        taken: Those read before.
    """
    name = table.text("name")
    if name in taken:
        raise table.fault("name", name, "is used twice")
    kind = KINDS[table.choice("kind", KINDS)]
    chosen = table.choices("offers", sizes, "is no offer of this file")
    members = sum(sizes[offer] for offer in chosen)
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
