"""Random histories of a market on verified devices.

To what histories of the market do, these add devices, attestors and epochs: played through with
members of all kinds, or instruction by instruction at any time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ionet.programs.escrow.enums import JobKind
from tests.market_stateful.agreement import check
from tests.market_stateful.behaviours import Member, Night, play
from tests.market_stateful.devices import Device
from tests.market_stateful.fleet import COMMIT_UNTIL, OPEN_UNTIL, REVEAL_UNTIL
from tests.market_stateful.joint import JointMarket
from tests.market_stateful.unwinding import unwind
from tests.market_stateful.world import FLEET, GUESTS, PLACES, World
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.world import ALICE, BOB, Listing
from tests.stateful.devices import EPOCH
from tests.stateful.machine import MOST_JOBS, MarketMachine
from tests.verification.harness.world import BOND, DEPOSIT

LAST_EPOCH = 200
"""No history goes on beyond: what a ring has overwritten is the subject of other tests."""
_BOUNDARIES = (0, OPEN_UNTIL, COMMIT_UNTIL, REVEAL_UNTIL, EPOCH)
NO_ANSWER_CODE, DEPLOYABLE_CODE, HIRED_CODE, WRONG_CODE = 0, 2, 3, 5
_CODES = st.sampled_from([2, 2, 2, 2, 2, 1, 3, 3, 0, 5, 13])
_LISTING_OF = {listing.device_key.name: listing for listing in FLEET}
_GUEST_OF = {guest.name: guest for guest in GUESTS}
_SEEN = st.fixed_dictionaries(dict.fromkeys(_LISTING_OF, _CODES))
_MEMBERS = st.lists(
    st.sampled_from([Member.HONEST] * 9 + list(Member)), min_size=PLACES, max_size=PLACES
)
_LISTINGS, _GUESTS = st.sampled_from(list(_LISTING_OF)), st.sampled_from(list(_GUEST_OF))
_PLACES = st.integers(0, PLACES - 1)


@cache
def _world() -> World:
    return World()


def _by_listing(said: dict[str, int]) -> dict[Listing, int]:
    return {_LISTING_OF[name]: code for name, code in said.items()}


def _is_eligible(device: Device, now: int) -> bool:
    return device.life is not None and device.life is device.offered and device.is_fit(now)


class JointMachine(MarketMachine):
    """One history; ends with everything paid out, closed and withdrawn."""

    steps = 0
    seen: ClassVar[Counter[Any]] = Counter()
    market: JointMarket

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        world = _world()
        world.restore()
        self.market = JointMarket(world, type(self).seen)

    def _count(self) -> None:
        """Steps are counted by the market, instruction by instruction."""

    def teardown(self) -> None:
        """End the history; add its steps to those of all."""
        unwind(self.market)
        type(self).steps += self.market.steps

    # Rules of the market that write devices by hand, or know nothing of epochs.
    run_into_an_epoch = None  # type: ignore[assignment]
    pass_time = None  # type: ignore[assignment]

    @initialize(is_known=st.booleans())
    def begin(self, is_known: bool) -> None:
        """Begin with devices that one epoch has found deployable, or that nobody knows."""
        if is_known:
            self._play_epochs_of(DEPLOYABLE_CODE, 1)

    # Time

    @precondition(lambda self: self.market.epoch < LAST_EPOCH)
    @rule(
        boundary=st.sampled_from(_BOUNDARIES),
        offset=st.sampled_from([-1, 0, 1, 600]),
        epochs=st.sampled_from([0, 0, 0, 0, 1, 2]),
    )
    def wait_for_a_boundary(self, boundary: int, offset: int, epochs: int) -> None:
        """Wait until a phase of an epoch begins, or a second before or after it."""
        self.market.to_second(boundary + offset, epoch=self.market.epoch + epochs)

    @precondition(lambda self: self.market.epoch < LAST_EPOCH // 3)
    @rule(epochs=st.sampled_from([29, 30, 119, 120, 121]))
    def wait_for_long(self, epochs: int) -> None:
        """Wait until bonds are free, or heartbeats too old."""
        self.market.to_second(0, epoch=self.market.epoch + epochs)

    # Epochs

    @precondition(lambda self: self.market.epoch < LAST_EPOCH)
    @rule(
        epochs=st.sampled_from([1, 1, 2, 3]),
        truth=_SEEN,
        members=_MEMBERS,
        untallied=st.sets(_LISTINGS, max_size=2),
        offset=st.sampled_from([None, -1, 0, 1, 600]),
    )
    def play_epochs(
        self,
        epochs: int,
        truth: dict[str, int],
        members: list[Member],
        untallied: set[str],
        offset: int | None,
    ) -> None:
        """Play epochs of one kind, up to about the end of the last one."""
        market, night = self.market, Night(_by_listing(truth), members)
        for number in range(market.epoch, market.epoch + epochs):
            market.to_second(0, epoch=number)
            self._play(night, untallied)
        if offset is not None:
            market.to_second(EPOCH + offset)

    def _play(self, night: Night, untallied: Collection[str] = ()) -> None:
        market = self.market
        tallied = [
            listing
            for name, listing in _LISTING_OF.items()
            if name not in untallied and market.fleet.devices[listing].holds(market.epoch)
        ]
        play(market, night, tallied)
        check(market)

    @rule(ahead=st.sampled_from([0, 0, 0, 0, -1, 1]))
    def open_epoch(self, ahead: int) -> None:
        """Open this epoch, or another one."""
        self.market.open_epoch(max(0, self.market.epoch + ahead))

    @rule(is_lost=st.booleans(), slots=st.sampled_from([0, 31, 32, 33, 34, 512, 544, 545, 600]))
    def seed_epoch(self, is_lost: bool, slots: int) -> None:
        """Seed this epoch some slots from now, or say that its seed is lost."""
        self.market.world.vm.advance_slots(slots)
        if is_lost:
            self.market.rearm()
        else:
            self.market.seed()

    @rule(place=_PLACES, truth=_SEEN, stranger=st.none() | _GUESTS, is_revealed=st.booleans())
    def report(
        self, place: int, truth: dict[str, int], stranger: str | None, is_revealed: bool
    ) -> None:
        """Commit to codes, or reveal them: what the member of a place says, or anybody in it."""
        market = self.market
        epoch = market.fleet.opened.get(market.epoch)
        if epoch is None or place >= len(epoch.members()):
            return
        night = Night(_by_listing(truth), [Member.HONEST] * PLACES)
        ballot = night.ballot(market, epoch, place)
        if stranger is not None:
            ballot = replace(ballot, attestor=_GUEST_OF[stranger])
        if is_revealed:
            market.reveal(ballot)
        else:
            market.commit(ballot)

    @rule(listings=st.lists(_LISTINGS, max_size=4), back=st.sampled_from([0, 0, 0, 1]))
    def tally(self, listings: list[str], back: int) -> None:
        """Tally any devices, whether they are due or not."""
        chosen = [_LISTING_OF[name] for name in listings]
        self.market.tally(max(0, self.market.epoch - back), chosen)

    @rule(
        back=st.sampled_from([0, 1, 1, 2, 27, 28, 29]),
        place=_PLACES,
        stranger=st.none() | st.none() | _GUESTS,
    )
    def record_miss(self, back: int, place: int, stranger: str | None) -> None:
        """Record that a member, or anybody, has not reported."""
        number = max(0, self.market.epoch - back)
        epoch = self.market.fleet.opened.get(number)
        members = () if epoch is None else epoch.members()
        place = place % max(1, len(members))
        guest = members[place] if members else GUESTS[0]
        if stranger is not None:
            guest = _GUEST_OF[stranger]
        self.market.miss(number, place, guest)

    # Who comes and goes

    @rule(
        name=st.sampled_from(["register", "activate", "activate", "deactivate", "deregister"]),
        listing=_LISTINGS,
        offset=st.sampled_from([None, None, 0, EPOCH - 1, EPOCH]),
    )
    def change_device(self, name: str, listing: str, offset: int | None) -> None:
        """Let a device come or go, now or about the end of the epoch."""
        if offset is not None and self.market.epoch < LAST_EPOCH:
            self.market.to_second(offset)
        getattr(self.market, name)(_LISTING_OF[listing])

    @rule(listing=st.sampled_from(list(_LISTING_OF)[-3:]))
    def vanish(self, listing: str) -> None:
        """Take a device through its whole end: deactivated, and closed in the next epoch."""
        self.market.deactivate(_LISTING_OF[listing])
        self.market.to_second(EPOCH)
        self.market.deregister(_LISTING_OF[listing])

    @rule(listing=_LISTINGS)
    def move_in(self, listing: str) -> None:
        """Take a device through its whole beginning: registered, activated and on offer."""
        self.market.register(_LISTING_OF[listing])
        self.market.activate(_LISTING_OF[listing])
        self.market.post_offer(_LISTING_OF[listing])

    @precondition(lambda self: self.market.epoch < LAST_EPOCH)
    @rule(listing=_LISTINGS, truth=_SEEN, members=_MEMBERS, is_at_once=st.booleans())
    def inherit(
        self, listing: str, truth: dict[str, int], members: list[Member], is_at_once: bool
    ) -> None:
        """Take a device out right after its tally; another one takes the head of the queue."""
        market, night = self.market, Night(_by_listing(truth), members)
        market.to_second(0, epoch=market.epoch + (market.second >= OPEN_UNTIL))
        self._play(night)
        market.deactivate(_LISTING_OF[listing])
        if not is_at_once:
            market.to_second(EPOCH)
        heirs = [heir for heir in FLEET if not market.fleet.devices[heir].is_active]
        self.move_in(listing=heirs[-1].device_key.name)
        market.to_second(0, epoch=market.epoch + 1)
        self._play(night)

    @rule(listing=_LISTINGS)
    def heartbeat(self, listing: str) -> None:
        """Let a device say that it is connected."""
        self.market.heartbeat(_LISTING_OF[listing])

    @rule(
        name=st.sampled_from(["join", "join", "join", "leave", "withdraw", "evict"]), guest=_GUESTS
    )
    def change_attestor(self, name: str, guest: str) -> None:
        """Let an attestor come or go."""
        getattr(self.market, name)(_GUEST_OF[guest])

    @precondition(lambda self: self.market.fleet.seats and self.market.epoch < LAST_EPOCH)
    @rule(pick=st.integers(0, 6), epochs=st.integers(4, 8), truth=_SEEN)
    def fall_silent(self, pick: int, epochs: int, truth: dict[str, int]) -> None:
        """Let one attestor miss its duties for some epochs, and have it evicted; others join."""
        market, seats = self.market, self.market.fleet.seats
        gone = seats[pick % len(seats)]
        night = Night(_by_listing(truth), [Member.HONEST] * PLACES, gone)
        for number in range(market.epoch + 1, market.epoch + 1 + epochs):
            market.to_second(0, epoch=number)
            self._play(night)
            members = market.fleet.opened[number].members()
            if gone in members:
                market.miss(number, members.index(gone), gone)
        market.to_second(EPOCH)
        market.evict(gone)
        for guest in [guest for guest in GUESTS if guest not in market.fleet.attestors][:2]:
            market.join(guest)

    @rule(
        committee_size=st.sampled_from([1, 2, 3, 3, 4, 5]),
        bond=st.sampled_from([BOND, BOND + 1, 2 * BOND]),
        deposit=st.sampled_from([DEPOSIT, DEPOSIT + 1, 3 * DEPOSIT]),
    )
    def change_parameters(self, committee_size: int, bond: int, deposit: int) -> None:
        """Change what later committees, attestors and devices go by."""
        self.market.change_parameters(committee_size, bond, deposit)

    # Jobs

    @precondition(lambda self: len(self.market.jobs) < MOST_JOBS and self.market.offers)
    @rule(
        is_bob=st.booleans(),
        number=st.integers(4, 7),
        pick=st.integers(0, 3),
        hours=st.sampled_from([1, 5, 6, 7, 12, 24, 30, 72]),
        valid_for=st.sampled_from([7_200, 86_400]),
        is_awaited=st.sampled_from([True, True, False]),
        hired_for=st.sampled_from([0, 0, 0, 1, 4, 5]),
    )
    def rent(
        self,
        is_bob: bool,
        number: int,
        pick: int,
        hours: int,
        valid_for: int,
        is_awaited: bool,
        hired_for: int,
    ) -> None:
        """Rent a device for some epochs; two in three wait for one that can take a job.

        For some epochs it may have been hired by somebody else.
        """
        if is_awaited:
            self._await_one_to_rent()
        self._play_epochs_of(HIRED_CODE, hired_for)
        self._rent(JobRef(BOB if is_bob else ALICE, number, valid_for=valid_for), pick, hours)

    def _await_one_to_rent(self) -> None:
        if not self._free():
            self._play_epochs_of(DEPLOYABLE_CODE, 1)

    def _rent(self, ref: JobRef, pick: int, hours: int) -> None:
        """Rent one of the devices that are free, or of all that are on offer."""
        choice = self._free() or [of for of in FLEET if of.address in self.market.offers]
        self._open(replace(ref, listing=choice[pick % len(choice)], duration=hours * HOURS))

    def _free(self) -> list[Listing]:
        """Return what can be rented now."""
        market, now = self.market, self.market.world.now
        return [
            listing
            for listing in FLEET
            if listing.address in market.offers
            and market.offers[listing.address].live_job is None
            and _is_eligible(market.fleet.devices[listing], now)
        ]

    def _play_epochs_of(self, code: int, epochs: int, others: int | None = None) -> None:
        """Play epochs in which all members say the same; ``others`` of devices that are not let."""
        market = self.market
        for _ in range(epochs):
            market.to_second(0, epoch=market.epoch + (market.second >= OPEN_UNTIL))
            said = dict.fromkeys(FLEET, code if others is None else others)
            said |= dict.fromkeys(self._let(), code)
            self._play(Night(said, [Member.HONEST] * PLACES))
            market.to_second(EPOCH)

    def _let(self) -> list[Listing]:
        """Return the devices on which a job runs or waits for its cluster."""
        offers = self.market.offers
        return [of for of in FLEET if of.address in offers and offers[of.address].live_job]

    @precondition(lambda self: self._let() or len(self.market.jobs) < MOST_JOBS)
    @rule(
        code=st.sampled_from([NO_ANSWER_CODE, NO_ANSWER_CODE, WRONG_CODE, HIRED_CODE]),
        epochs=st.integers(1, 2),
        then=st.integers(0, 1),
        pick=st.integers(0, 3),
        name=st.sampled_from(["settle_job", "end_job", "quit_job", "extend_job", "expire_job"]),
    )
    def find_what_is_let(self, code: int, epochs: int, then: int, pick: int, name: str) -> None:
        """Fail devices while jobs run on them, or find them hired; later they may be back."""
        if not self._let():
            self._await_one_to_rent()
            self._rent(JobRef(ALICE, 8), pick, 30)
        self._play_epochs_of(code, epochs, DEPLOYABLE_CODE)
        self._play_epochs_of(DEPLOYABLE_CODE, then)
        jobs = [self.market.offers[listing.address].live_job for listing in self._let()]
        if jobs:
            self.act(jobs, name, pick, epochs)

    @precondition(lambda self: len(self.market.jobs) < MOST_JOBS)
    @rule(
        size=st.integers(2, 3),
        places=st.permutations([0, 1, 2]),
        taken=st.sampled_from([3, 3, 2, 1]),
    )
    def gather(self, size: int, places: list[int], taken: int) -> None:
        """Open a cluster on devices that can take jobs, if they have not left."""
        self._play_epochs_of(DEPLOYABLE_CODE, 1)
        self.open_cluster(
            number=3_000,
            size=size,
            kind=JobKind.RENTAL,
            places=places,
            duration=9 * HOURS,
            taken=taken,
        )

    @invariant()
    def program_and_model_agree(self) -> None:
        """Compare all accounts with the models."""
        check(self.market)
