"""What must hold after every step: the chain is as the model says, and money is conserved."""

from __future__ import annotations

from solders.pubkey import Pubkey

from tests.programs.harness.world import World
from tests.stateful.market import Entry, Market
from tests.stateful.model import ACTIVE, OPEN, ClusterModel, OfferModel


def check(market: Market) -> None:
    """Compare everything, and check that money is conserved."""
    for address, entry in market.jobs.items():
        _check_job(market.world, address, entry)
    for address, offer in market.offers.items():
        _check_offer(market, address, offer)
    for address, (_, model) in market.clusters.items():
        _check_cluster(market.world, address, model)
    world = market.world
    for owner, expected in market.balances.items():
        assert world.balance(world.token(owner)) == expected, owner
    for wallet, lamports in market.lamports.items():
        assert world.lamports(wallet) == lamports, wallet
    in_vaults = sum(world.balance(entry.ref.vault) for entry in market.jobs.values())
    assert sum(market.balances.values()) + in_vaults == market.total


def _check_job(world: World, address: Pubkey, entry: Entry) -> None:
    record, model = world.job(address), entry.model
    vault = world.balance(entry.ref.vault)
    held = record.deposit - record.paid - record.fee - record.refunded
    assert held >= 0
    assert vault == held + model.donated
    found = (
        int(record.state),
        record.flags,
        record.deposit,
        record.earned,
        record.paid,
        record.fee,
        record.refunded,
        record.duration,
        record.started_at,
        record.seen_seconds,
        record.held_seconds,
        record.tip,
        record.fee_bps,
    )
    flags = model.is_final | model.is_submitted << 1 | model.is_accepted << 2
    assert found == (
        model.state,
        flags,
        model.deposit,
        model.earned,
        model.paid,
        model.fee,
        model.refunded,
        model.duration,
        model.started_at,
        model.seen_seconds,
        model.held_seconds,
        model.tip,
        model.fee_bps,
    ), address
    if model.is_final and not model.due_to_provider and model.released_fee == model.fee:
        assert model.fee == (model.paid + model.fee) * model.fee_bps // 10_000


def _check_offer(market: Market, address: Pubkey, model: OfferModel) -> None:
    record = market.world.offer(address)
    live = None if record.live_job == Pubkey.default() else record.live_job
    found = (record.seconds, record.gross, record.fee, record.jobs, record.expired, live)
    expected = (
        model.seconds,
        model.gross,
        model.fee,
        model.jobs,
        model.expired,
        model.live_job,
    )
    assert found == expected, address
    assert market.announced[address, "gross"] == model.gross
    assert market.announced[address, "fee"] == model.fee
    if live is not None:
        state = market.jobs[live].model.state
        assert state in (OPEN, ACTIVE)


def _check_cluster(world: World, address: Pubkey, model: ClusterModel) -> None:
    record = world.cluster(address)
    bits = sum(1 << place - 1 for place in model.places)
    found = (
        record.accepted,
        record.unclosed,
        record.is_failed,
        record.started_at,
        record.members,
    )
    expected = (
        model.accepted,
        model.unclosed,
        model.is_failed,
        model.started_at,
        bits,
    )
    assert found == expected, address
