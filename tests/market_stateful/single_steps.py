"""Random histories, instruction by instruction: anything about epochs, devices and attestors.

Most of it is refused, at the time and to whom the model says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.market_stateful.agreement import check
from tests.market_stateful.behaviours import Member, Night
from tests.market_stateful.fleet import COMMIT_UNTIL, OPEN_UNTIL, REVEAL_UNTIL
from tests.market_stateful.joint import JointMarket
from tests.market_stateful.unwinding import unwind
from tests.market_stateful.world import FLEET, GUESTS, PLACES, World
from tests.programs.harness.world import Listing
from tests.stateful.devices import EPOCH
from tests.stateful.machine import MarketMachine
from tests.verification.harness.world import BOND, DEPOSIT

LAST_EPOCH = 200
"""No history goes on beyond: what a ring has overwritten is the subject of other tests."""
LISTING_OF = {listing.device_key.name: listing for listing in FLEET}
CODES = st.fixed_dictionaries(
    dict.fromkeys(LISTING_OF, st.sampled_from([2, 2, 2, 2, 2, 1, 3, 3, 0, 5, 13]))
)
"""What honest members report of each device: mostly good."""
LISTINGS = st.sampled_from(list(LISTING_OF))
_BOUNDARIES = (0, OPEN_UNTIL, COMMIT_UNTIL, REVEAL_UNTIL, EPOCH)
_GUEST_OF = {guest.name: guest for guest in GUESTS}
_GUESTS, _PLACES = st.sampled_from(list(_GUEST_OF)), st.integers(0, PLACES - 1)


@cache
def _world() -> World:
    return World()


def by_listing(said: dict[str, int]) -> dict[Listing, int]:
    """Return codes by device, of codes by its name."""
    return {LISTING_OF[name]: code for name, code in said.items()}


class SingleSteps(MarketMachine):
    """A history of single steps; ends with everything paid out, closed and withdrawn.

    Attributes:
        compared: Steps of the market when all accounts were last as the models say.
    """

    steps = 0
    seen: ClassVar[Counter[Any]] = Counter()
    market: JointMarket

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        world = _world()
        world.restore()
        self.market = JointMarket(world, type(self).seen)
        self.compared = self.market.steps

    def _count(self) -> None:
        """Steps are counted by the market, instruction by instruction."""

    def teardown(self) -> None:
        """End the history, unless it has failed; add its steps to those of all."""
        if self.compared == self.market.steps:
            unwind(self.market)
            self.seen["unwound"] += 1
        type(self).steps += self.market.steps

    # Rules of the market that write devices by hand, or know nothing of epochs.
    run_into_an_epoch = None  # type: ignore[assignment]
    pass_time = None  # type: ignore[assignment]

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

    @rule(place=_PLACES, truth=CODES, stranger=st.none() | _GUESTS, is_revealed=st.booleans())
    def report(
        self, place: int, truth: dict[str, int], stranger: str | None, is_revealed: bool
    ) -> None:
        """Commit to codes, or reveal them: what the member of a place says, or anybody in it."""
        market = self.market
        epoch = market.fleet.opened.get(market.epoch)
        if epoch is None or place >= len(epoch.members()):
            return
        night = Night(by_listing(truth), [Member.HONEST] * PLACES)
        ballot = night.ballot(market, epoch, place)
        if stranger is not None:
            ballot = replace(ballot, attestor=_GUEST_OF[stranger])
        if is_revealed:
            market.reveal(ballot)
        else:
            market.commit(ballot)

    @rule(listings=st.lists(LISTINGS, max_size=4), back=st.sampled_from([0, 0, 0, 1]))
    def tally(self, listings: list[str], back: int) -> None:
        """Tally any devices, whether they are due or not."""
        chosen = [LISTING_OF[name] for name in listings]
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
        listing=LISTINGS,
        offset=st.sampled_from([None, None, 0, EPOCH - 1, EPOCH]),
    )
    def change_device(self, name: str, listing: str, offset: int | None) -> None:
        """Let a device come or go, now or about the end of the epoch."""
        if offset is not None and self.market.epoch < LAST_EPOCH:
            self.market.to_second(offset)
        getattr(self.market, name)(LISTING_OF[listing])

    @rule(listing=LISTINGS)
    def heartbeat(self, listing: str) -> None:
        """Let a device say that it is connected."""
        self.market.heartbeat(LISTING_OF[listing])

    @rule(
        name=st.sampled_from(["join", "join", "join", "leave", "withdraw", "evict"]), guest=_GUESTS
    )
    def change_attestor(self, name: str, guest: str) -> None:
        """Let an attestor come or go."""
        getattr(self.market, name)(_GUEST_OF[guest])

    @rule(
        committee_size=st.sampled_from([1, 2, 3, 3, 4, 5]),
        bond=st.sampled_from([BOND, BOND + 1, 2 * BOND]),
        deposit=st.sampled_from([DEPOSIT, DEPOSIT + 1, 3 * DEPOSIT]),
    )
    def change_parameters(self, committee_size: int, bond: int, deposit: int) -> None:
        """Change what later committees, attestors and devices go by."""
        self.market.change_parameters(committee_size, bond, deposit)

    @invariant()
    def program_and_model_agree(self) -> None:
        """Compare all accounts with the models."""
        check(self.market)
        self.compared = self.market.steps
