"""What must hold of the fleet after every step: accounts are as the model says, lamports too."""

from __future__ import annotations

from operator import index

from solders.pubkey import Pubkey

from ionet.devices import device_state, is_carried, is_eligible, nibble_of, seen_seconds
from ionet.localnet.actors import Actor
from ionet.programs.verification.accounts import (
    Attestor,
    Device,
    Epoch,
    EpochRing,
    FreeIndex,
    Registry,
    Report,
)
from ionet.programs.verification.constants import FOREVER
from ionet.programs.verification.pdas import find_free_index, find_report
from tests.market_stateful.devices import Device as DeviceModel
from tests.market_stateful.fleet import SEATS_KEPT, EpochModel
from tests.market_stateful.joint import JointMarket
from tests.market_stateful.world import GUESTS, RENT
from tests.programs.harness.world import Listing
from tests.stateful.agreement import check as check_jobs
from tests.stateful.devices import LAG
from tests.stateful.model import ACTIVE, RENTAL
from tests.verification.harness.cast import attestor_of
from tests.verification.harness.world import EPOCH_RING, REGISTRY, epoch_account

LOOKED_BACK = 6
"""Epochs whose results are compared after every step, more than any rule looks back."""


def check(market: JointMarket) -> None:
    """Compare everything, and check that tokens and lamports are conserved."""
    check_jobs(market)
    _check_registry(market)
    for listing, device in market.fleet.devices.items():
        _check_device(market, listing, device)
    for guest in GUESTS:
        _check_attestor(market, guest)
    _check_epoch(market)
    _check_totals(market)
    _check_running(market)


def _check_registry(market: JointMarket) -> None:
    world, fleet = market.world, market.fleet
    record = Registry.decode(REGISTRY, world.account(REGISTRY))
    held = sum(device.is_active for device in fleet.devices.values())
    tail = fleet.taken + len(fleet.queue)
    found = (record.free_head, record.free_tail, record.index_count, record.active_devices)
    assert found == (fleet.taken, tail, fleet.indexes, held)
    assert record.seats == len(fleet.seats)
    for number, freed in enumerate(fleet.queue, fleet.taken):
        address = find_free_index(number)[0]
        account = world.account(address)
        queued = FreeIndex.decode(address, account)
        assert (queued.number, queued.index) == (number, freed)
        assert account.lamports == RENT[FreeIndex]
    assert not fleet.taken or not world.exists(find_free_index(fleet.taken - 1)[0])


def _check_device(market: JointMarket, listing: Listing, device: DeviceModel) -> None:
    world, now = market.world, market.world.now
    if device.life is None:
        assert not world.exists(listing.device)
        return
    account = world.account(listing.device)
    record, life = Device.decode(listing.device, account), device.life
    assert account.lamports == RENT[Device] + life.deposit
    first, end = device.tenure or (0, 0)
    until = FOREVER if end is None else end
    failed = index(record.reason)  # a code without a name too
    found = (record.active_from, record.active_until, record.index, record.deposit, failed)
    assert found == (first, until, life.index, life.deposit, life.reason), listing
    assert record.heartbeat == life.beats[-1]
    _check_results(market, listing, record, device)
    state = int(device_state(record, now))
    assert state == device.state(now), listing
    assert is_eligible(record, now) == device.is_fit(now), listing
    # Nothing that happens in an epoch changes what it counts as in it.
    identity = (market.epoch, listing, record.registered_slot)
    assert market.states.setdefault(identity, state) == state, listing
    market.seen["state", state] += 1


def _check_results(
    market: JointMarket, listing: Listing, record: Device, device: DeviceModel
) -> None:
    assert device.life is not None
    born = device.epoch_at(device.life.beats[0])
    for epoch in range(max(born, market.epoch - LOOKED_BACK), market.epoch + 1):
        expected = device.result(epoch) | device.carries(epoch) << 2
        assert nibble_of(record, epoch) == expected, (listing, epoch)
    newest = market.epoch - LAG
    assert is_carried(record, market.world.now) == (device.carries(newest) > 0)
    market.seen["carried", device.carries(newest)] += 1
    market.seen["given up"] += _is_given_up(device, newest)


def _is_given_up(device: DeviceModel, epoch: int) -> bool:
    """Tell whether a result was carried to its limit in the epoch before, and no further."""
    return device.holds(epoch) and device.carries(epoch - 1) == 2 and epoch not in device.verdicts


def _check_attestor(market: JointMarket, guest: Actor) -> None:
    world, address = market.world, attestor_of(guest)
    model = market.fleet.attestors.get(guest)
    if model is None:
        assert not world.exists(address)
        return
    account = world.account(address)
    record = Attestor.decode(address, account)
    assert account.lamports == RENT[Attestor] + model.bond
    assert record.bond == model.bond
    assert record.active_until == (FOREVER if model.until is None else model.until)
    newest = sorted(model.seats.items(), reverse=True)[:SEATS_KEPT]
    seats = zip(record.seats_since, record.seats, strict=True)
    assert [(since, seat) for since, seat in seats if since] == newest, guest.name
    for epoch in (market.epoch, market.epoch + 1):
        seat = model.seat_at(epoch)
        if seat is not None:
            assert market.fleet.seats_in(epoch)[seat] is guest
    found = (record.total_revealed, record.total_missed)
    assert found == (model.revealed.total(), model.missed.total()), guest.name
    for epoch, revealed, missed in zip(record.epochs, record.revealed, record.missed, strict=True):
        assert (revealed, missed) == (model.revealed[epoch], model.missed[epoch]), guest.name


def _check_epoch(market: JointMarket) -> None:
    model = market.fleet.opened.get(market.epoch)
    if model is None:
        return
    address = epoch_account(model.number)
    record = Epoch.decode(address, market.world.account(address))
    found = (record.number, record.starts_at, record.slot, record.seats, record.committee_size)
    assert found == (model.number, model.start, model.slot, len(model.seats), model.size)
    assert record.seed == (bytes(32) if model.seed is None else model.seed)
    for place in range(model.size):
        _check_report(market, model, place)


def _check_report(market: JointMarket, epoch: EpochModel, place: int) -> None:
    address = find_report(0, place)[0]
    record = Report.decode(address, market.world.account(address))
    if place not in epoch.sealed:
        assert record.epoch != epoch.number or record.attestor == Pubkey.default()
        return
    member, commitment = epoch.sealed[place]
    found = (record.epoch, record.attestor, record.commitment)
    assert found == (epoch.number, attestor_of(member), commitment)
    assert record.is_revealed == (place in epoch.revealed)
    if place in epoch.revealed:
        ballot = epoch.revealed[place]
        assert (record.codes, record.evidence_root) == (ballot.codes, ballot.evidence_root)


def _check_totals(market: JointMarket) -> None:
    record = EpochRing.decode(EPOCH_RING, market.world.account(EPOCH_RING))
    fleet = market.fleet
    for number, epoch in fleet.opened.items():
        found = (record.numbers[number], record.weights[number], record.reports[number])
        assert found == (number, fleet.total(number), len(epoch.revealed)), number
    assert sum(record.weights) == sum(fleet.total(number) for number in fleet.opened)


def _check_running(market: JointMarket) -> None:
    """Hold what an unsettled rental has been seen for so far to the model, as a reader would."""
    for entry in market.jobs.values():
        job, device = entry.model, entry.ref.listing.device
        if job.state == ACTIVE and job.kind == RENTAL:
            record = Device.decode(device, market.world.account(device))
            span = (job.started_at, market.world.now)
            assert seen_seconds(record, *span) == job.device.seen(*span), entry.ref
