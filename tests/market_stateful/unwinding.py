"""The end of a history: once deadlines have passed, anybody can empty and close everything.

Each step is done to program and models alike; what is left is what is never closed.
"""

from __future__ import annotations

from solders.pubkey import Pubkey

from tests.market_stateful.agreement import check
from tests.market_stateful.fleet import MISSES_FOR
from tests.market_stateful.joint import JointMarket
from tests.market_stateful.world import FLEET, GUESTS
from tests.programs.harness.world import FUNDER, MALLORY
from tests.stateful.devices import EPOCH
from tests.stateful.market import Entry
from tests.stateful.model import ACTIVE


def unwind(market: JointMarket) -> None:
    """Empty every vault, close every job, and give back every deposit and bond."""
    for owner in tuple(market.frozen):
        market.toggle_frozen(owner)
    _close_jobs(market)
    _close_clusters(market)
    _send_devices_home(market)
    _send_attestors_home(market)
    check(market)
    _check_nothing_is_left(market)


def _close_jobs(market: JointMarket) -> None:
    due = [_last_deadline(market, entry) for entry in market.jobs.values()]
    market.world.at(max([market.world.now, *due]))
    for address in list(market.jobs):
        _close_job(market, address)
    assert not market.jobs


def _last_deadline(market: JointMarket, entry: Entry) -> int:
    job = market.as_of_now(entry)
    ends = [job.accept_by, job.valid_until]
    if job.state == ACTIVE:
        job.stop(job.duration)
    if job.ran is not None:
        ends.append(job.release_at)
    return max(ends)


def _close_job(market: JointMarket, address: Pubkey) -> None:
    """Do for one job what nobody has to be asked for; the caller is a stranger."""
    entry, now = market.jobs[address], market.world.now
    if not entry.model.is_stopped:
        market.act(address, "expire_job")
    if entry.model.ran is not None and not entry.model.is_final:
        market.act(address, "release")
    if entry.model.due_to_provider:  # could not be paid when it was released
        market.act(address, "settle_job")
    if entry.model.due_to_client(now):
        market.act(address, "refund")
    if entry.model.released_fee > entry.model.fee:
        market.act(address, "sweep_fee")
    market.act(address, "close_job")
    assert address not in market.jobs
    assert market.world.balance(entry.ref.vault) == 0


def _close_clusters(market: JointMarket) -> None:
    ends = [cluster.accept_by for _, cluster in market.clusters.values()]
    market.world.at(max([market.world.now, *ends]))
    for address in list(market.clusters):
        market.close_cluster(address)


def _send_devices_home(market: JointMarket) -> None:
    devices = market.fleet.devices
    for listing in FLEET:
        if devices[listing].is_active:
            market.deactivate(listing)
    market.to_second(0, epoch=market.epoch + 1)
    for listing in FLEET:
        if devices[listing].life is not None:
            market.deregister(listing)


def _send_attestors_home(market: JointMarket) -> None:
    attestors = market.fleet.attestors
    for guest in GUESTS:
        if guest in attestors and attestors[guest].until is None:
            market.leave(guest)
    free_from = market.epoch + 1 + MISSES_FOR
    market.to_second(EPOCH - 1, epoch=free_from - 1)
    if attestors:
        market.withdraw(next(reversed(attestors)))  # a second early, unless it left long ago
    market.to_second(0, epoch=free_from)
    for guest in GUESTS:
        if guest in attestors:
            market.withdraw(guest)


def _check_nothing_is_left(market: JointMarket) -> None:
    fleet = market.fleet
    assert not any((market.jobs, market.clusters, fleet.attestors, fleet.seats))
    assert all(device.life is None for device in fleet.devices.values())
    assert all(offer.live_job is None for offer in market.offers.values())
    assert sum(market.balances.values()) == market.total
    brought, has = market.brought, market.lamports
    payers = {FUNDER.pubkey, MALLORY.pubkey}
    # Deposits and bonds are back to the lamport; of rents, some stay, and tips changed hands.
    assert all(has[owner] == brought[owner] for owner in has.keys() - payers)
    missing = sum(brought[payer] - has[payer] for payer in payers)
    assert missing == market.rent_for_good()
