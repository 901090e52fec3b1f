"""Random histories of a market on verified devices.

To what single steps do, these rules add whole epochs, played through with members of all kinds, and
jobs that devices fail within.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ionet.programs.escrow.enums import JobKind
from tests.market_stateful.agreement import check
from tests.market_stateful.behaviours import Member, Night, play
from tests.market_stateful.devices import Device
from tests.market_stateful.fleet import OPEN_UNTIL
from tests.market_stateful.single_steps import (
    CODES,
    LAST_EPOCH,
    LISTING_OF,
    LISTINGS,
    SingleSteps,
    by_listing,
)
from tests.market_stateful.world import FLEET, GUESTS, PLACES
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.world import ALICE, BOB, Listing
from tests.stateful.devices import EPOCH
from tests.stateful.machine import MOST_JOBS

NO_ANSWER, DEPLOYABLE, HIRED, WRONG = 0, 2, 3, 5
"""Codes."""
_MEMBERS = st.lists(
    st.sampled_from([Member.HONEST] * 9 + list(Member)), min_size=PLACES, max_size=PLACES
)


def _is_eligible(device: Device, now: int) -> bool:
    return device.life is not None and device.life is device.offered and device.is_fit(now)


class JointMachine(SingleSteps):
    """One history; ends with everything paid out, closed and withdrawn."""

    @initialize(is_known=st.booleans())
    def begin(self, is_known: bool) -> None:
        """Begin with devices that one epoch has found deployable, or that nobody knows."""
        if is_known:
            self._play_epochs_of(DEPLOYABLE, 1)

    # Epochs

    @precondition(lambda self: self.market.epoch < LAST_EPOCH)
    @rule(
        epochs=st.sampled_from([1, 1, 2, 3]),
        truth=CODES,
        members=_MEMBERS,
        untallied=st.sets(LISTINGS, max_size=2),
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
        market, night = self.market, Night(by_listing(truth), members)
        for number in range(market.epoch, market.epoch + epochs):
            market.to_second(0, epoch=number)
            self._play(night, untallied)
        if offset is not None:
            market.to_second(EPOCH + offset)

    def _play(self, night: Night, untallied: Collection[str] = ()) -> None:
        market = self.market
        tallied = [
            listing
            for name, listing in LISTING_OF.items()
            if name not in untallied and market.fleet.devices[listing].holds(market.epoch)
        ]
        play(market, night, tallied)
        check(market)

    # Who comes and goes

    @rule(listing=st.sampled_from(list(LISTING_OF)[-3:]))
    def vanish(self, listing: str) -> None:
        """Take a device through its whole end: deactivated, and closed in the next epoch."""
        self.market.deactivate(LISTING_OF[listing])
        self.market.to_second(EPOCH)
        self.market.deregister(LISTING_OF[listing])

    @rule(listing=LISTINGS)
    def move_in(self, listing: str) -> None:
        """Take a device through its whole beginning: registered, activated and on offer."""
        self.market.register(LISTING_OF[listing])
        self.market.activate(LISTING_OF[listing])
        self.market.post_offer(LISTING_OF[listing])

    @precondition(lambda self: self.market.epoch < LAST_EPOCH)
    @rule(listing=LISTINGS, truth=CODES, members=_MEMBERS, is_at_once=st.booleans())
    def inherit(
        self, listing: str, truth: dict[str, int], members: list[Member], is_at_once: bool
    ) -> None:
        """Take a device out right after its tally; another one takes the head of the queue."""
        market, night = self.market, Night(by_listing(truth), members)
        market.to_second(0, epoch=market.epoch + (market.second >= OPEN_UNTIL))
        self._play(night)
        market.deactivate(LISTING_OF[listing])
        if not is_at_once:
            market.to_second(EPOCH)
        heirs = [heir for heir in FLEET if not market.fleet.devices[heir].is_active]
        self.move_in(listing=heirs[-1].device_key.name)
        market.to_second(0, epoch=market.epoch + 1)
        self._play(night)

    @precondition(lambda self: self.market.fleet.seats and self.market.epoch < LAST_EPOCH)
    @rule(pick=st.integers(0, 6), epochs=st.integers(4, 8), truth=CODES)
    def fall_silent(self, pick: int, epochs: int, truth: dict[str, int]) -> None:
        """Let one attestor miss its duties for some epochs, and have it evicted; others join."""
        market, seats = self.market, self.market.fleet.seats
        gone = seats[pick % len(seats)]
        night = Night(by_listing(truth), [Member.HONEST] * PLACES, gone)
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
        self._play_epochs_of(HIRED, hired_for)
        self._rent(JobRef(BOB if is_bob else ALICE, number, valid_for=valid_for), pick, hours)

    def _await_one_to_rent(self) -> None:
        if not self._free():
            self._play_epochs_of(DEPLOYABLE, 1)

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
        code=st.sampled_from([NO_ANSWER, NO_ANSWER, WRONG, HIRED]),
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
        self._play_epochs_of(code, epochs, DEPLOYABLE)
        self._play_epochs_of(DEPLOYABLE, then)
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
        self._play_epochs_of(DEPLOYABLE, 1)
        self.open_cluster(
            number=3_000,
            size=size,
            kind=JobKind.RENTAL,
            places=places,
            duration=9 * HOURS,
            taken=taken,
        )
