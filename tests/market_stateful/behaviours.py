"""How members of a committee behave, and an epoch played through with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from ionet.localnet.actors import Actor
from tests.market_stateful.fleet import COMMIT_UNTIL, OPEN_UNTIL, REVEAL_UNTIL, EpochModel
from tests.market_stateful.joint import JointMarket
from tests.market_stateful.rounds import Seed, seed_of
from tests.programs.harness.world import Listing
from tests.verification.harness.rounds import UNTIL_SEED, Ballot


class Member(Enum):
    """What a member does with its duty."""

    HONEST = auto()
    """Says what it saw, in time."""
    CONTRARY = auto()
    """Fails what is good and praises what is bad."""
    ABSENT = auto()
    """Does not commit."""
    SILENT = auto()
    """Commits and does not reveal."""
    LATE = auto()
    """Commits, and reveals when reveals are over."""
    TWO_FACED = auto()
    """Reveals something else than it committed to."""
    COPYING = auto()
    """Commits to what another one has committed to."""


@dataclass(frozen=True, slots=True)
class Night:
    """What an epoch is like.

    Attributes:
        truth: Codes that an honest member reports.
        members: What who sits at a place does.
        gone: Who is absent wherever he sits.
    """

    truth: Mapping[Listing, int]
    members: Sequence[Member]
    gone: Actor | None = None

    def member(self, ballot: Ballot) -> Member:
        """Return what a member does."""
        return Member.ABSENT if ballot.attestor is self.gone else self.members[ballot.place]

    def ballot(self, market: JointMarket, epoch: EpochModel, place: int) -> Ballot:
        """Return what the member at a place says."""
        said = self.truth
        if self.members[place] is Member.CONTRARY:
            said = {listing: 0 if 1 <= code <= 3 else 2 for listing, code in said.items()}
        member = epoch.members()[place]
        return Ballot(member, epoch.number, place, market.codes(said))


def play(market: JointMarket, night: Night, tallied: Sequence[Listing]) -> None:
    """Play the clock's epoch as far as it can still be, and tally some devices."""
    epoch = _begin(market)
    if epoch is None or epoch.seed is None:
        return
    ballots = [night.ballot(market, epoch, place) for place in range(epoch.size)]
    if market.second < COMMIT_UNTIL:
        _commit(market, night, ballots)
    market.to_second(COMMIT_UNTIL)
    if market.second < REVEAL_UNTIL:
        _reveal(market, night, ballots)
    market.to_second(REVEAL_UNTIL)
    for ballot in ballots:
        if night.member(ballot) is Member.LATE:
            market.reveal(ballot)
    market.tally(epoch.number, tallied)


def _begin(market: JointMarket) -> EpochModel | None:
    """Open and seed the clock's epoch, unless somebody has or it is too late."""
    number = market.epoch
    if number not in market.fleet.opened and market.second < OPEN_UNTIL:
        market.open_epoch(number)
    epoch = market.fleet.opened.get(number)
    if epoch is None or epoch.seed is not None or market.second >= COMMIT_UNTIL:
        return epoch
    if seed_of(epoch, market.world.vm.now().slot) is Seed.LOST and market.second < OPEN_UNTIL:
        market.rearm()
    if seed_of(epoch, market.world.vm.now().slot) is Seed.AHEAD:
        market.world.vm.advance_slots(UNTIL_SEED)
    market.seed()
    return epoch


def _commit(market: JointMarket, night: Night, ballots: Sequence[Ballot]) -> None:
    for ballot in ballots:
        member = night.member(ballot)
        if member is Member.COPYING:
            market.commit(ballot, copied=ballots[ballot.place - 1].commitment)
        elif member is not Member.ABSENT:
            market.commit(ballot)


def _reveal(market: JointMarket, night: Night, ballots: Sequence[Ballot]) -> None:
    for ballot in ballots:
        match night.member(ballot):
            case Member.HONEST | Member.CONTRARY | Member.COPYING:
                market.reveal(ballot)
            case Member.TWO_FACED:
                market.reveal(Ballot(ballot.attestor, ballot.epoch, ballot.place, bytes(512)))
