"""Program and model side by side: each step is done to both, then everything is compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.localnet.actors import GOVERNANCE, GUARDIAN
from ionet.programs.escrow import errors, events, instructions
from ionet.programs.escrow.enums import JobKind
from tests.programs.harness.devices import GENESIS, LAST_EPOCH
from tests.programs.harness.jobs import Gang, JobRef
from tests.programs.harness.tokens import donate, freeze, thaw
from tests.programs.harness.world import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    ERIN,
    FUNDER,
    LISTINGS,
    MALLORY,
    Listing,
    World,
)
from tests.stateful.devices import DeviceModel
from tests.stateful.model import (
    ACTIVE,
    RENTAL,
    ClusterModel,
    JobModel,
    OfferModel,
    Refused,
    price,
)
from tests.stateful.rules import PAYEE, RULES, Call, Effect

JOB_RENT, CLUSTER_RENT = 4_496_160, 1_823_520
PAUSE = 259_200
HOLDERS = (ALICE, BOB, CAROL, DAVE, ERIN, MALLORY)
_FLAG_OF = {"open": 1, "accept_job": 2, "extend_job": 4}
_TOKEN_FROZEN = 17
_RELEASING = (events.JobEnded, events.JobSettled, events.VoucherSettled, events.JobReleased)


@dataclass
class Entry:
    """A job on chain and in the model; ``gang`` names its cluster."""

    ref: JobRef
    model: JobModel
    gang: Gang | None


@dataclass
class Market:
    """Both worlds, and how often each outcome was met."""

    world: World
    seen: Counter[Any] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.jobs: dict[Pubkey, Entry] = {}
        self.clusters: dict[Pubkey, tuple[Gang, ClusterModel]] = {}
        self.offers = {
            listing.address: OfferModel(
                listing.rate,
                listing.min_duration,
                listing.max_duration,
                listing.min_charge,
                listing.kinds,
                DeviceModel(GENESIS, LAST_EPOCH),
            )
            for listing in LISTINGS
        }
        owners = [holder.pubkey for holder in HOLDERS] + [self.world.treasury]
        self.balances = {owner: self.world.balance(self.world.token(owner)) for owner in owners}
        self.total = sum(self.balances.values())
        self.frozen: set[Pubkey] = set()
        self.announced: Counter[tuple[Pubkey, str]] = Counter()
        self.fee_bps = 250
        self.pause_flags, self.paused_until = 0, 0
        self.lamports = {a.pubkey: self.world.lamports(a.pubkey) for a in (FUNDER, MALLORY)}

    # Steps

    def _expect(self, expected: str | None, *steps: Instruction) -> None:
        """Send; the outcome must be the model's."""
        self.seen[expected or "accepted"] += 1
        if expected is None:
            self._note(self.world.accept(*steps).logs)
        elif expected == "TokenFrozen":
            outcome = self.world.send(*steps)
            assert outcome.err is not None
            assert outcome.err.custom_code == _TOKEN_FROZEN, outcome.logs
        else:
            self.world.reject(getattr(errors, expected), *steps)

    def _note(self, logs: tuple[str, ...]) -> None:
        """Add up what events say was released, by offer."""
        for event in events.parse_logs(logs):
            if isinstance(event, _RELEASING):
                offer = self.jobs[event.job].ref.listing.address
                self.announced[offer, "gross"] += event.gross
                self.announced[offer, "fee"] += event.fee

    def _is_paused(self, entry: str) -> bool:
        is_over = self.world.now >= self.paused_until
        return bool(self.pause_flags & _FLAG_OF[entry]) and not is_over

    def open(self, ref: JobRef, *, accept_within: int, gang: Gang | None = None) -> None:
        """Open a job, in a cluster or alone."""
        world, offer = self.world, self.offers[ref.listing.address]
        cluster = self.clusters[gang.address][1] if gang is not None else None
        refusal = self._opening_refusal(ref, offer, cluster)
        deposit = ref.asked_deposit
        if ref.kind is JobKind.RENTAL:
            deposit = price(offer.rate, ref.duration)
        within = 0 if cluster is not None else accept_within
        step = ref.open(world, deposit=deposit, rate=offer.rate, accept_within=within)
        now = world.now
        self._expect(refusal, step)
        if refusal is not None:
            return
        is_rental = ref.kind is JobKind.RENTAL
        self.jobs[ref.address] = Entry(
            ref,
            JobModel(
                kind=int(ref.kind),
                device=offer.device,
                deposit=deposit,
                rate=offer.rate if is_rental else 0,
                duration=ref.duration,
                fee_bps=self.fee_bps,
                min_charge=offer.min_charge if is_rental else 0,
                opened_at=now,
                accept_by=now + accept_within if cluster is None else cluster.accept_by,
                valid_until=now + ref.valid_for,
                review_window=7_200 if ref.kind is JobKind.DELIVERABLE else 0,
                tip=ref.tip,
                member=ref.member,
            ),
            gang,
        )
        self.balances[ref.client.pubkey] -= deposit
        self.lamports[FUNDER.pubkey] -= JOB_RENT + ref.tip
        if cluster is not None:
            cluster.places.add(ref.member)
            cluster.unclosed += 1

    def _opening_refusal(
        self, ref: JobRef, offer: OfferModel, cluster: ClusterModel | None
    ) -> str | None:
        if self._is_paused("open"):
            return "EntriesPaused"
        if not offer.kinds & 1 << int(ref.kind):
            return "KindNotOffered"
        if not offer.min_duration <= ref.duration <= offer.max_duration:
            return "DurationOutsideOffer"
        if cluster is not None:
            if self.world.now >= cluster.accept_by:
                return "ClusterDeadlinePassed"
            if cluster.is_failed:
                return "ClusterFailed"
            if ref.member in cluster.places:
                return "MemberTaken"
        if ref.address in self.jobs:
            return "AlreadyInUse"
        return "TokenFrozen" if ref.client.pubkey in self.frozen else None

    def open_cluster(self, gang: Gang) -> None:
        """Open a cluster."""
        refusal = None
        if self._is_paused("open"):
            refusal = "EntriesPaused"
        elif gang.address in self.clusters:
            refusal = "AlreadyInUse"
        now = self.world.now
        self._expect(refusal, gang.open())
        if refusal is None:
            model = ClusterModel(gang.size, now + gang.accept_within)
            self.clusters[gang.address] = (gang, model)
            self.lamports[FUNDER.pubkey] -= CLUSTER_RENT

    def close_cluster(self, address: Pubkey) -> None:
        """Close a cluster."""
        gang, model = self.clusters[address]
        refusal = None
        if model.unclosed:
            refusal = "ClusterUnclosed"
        elif self.world.now < model.accept_by:
            refusal = "ClusterStillOpen"
        self._expect(refusal, gang.close())
        if refusal is None:
            del self.clusters[address]
            self.lamports[FUNDER.pubkey] += CLUSTER_RENT

    def act(self, address: Pubkey, name: str, *, amount: int = 0, duration: int = 0) -> None:
        """Do an instruction about a job.

        An ``amount`` makes ``release`` that of who is protected, and an accept stale.
        """
        entry = self.jobs[address]
        offer = self.offers[entry.ref.listing.address]
        call = self._call(entry, offer, name, amount, duration)
        written = entry.model
        call.has_ended = call.job.elapse(call.now, call.cluster)
        try:
            effect = RULES[name](call)
            refusal = None
        except Refused as refused:
            effect, refusal = Effect(), refused.error
        self.seen[name, refusal] += 1
        self._expect(refusal, *self._steps(entry.ref, name, call))
        if refusal is not None:
            return
        entry.model = call.job
        self._count(offer, address, written, call.job)
        self._pay(entry, name, call, effect)

    def _call(self, entry: Entry, offer: OfferModel, name: str, amount: int, duration: int) -> Call:
        cluster = None if entry.gang is None else self.clusters[entry.gang.address][1]
        owner = self._owner(entry.ref, PAYEE.get(name, "client"))
        is_frozen = owner in self.frozen
        return Call(
            key=entry.ref.address,
            job=entry.model.copy(),
            offer=offer,
            cluster=cluster,
            now=self.world.now,
            is_payable=not is_frozen,
            is_funder_frozen=is_frozen,
            is_paused=name in _FLAG_OF and self._is_paused(name),
            amount=amount,
            duration=duration,
            is_waived=name == "release" and amount > 0,
            is_stale=name == "accept_job" and amount > 0,
        )

    def _owner(self, ref: JobRef, payee: str) -> Pubkey:
        if payee == "treasury":
            return self.world.treasury
        return (ref.client if payee == "client" else ref.listing.provider).pubkey

    def _steps(self, ref: JobRef, name: str, call: Call) -> tuple[Instruction, ...]:
        if name == "settle_voucher":
            return ref.redeem(self.world, call.amount)
        arguments: dict[str, Any] = {}
        if name == "extend_job":
            arguments = {"duration": call.duration, "deposit": call.amount}
        elif call.is_stale:
            arguments = {"opened_slot": ref.opened_slot(self.world) - 1}
        elif name == "submit_result":
            arguments = {"result_hash": bytes(32)}
        elif name == "release" and call.is_waived:
            is_metered = ref.kind is JobKind.METERED
            protected = ref.listing.provider if is_metered else ref.client
            arguments = {"caller": protected.pubkey}
        return (ref.step(self.world, name, **arguments),)

    def _count(self, offer: OfferModel, address: Pubkey, written: JobModel, now: JobModel) -> None:
        offer.seconds += now.released_seconds - written.released_seconds
        offer.gross += now.released - written.released
        offer.fee += now.released_fee - written.released_fee
        if now.ran is not None and written.ran is None and now.kind == RENTAL:
            self.seen["a rental stopped", 0 < now.seen_seconds < now.ran] += 1
        if now.is_stopped and offer.live_job == address:
            offer.live_job = None

    def _pay(self, entry: Entry, name: str, call: Call, effect: Effect) -> None:
        if name in PAYEE:
            self.balances[self._owner(entry.ref, PAYEE[name])] += effect.paid
        self.lamports[MALLORY.pubkey] += effect.tip
        if effect.is_closed:
            if call.is_payable:
                self.balances[entry.ref.client.pubkey] += effect.surplus
            else:
                self.total -= effect.surplus  # burned
            self.lamports[FUNDER.pubkey] += JOB_RENT + call.job.tip
            del self.jobs[entry.ref.address]

    # What goes on around the jobs

    def change_offer(self, listing: Listing, *, rate: int, kinds: int) -> None:
        """Change an offer's terms; ``kinds`` 0 withdraws it and keeps the terms."""
        offer = self.offers[listing.address]
        step = instructions.update_offer(
            provider=listing.provider.pubkey,
            offer=listing.address,
            kinds=kinds,
            rate=rate,
            min_duration=offer.min_duration,
            max_duration=offer.max_duration,
            min_charge=offer.min_charge,
        )
        self._expect(None, step)
        offer.kinds = kinds
        if kinds:
            offer.rate = rate

    def find(self, listing: Listing, result: int, epochs: int) -> None:
        """Decide what this epoch and some that follow find of a device; the past is final."""
        device = self.offers[listing.address].device
        now = device.epoch_at(self.world.now)
        device.found |= dict.fromkeys(range(now, now + epochs), result)
        self.seen["found", result] += 1
        self.world.find(listing, {e: r for e, r in device.found.items() if e <= LAST_EPOCH})

    def change_fee(self, fee_bps: int) -> None:
        """Change the fee of jobs to come."""
        step = instructions.update_config(
            authority=GOVERNANCE.pubkey,
            guardian=GUARDIAN.pubkey,
            treasury=self.world.treasury,
            fee_bps=fee_bps,
        )
        self._expect(None, step)
        self.fee_bps = fee_bps

    def pause(self, flags: int) -> None:
        """Pause entries."""
        now = self.world.now
        is_soon = self.paused_until != 0 and now < self.paused_until + PAUSE
        step = instructions.pause(guardian=GUARDIAN.pubkey, flags=flags)
        self._expect("PauseTooSoon" if is_soon else None, step)
        if not is_soon:
            self.pause_flags, self.paused_until = flags, now + PAUSE

    def unpause(self) -> None:
        """Lift the pause."""
        now = self.world.now
        is_idle = self.pause_flags == 0 or now >= self.paused_until
        step = instructions.unpause(authority=GOVERNANCE.pubkey)
        self._expect("NotPaused" if is_idle else None, step)
        if not is_idle:
            self.pause_flags, self.paused_until = 0, now

    def donate(self, address: Pubkey, amount: int) -> None:
        """Somebody sends tokens to a vault."""
        entry = self.jobs[address]
        self._expect(None, donate(self.world, MALLORY, entry.ref.vault, amount))
        entry.model.donated += amount
        self.balances[MALLORY.pubkey] -= amount

    def toggle_frozen(self, owner: Pubkey) -> None:
        """The issuer freezes or thaws somebody's token account."""
        address = self.world.token(owner)
        if owner in self.frozen:
            thaw(self.world, address)
        else:
            freeze(self.world, address)
        self.frozen ^= {owner}
        self.seen["freeze or thaw"] += 1

    # Time

    def moments(self) -> list[int]:
        """Return every second at which a rule changes, from now on."""
        found = {c.accept_by for _, c in self.clusters.values()} | {self.paused_until}
        for entry in self.jobs.values():
            job = entry.model
            found |= {job.accept_by, job.valid_until}
            if job.state == ACTIVE:
                found |= {job.started_at + job.duration, job.started_at + job.min_charge}
            if job.ran is not None:
                found.add(job.release_at)
        return sorted(second for second in found if second > self.world.now)

    def as_of_now(self, entry: Entry) -> JobModel:
        """Return a job with what time has done to it, which nobody has written yet."""
        job = entry.model.copy()
        cluster = None if entry.gang is None else self.clusters[entry.gang.address][1]
        job.elapse(self.world.now, cluster)
        return job
