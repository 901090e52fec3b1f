"""Both programs and both models side by side: a market on devices that committees decide about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from solders.instruction import Instruction

from ionet.committees import pack_codes
from ionet.localnet.actors import GOVERNANCE, GUARDIAN, Actor
from ionet.programs.escrow import events
from ionet.programs.verification import errors, instructions
from ionet.programs.verification.accounts import Attestor, Epoch, FreeIndex
from ionet.programs.verification.accounts import Device as DeviceRecord
from ionet.programs.verification.constants import PROGRAM_ID
from ionet.programs.verification.pdas import find_free_index
from tests.market_stateful import rounds, tenure
from tests.market_stateful.fleet import ACCOUNTS, Fleet, epoch_at
from tests.market_stateful.world import FLEET, GUESTS, RENT, World, gpu_of
from tests.market_stateful.world import tally as tally_step
from tests.programs.harness.world import FUNDER, LISTINGS, Listing
from tests.stateful.devices import ALIVE, EPOCH, LAG
from tests.stateful.market import Market
from tests.stateful.model import OfferModel, Refused
from tests.verification.harness.cast import attestor_of
from tests.verification.harness.rounds import Ballot, rearm_epoch, seed_epoch
from tests.verification.harness.world import (
    GENESIS,
    REGISTRY,
    join,
    open_epoch,
    withdraw,
)


class JointMarket(Market):
    """The market of the escrow, and the fleet that its devices are.

    Attributes:
        fleet: The verification program's model.
        steps: Instructions whose outcome was compared.
        brought: Lamports that everybody had at first.
        states: What a device was first found to count as, by epoch, device and registration.
    """

    world: World

    def __post_init__(self) -> None:
        super().__post_init__()
        self.fleet, self.steps = Fleet(), 0
        self.states: dict[tuple[int, Listing, int], int] = {}
        owners = (*(listing.provider for listing in FLEET), *GUESTS)
        self.lamports |= {owner.pubkey: self.world.lamports(owner.pubkey) for owner in owners}
        self.brought = dict(self.lamports)
        for guest, attestor in self.fleet.attestors.items():  # seated before the history began
            self.brought[guest.pubkey] += attestor.bond
            self.brought[FUNDER.pubkey] += RENT[Attestor]
        self.offers.clear()
        for listing in LISTINGS:
            self.register(listing)
            self.activate(listing)
            self.post_offer(listing)
        self.world.at(GENESIS + EPOCH)

    @property
    def epoch(self) -> int:
        """The clock's epoch."""
        return epoch_at(self.world.now)

    @property
    def second(self) -> int:
        """The second of the clock's epoch."""
        return (self.world.now - GENESIS) % EPOCH

    def to_second(self, second: int, *, epoch: int | None = None) -> None:
        """Move on to a second of an epoch, by default of the clock's; never back."""
        number = self.epoch if epoch is None else epoch
        self.world.at(max(self.world.now, GENESIS + number * EPOCH + second))

    def _expect(self, expected: str | None, *steps: Instruction) -> None:
        self.steps += 1
        if expected is None or steps[-1].program_id != PROGRAM_ID:
            super()._expect(expected, *steps)
            return
        self.seen[expected] += 1
        self.world.reject(getattr(errors, expected), *steps)

    def _do(self, name: str, change: Callable[[], Any], *steps: Instruction) -> bool:
        """Do it to the model, then to the chain; whether it was accepted."""
        refusal = None
        try:
            self.seen[name, "in full"] += bool(change())
        except Refused as refused:
            refusal = refused.error
        self.seen[name, refusal] += 1
        self._expect(refusal, *steps)
        return refusal is None

    # Devices

    def register(self, listing: Listing) -> None:
        """Create a device's account."""
        device = self.fleet.devices[listing]
        is_known = bool(device.tenures)
        step = gpu_of(listing).register()
        if self._do("register", lambda: tenure.register(device, self.world.now), step):
            self.lamports[FUNDER.pubkey] -= RENT[DeviceRecord]
            self.seen["registered anew"] += is_known

    def heartbeat(self, listing: Listing) -> None:
        """Let a device say that it is connected."""
        device, step = self.fleet.devices[listing], gpu_of(listing).heartbeat()
        self._do("heartbeat", lambda: tenure.beat(device, self.world.now), step)

    def activate(self, listing: Listing) -> None:
        """Give a device an index, and put up its deposit."""
        fleet, device = self.fleet, self.fleet.devices[listing]
        is_queued = bool(fleet.queue)
        owner = listing.provider.pubkey
        step = instructions.activate_device(
            owner=owner,
            device=listing.device,
            free_index=find_free_index(fleet.taken)[0] if is_queued else REGISTRY,
            rent_payer=FUNDER.pubkey if is_queued else owner,
        )
        now = self.world.now
        if self._do("activate", lambda: tenure.activate(fleet, device, now), step):
            self.lamports[owner] -= fleet.deposit
            self.lamports[FUNDER.pubkey] += RENT[FreeIndex] if is_queued else 0

    def deactivate(self, listing: Listing) -> None:
        """Take a device's index back, and return its deposit."""
        fleet, device = self.fleet, self.fleet.devices[listing]
        deposit = device.life.deposit if device.life is not None else 0
        owner = listing.provider.pubkey
        step = instructions.deactivate_device(
            payer=FUNDER.pubkey,
            owner=owner,
            device=listing.device,
            free_index=find_free_index(fleet.taken + len(fleet.queue))[0],
        )
        now = self.world.now
        if self._do("deactivate", lambda: tenure.deactivate(fleet, device, now), step):
            self.lamports[owner] += deposit
            self.lamports[FUNDER.pubkey] -= RENT[FreeIndex]

    def deregister(self, listing: Listing) -> None:
        """Close a device's account."""
        device, offer = self.fleet.devices[listing], self.offers.get(listing.address)
        is_let = offer is not None and offer.live_job is not None
        now, step = self.world.now, gpu_of(listing).deregister()
        change = lambda: tenure.deregister(device, now, has_live_job=is_let)  # noqa: E731
        if self._do("deregister", change, step):
            self.lamports[FUNDER.pubkey] += RENT[DeviceRecord]

    def post_offer(self, listing: Listing) -> None:
        """Offer a device for the first time."""
        device = self.fleet.devices[listing]
        if listing.address in self.offers or device.life is None:
            return
        self._expect(None, self.world.post(listing))
        device.offered = device.life
        self.offers[listing.address] = OfferModel(
            listing.rate,
            listing.min_duration,
            listing.max_duration,
            listing.min_charge,
            listing.kinds,
            device,
        )
        self.lamports[FUNDER.pubkey] -= self.world.lamports(listing.address)

    # Attestors

    def join(self, guest: Actor) -> None:
        """Let somebody take a seat, and put up the bond."""
        fleet, now = self.fleet, self.world.now
        if self._do("join", lambda: tenure.join(fleet, guest, now), join(guest)):
            self.lamports[guest.pubkey] -= fleet.bond
            self.lamports[FUNDER.pubkey] -= RENT[Attestor]

    def leave(self, guest: Actor) -> None:
        """Let somebody give the seat back."""
        fleet, now = self.fleet, self.world.now
        last = fleet.seats[-1] if fleet.seats else guest
        step = instructions.exit_attestor(
            authority=guest.pubkey, attestor=attestor_of(guest), last_attestor=attestor_of(last)
        )
        self._do("leave", lambda: tenure.leave(fleet, guest, now), step)

    def evict(self, guest: Actor) -> None:
        """Have somebody's seat given back for silence."""
        fleet, now = self.fleet, self.world.now
        last = fleet.seats[-1] if fleet.seats else guest
        step = instructions.evict_attestor(
            attestor=attestor_of(guest), last_attestor=attestor_of(last)
        )
        self._do("evict", lambda: tenure.evict(fleet, guest, now), step)

    def withdraw(self, guest: Actor) -> None:
        """Let somebody have the bond back."""
        fleet, now = self.fleet, self.world.now
        bond = fleet.attestors[guest].bond if guest in fleet.attestors else 0
        if self._do("withdraw", lambda: tenure.withdraw(fleet, guest, now), withdraw(guest)):
            self.lamports[guest.pubkey] += bond
            self.lamports[FUNDER.pubkey] += RENT[Attestor]

    # Epochs

    def open_epoch(self, number: int) -> None:
        """Open an epoch."""
        fleet, world = self.fleet, self.world
        is_new = all(epoch % ACCOUNTS != number % ACCOUNTS for epoch in fleet.opened)
        now, slot = world.now, world.vm.now().slot
        change = lambda: rounds.open_(fleet, number, now, slot)  # noqa: E731
        if self._do("open_epoch", change, open_epoch(number)) and is_new:
            self.lamports[FUNDER.pubkey] -= RENT[Epoch]

    def rearm(self) -> None:
        """Wait for another seed."""
        fleet, world, number = self.fleet, self.world, self.epoch
        now, slot = world.now, world.vm.now().slot
        change = lambda: rounds.rearm(fleet.at_place_of(number), now, slot)  # noqa: E731
        self._do("rearm", change, rearm_epoch(number))

    def seed(self) -> None:
        """Take the seed."""
        fleet, world, number = self.fleet, self.world, self.epoch
        change = lambda: rounds.seed(  # noqa: E731
            fleet.at_place_of(number), world.now, world.vm.clock
        )
        self._do("seed", change, seed_epoch(number))

    def commit(self, ballot: Ballot, *, copied: bytes | None = None) -> None:
        """Let somebody commit; ``copied`` is what he puts in place of his own commitment."""
        fleet, now = self.fleet, self.world.now
        commitment = ballot.commitment if copied is None else copied
        step = ballot.commit(commitment=commitment)
        self._do("commit", lambda: rounds.commit(fleet, ballot, commitment, now), step)

    def reveal(self, ballot: Ballot) -> None:
        """Let somebody reveal."""
        fleet, now = self.fleet, self.world.now
        self._do("reveal", lambda: rounds.reveal(fleet, ballot, now), ballot.reveal())

    def tally(self, number: int, listings: Sequence[Listing]) -> None:
        """Decide devices by the reports of an epoch."""
        fleet, now = self.fleet, self.world.now
        size = fleet.opened[number].size if number in fleet.opened else 1
        devices = [fleet.devices[listing] for listing in listings]
        step = tally_step(number, size, tuple(listing.device for listing in listings))
        self._do("tally", lambda: rounds.tally(fleet, number, devices, now), step)

    def miss(self, number: int, place: int, guest: Actor) -> None:
        """Record that somebody's report is missing."""
        fleet, now = self.fleet, self.world.now
        step = Ballot(guest, number, place).miss()
        self._do("miss", lambda: rounds.miss(fleet, number, place, guest, now), step)

    def codes(self, said: Mapping[Listing, int]) -> bytes:
        """Return the codes of a report that says this of devices; 0 of all others."""
        codes = [0] * self.fleet.indexes
        for listing, code in said.items():
            life = self.fleet.devices[listing].life
            if life is not None and self.fleet.devices[listing].is_active:
                codes[life.index] = code
        return pack_codes(codes)

    def change_parameters(self, committee_size: int, bond: int, deposit: int) -> None:
        """Set what later committees, attestors and devices go by."""
        step = instructions.update_config(
            authority=GOVERNANCE.pubkey,
            guardian=GUARDIAN.pubkey,
            committee_size=committee_size,
            min_attestors=self.fleet.min_attestors,
            attestor_bond=bond,
            activation_deposit=deposit,
        )
        self._expect(None, step)
        fleet = self.fleet
        fleet.committee_size, fleet.bond, fleet.deposit = committee_size, bond, deposit

    # What histories are for

    def rent_for_good(self) -> int:
        """Return the rent of accounts that no history closes: epochs, offers, queued indexes."""
        fleet, world = self.fleet, self.world
        epochs = len({number % ACCOUNTS for number in fleet.opened}) - 1  # epoch 0 was there
        return (
            epochs * RENT[Epoch]
            + len(fleet.queue) * RENT[FreeIndex]
            + sum(world.lamports(offer) for offer in self.offers)
        )

    def _note(self, logs: tuple[str, ...]) -> None:
        super()._note(logs)
        self.seen.update(type(event).__name__ for event in events.parse_logs(logs))

    def act(self, address: Any, name: str, *, amount: int = 0, duration: int = 0) -> None:
        """Do an instruction about a job; note whether a hired device was let."""
        device = self.jobs[address].model.device
        accepted = self.seen["accept_job", None]
        super().act(address, name, amount=amount, duration=duration)
        is_hired = device.result(self.epoch - LAG) == ALIVE
        self.seen["let while hired"] += is_hired and self.seen["accept_job", None] > accepted
