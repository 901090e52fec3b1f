"""Random histories of the market, biased to what matters.

Each instruction is a rule for the jobs that it fits, ``act_anyhow`` does any of them to any job,
and time prefers the seconds around a deadline.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from solders.pubkey import Pubkey

from ionet.programs.escrow.enums import JobKind
from tests.programs.harness.jobs import HOURS, Gang, JobRef
from tests.programs.harness.world import ALICE, BOB, CAROL, LISTINGS, World
from tests.stateful.agreement import check
from tests.stateful.devices import ALIVE, DEPLOYABLE, EPOCH, PASSED, UNSEEN
from tests.stateful.market import Market
from tests.stateful.model import (
    ACTIVE,
    DELIVERABLE,
    ENDING,
    METERED,
    OPEN,
    RENTAL,
    JobModel,
    price,
)
from tests.stateful.rules import RULES

MOST_JOBS = 6
"""Jobs at a time: enough for a queue on each device, few enough to finish some."""
_DURATIONS = st.sampled_from([3_600, 3_601, 4 * HOURS, 6 * HOURS, 6 * HOURS + 1, 9 * HOURS + 7])
_DEPOSITS = st.sampled_from([1, 39, 40, 41, 9_999, 10_000_000, 987_654_321])
_PICK, _DETAIL = st.integers(0, MOST_JOBS - 1), st.integers(0, 24)
_ANY = tuple(RULES)
_EVENTS = ("offer changes", "fee changes", "pause", "donation", "freeze", "cluster closes")


@cache
def _world() -> World:
    return World()


def _fits(name: str, job: JobModel, now: int) -> bool:
    match name:
        case "accept_job":
            return job.state == OPEN and not job.is_accepted and now < job.accept_by
        case "decline_job":
            return job.state == OPEN
        case "expire_job":
            return job.state == OPEN or job.ran == job.duration
        case "end_job" | "extend_job":
            return job.state == ACTIVE and job.kind != DELIVERABLE
        case "quit_job":
            return job.state == ACTIVE
        case "submit_result":
            return job.state == ACTIVE and job.kind == DELIVERABLE
        case "settle_voucher":
            return job.state in (ACTIVE, ENDING) and job.kind == METERED
        case "settle_job":
            return job.state in (ACTIVE, ENDING)
        case "release":
            return job.state == ENDING and not job.is_final
        case "refund":
            return job.due_to_client(now) > 0
        case "sweep_fee":
            return job.released_fee > job.fee
        case _:
            return job.is_stopped and job.held == 0


def _deadlines(job: JobModel) -> list[tuple[int, str]]:
    """List the seconds at which something becomes possible or impossible, and what."""
    if job.state == OPEN:
        return [(job.accept_by, "accept_job"), (job.accept_by, "expire_job")]
    if job.state == ACTIVE:
        end = job.started_at + job.duration
        return [(end, "expire_job"), (end, "extend_job"), (end, "end_job"), (end, "submit_result")]
    closing = (job.valid_until, "close_job")
    if job.ran is None:
        return [closing]
    names = ("release", "settle_voucher", "refund") if job.kind == METERED else ("release",)
    return [*((job.release_at, name) for name in names), closing]


def _rule_of(name: str) -> Any:
    """Make the rule of an instruction about a job."""

    @precondition(lambda self: bool(self.fitting(name)))
    @rule(pick=_PICK, detail=_DETAIL)
    def act(self: MarketMachine, pick: int, detail: int) -> None:
        self.act(self.fitting(name), name, pick, detail)

    act.__name__ = name
    return act


class MarketMachine(RuleBasedStateMachine):
    """One history; ``steps`` and ``seen`` add up over all histories of a class."""

    steps = 0
    seen: ClassVar[Counter[Any]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        world = _world()
        world.restore()
        self.market = Market(world, type(self).seen)

    def _count(self) -> None:
        type(self).steps += 1

    # Jobs

    @precondition(lambda self: len(self.market.jobs) < MOST_JOBS)
    @rule(
        client=st.sampled_from((ALICE, BOB)),
        id=st.integers(1, 3),
        listing=st.sampled_from(LISTINGS),
        kind=st.sampled_from(list(JobKind)),
        duration=_DURATIONS,
        deposit=_DEPOSITS,
        valid_for=st.sampled_from([900, 7_200, 86_400]),
        accept_within=st.sampled_from([1, 60, 900]),
        tip=st.sampled_from([0, 20_000]),
        is_taken=st.sampled_from([True, True, False]),
    )
    def open_job(
        self, *, accept_within: int, kind: JobKind, deposit: int, is_taken: bool, **terms: Any
    ) -> None:
        """Open a job; two in three are accepted at once."""
        asked = None if kind is JobKind.RENTAL else deposit
        ref = JobRef(kind=kind, deposit=asked, **terms)
        self._open(ref, accept_within=accept_within, is_taken=is_taken)

    @precondition(lambda self: len(self.market.jobs) < MOST_JOBS)
    @rule(
        number=st.sampled_from([1_000, 2_000]),
        size=st.integers(2, 3),
        kind=st.sampled_from([JobKind.RENTAL, JobKind.RENTAL, JobKind.METERED]),
        places=st.permutations([0, 1, 2]),
        duration=_DURATIONS,
        taken=st.integers(0, 3),
    )
    def open_cluster(
        self, number: int, size: int, kind: JobKind, places: list[int], duration: int, taken: int
    ) -> None:
        """Open a cluster and all its members, on devices in any order; some are accepted."""
        self._count()
        gang = Gang(ALICE, number, size)
        self.market.open_cluster(gang)
        if gang.address not in self.market.clusters:
            return
        gang = self.market.clusters[gang.address][0]  # as it was opened
        members = []
        for place in range(1, gang.size + 1):
            self._count()
            listing = LISTINGS[places[place - 1]]
            member = gang.member(place, listing, kind=kind, duration=duration)
            self.market.open(member, accept_within=0, gang=gang)
            members.append(member.address)
        for address in members[:taken]:
            if address in self.market.jobs:
                self._count()
                self.market.act(address, "accept_job")

    def fitting(self, name: str) -> list[Pubkey]:
        """Return the jobs for which the instruction is likely to do something now."""
        now, market = self.market.world.now, self.market
        return [
            address
            for address, entry in market.jobs.items()
            if _fits(name, market.as_of_now(entry), now)
        ]

    def act(self, addresses: list[Pubkey], name: str, pick: int, detail: int) -> None:
        """Do an instruction about one of the jobs."""
        self._count()
        address = addresses[pick % len(addresses)]
        amount, duration = _details(name, self.market.jobs[address].model, detail)
        self.market.act(address, name, amount=amount, duration=duration)

    accept_job = _rule_of("accept_job")
    decline_job = _rule_of("decline_job")
    extend_job = _rule_of("extend_job")
    settle_job = _rule_of("settle_job")
    settle_voucher = _rule_of("settle_voucher")
    submit_result = _rule_of("submit_result")
    end_job = _rule_of("end_job")
    quit_job = _rule_of("quit_job")
    expire_job = _rule_of("expire_job")
    release = _rule_of("release")
    refund = _rule_of("refund")
    sweep_fee = _rule_of("sweep_fee")
    close_job = _rule_of("close_job")

    @precondition(lambda self: self.market.jobs)
    @rule(name=st.sampled_from(_ANY), pick=_PICK, detail=_DETAIL)
    def act_anyhow(self, name: str, pick: int, detail: int) -> None:
        """Do any instruction about any job, mostly to be refused."""
        self.act(list(self.market.jobs), name, pick, detail)

    @precondition(lambda self: self.market.jobs)
    @rule(pick=_PICK, which=st.integers(0, 6), offset=st.integers(-1, 1), detail=_DETAIL)
    def act_at_a_deadline(self, pick: int, which: int, offset: int, detail: int) -> None:
        """Wait for a deadline of a job, then do what it decides on: a second early, or in time."""
        addresses = list(self.market.jobs)
        address = addresses[pick % len(addresses)]
        due = _deadlines(self.market.as_of_now(self.market.jobs[address]))
        moment, name = due[which % len(due)]
        self.market.world.at(max(self.market.world.now, moment + offset))
        self.act([address], name, 0, detail)

    # Time

    @rule(
        seconds=st.sampled_from([1, 39, 39, 600, 1_800, 7_777, 6 * HOURS, 6 * HOURS + 1]),
        pick=st.integers(-8, 7),
        offset=st.integers(-1, 1),
    )
    def pass_time(self, seconds: int, pick: int, offset: int) -> None:
        """Wait so long, or up to a deadline, or a second before or after it."""
        self._count()
        now, moments = self.market.world.now, self.market.moments()
        moment = now + seconds
        if moments and pick >= 0:
            moment = max(now, moments[pick % len(moments)] + offset)
        self.market.world.at(moment)

    @precondition(lambda self: len(self.market.jobs) < MOST_JOBS)
    @rule(
        listing=st.sampled_from(LISTINGS),
        id=st.integers(4, 6),
        duration=st.sampled_from([6 * HOURS, 9 * HOURS + 7, 30 * HOURS]),
        result=st.sampled_from([UNSEEN, UNSEEN, UNSEEN, ALIVE, PASSED, DEPLOYABLE]),
        epochs=st.integers(1, 6),
        offset=st.sampled_from([-1, 0, 1, 3_000, EPOCH - 1, EPOCH]),
        name=st.sampled_from(["settle_job", "end_job", "quit_job", "extend_job", "expire_job"]),
    )
    def run_into_an_epoch(
        self, result: int, epochs: int, offset: int, name: str, **terms: Any
    ) -> None:
        """Rent a device, unless it is busy; decide what it is found as, and wait for that."""
        ref = JobRef(ALICE, **terms)
        market, offer = self.market, self.market.offers[ref.listing.address]
        if offer.live_job is None:
            self._open(ref)
        market.find(ref.listing, result, epochs)
        begin = offer.device.genesis + (offer.device.epoch_at(market.world.now) + 1) * EPOCH
        market.world.at(max(market.world.now, begin + offset))
        if offer.live_job is not None:
            self.act([offer.live_job], name, 0, epochs)

    def _open(self, ref: JobRef, *, accept_within: int = 900, is_taken: bool = True) -> None:
        self._count()
        self.market.open(ref, accept_within=accept_within)
        if is_taken and ref.address in self.market.jobs:
            self._count()
            self.market.act(ref.address, "accept_job")

    # Around

    @rule(event=st.sampled_from(_EVENTS), pick=st.integers(0, 7), value=st.integers(0, 7))
    def happen(self, event: str, pick: int, value: int) -> None:
        """Something that no job asked for."""
        self._count()
        market = self.market
        if event == "offer changes":
            listing = LISTINGS[pick % len(LISTINGS)]
            kinds = value if pick == 7 else 7
            market.change_offer(listing, rate=listing.rate + pick % 2, kinds=kinds)
        elif event == "fee changes":
            market.change_fee((0, 1, 250, 250, 250, 333, 999, 1_000)[value])
        elif event == "pause":
            self._pause(max(1, value))
        elif event == "donation" and market.jobs:
            addresses = list(market.jobs)
            market.donate(addresses[pick % len(addresses)], 1 + 999_999 * (value % 2))
        elif event == "freeze":
            self._freeze_or_thaw(pick)
        elif event == "cluster closes" and market.clusters:
            addresses = list(market.clusters)
            market.close_cluster(addresses[pick % len(addresses)])

    def _pause(self, flags: int) -> None:
        if self.market.pause_flags:
            self.market.unpause()
        else:
            self.market.pause(flags)

    def _freeze_or_thaw(self, pick: int) -> None:
        treasury = self.market.world.treasury
        owners: list[Pubkey] = [ALICE.pubkey, BOB.pubkey, CAROL.pubkey, treasury]
        frozen = [owner for owner in owners if owner in self.market.frozen]
        self.market.toggle_frozen(frozen[0] if frozen else owners[pick % len(owners)])

    @invariant()
    def program_and_model_agree(self) -> None:
        check(self.market)


def _details(name: str, job: JobModel, detail: int) -> tuple[int, int]:
    """Choose amount and duration of an instruction: mostly right, sometimes off by one."""
    if name == "release":
        return detail % 3, 0
    if name == "accept_job":
        return detail // 24, 0
    if name == "settle_voucher":
        steps = (job.voucher + 1, job.deposit // 2, job.deposit, job.deposit + 1, job.voucher)
        return steps[detail % len(steps)], 0
    if name != "extend_job":
        return 0, 0
    duration = job.duration + (3_600, 1, 40_000, 0, 259_200)[detail % 5]
    if job.kind != RENTAL:
        return job.deposit + (0, 1, 5_000)[detail % 3], duration
    return max(0, price(job.rate, duration) + (0, 0, 0, 1, -1)[detail // 5 % 5]), duration
