"""Amounts by hand, sums of events and counters, and books that only a broken program writes."""

from __future__ import annotations

import pytest
from solders.instruction import Instruction

from ionet.programs.escrow import errors, events
from ionet.programs.escrow.constants import HOLD_BACK
from ionet.programs.escrow.enums import JobKind
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import ACCEPT_WITHIN, HOURS, TIP, JobRef
from tests.programs.harness.stages import (
    Stage,
    accept,
    reach,
    release_at,
    scheduled_end,
    started_at,
    stop,
)
from tests.programs.harness.world import (
    ALICE,
    BOB,
    GPU_1,
    GPU_2,
    MALLORY,
    World,
)

U64_MAX = (1 << 64) - 1
EACH_KIND = pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)


@guards(errors.NothingDue)
def test_money_of_a_rental_ended_early(world: World) -> None:
    """10,000 s at 2.49 an hour: gross floor(6916666.67), fee floor(gross / 40)."""
    job = JobRef(duration=4 * HOURS)
    world.accept(job.open(world))
    accept(world, job)
    world.at(started_at(world, job) + 10_000).accept(job.step(world, "end_job"))
    record = world.job(job.address)
    assert (record.deposit, record.earned) == (9_960_000, 6_916_666)
    assert record.refunded == 9_960_000 - 6_916_666
    assert record.held_seconds == 10_000  # all within the hold-back
    world.accept(job.step(world, "settle_job"))
    assert world.job(job.address).paid == 0
    world.reject(errors.NothingDue, job.step(world, "sweep_fee"))
    world.reject(errors.NothingDue, job.step(world, "refund"))
    world.at(release_at(world, job)).accept(job.step(world, "release"))
    world.accept(job.step(world, "sweep_fee"))
    record = world.job(job.address)
    assert (record.paid, record.fee) == (6_916_666 - 172_916, 172_916)
    offer = world.offer(GPU_1.address)
    assert (offer.seconds, offer.gross, offer.fee, offer.jobs) == (10_000, 6_916_666, 172_916, 1)


@pytest.mark.parametrize(
    ("ran", "charged"), [(0, 1_800), (1, 1_800), (1_799, 1_800), (1_800, 1_800), (1_801, 1_801)]
)
def test_minimum_charge_when_the_client_ends(world: World, ran: int, charged: int) -> None:
    job = JobRef()
    world.accept(job.open(world))
    accept(world, job)
    world.at(started_at(world, job) + ran).accept(job.step(world, "end_job"))
    record = world.job(job.address)
    assert record.earned == GPU_1.rate * charged // HOURS
    assert record.seen_seconds == ran


@pytest.mark.parametrize("ran", [0, 1, 1_799])
def test_no_minimum_charge_when_the_provider_quits(world: World, ran: int) -> None:
    job = JobRef()
    world.accept(job.open(world))
    accept(world, job)
    world.at(started_at(world, job) + ran).accept(job.step(world, "quit_job"))
    record = world.job(job.address)
    assert record.earned == GPU_1.rate * ran // HOURS
    assert record.refunded == record.deposit - record.earned


@pytest.mark.parametrize("ran", [HOLD_BACK - 1, HOLD_BACK, HOLD_BACK + 1, 30_000])
def test_running_rental_is_paid_up_to_one_hold_back_ago(world: World, ran: int) -> None:
    job = JobRef()
    world.accept(job.open(world))
    accept(world, job)
    world.at(started_at(world, job) + ran).accept(job.step(world, "settle_job"))
    gross = GPU_1.rate * max(0, ran - HOLD_BACK) // HOURS
    assert world.job(job.address).paid == gross - gross * 250 // 10_000
    # Stopping at once pays no more until the window is over.
    world.accept(job.step(world, "quit_job"))
    paid = world.job(job.address).paid
    world.accept(job.step(world, "settle_job"))
    assert world.job(job.address).paid == paid


def test_deliverable_that_nobody_submits_is_refunded_in_full(world: World) -> None:
    job = reach(world, Stage.ELAPSED, JobKind.DELIVERABLE)
    before = world.balance(world.token(ALICE))
    world.accept(job.step(world, "expire_job"))
    assert world.balance(world.token(ALICE)) - before == job.asked_deposit


def test_submitted_result_is_paid_in_full(world: World) -> None:
    job = reach(world, Stage.ACTIVE, JobKind.DELIVERABLE)
    stop(world, job)
    record = world.job(job.address)
    assert (record.earned, record.paid, record.flags) == (10_000_000, 0, 2)
    world.at(release_at(world, job)).accept(job.step(world, "release"))
    assert world.job(job.address).paid == 9_750_000


def test_order_of_settling_changes_no_total(world: World) -> None:
    """Settled each hour and swept each time, or once at the end: the same to the base unit."""
    totals = set()
    for every in (HOURS, 5 * HOURS, 100 * HOURS):
        world.restore()
        job = JobRef(listing=GPU_2, duration=24 * HOURS + 1)
        world.accept(job.open(world))
        accept(world, job)
        start = started_at(world, job)
        for passed in range(every, 24 * HOURS, every):
            world.at(start + passed + 7).accept(job.step(world, "settle_job"))
            if world.job(job.address).earned:
                world.send(job.step(world, "sweep_fee"))
        world.at(scheduled_end(world, job)).accept(job.step(world, "expire_job"))
        world.at(release_at(world, job)).accept(job.step(world, "release"))
        world.send(job.step(world, "sweep_fee"))
        record = world.job(job.address)
        totals.add((record.earned, record.paid, record.fee, record.refunded))
    assert len(totals) == 1
    earned, paid, fee, refunded = totals.pop()
    assert earned == 1_999_999 * (24 * HOURS + 1) // HOURS
    assert (fee, paid) == (earned * 250 // 10_000, earned - earned * 250 // 10_000)
    assert refunded == 1  # the deposit was rounded up


@guards(errors.WrongState)
@pytest.mark.parametrize("stage", [Stage.LATE, Stage.ELAPSED], ids=lambda stage: stage.name)
def test_caller_of_a_due_expiry_gets_the_tip_once(world: World, stage: Stage) -> None:
    job = reach(world, stage)
    before = world.lamports(MALLORY.pubkey)
    world.accept(job.step(world, "expire_job"))
    assert world.lamports(MALLORY.pubkey) - before == TIP
    assert world.job(job.address).tip == 0
    world.reject(errors.WrongState, job.step(world, "expire_job"))


def test_request_to_a_busy_device_does_not_count_against_its_provider(world: World) -> None:
    reach(world, Stage.ACTIVE)
    job = JobRef(BOB, 2)
    world.accept(job.open(world))
    world.at(world.now + ACCEPT_WITHIN).accept(job.step(world, "expire_job"))
    assert world.offer(GPU_1.address).expired == 0


@EACH_KIND
def test_events_add_up_to_the_offers_counters(world: World, kind: JobKind) -> None:
    """Gross and fee of what events released, over an extended job that time ended."""
    job = JobRef(kind=kind)
    world.accept(job.open(world))
    accept(world, job)
    logs: list[str] = []

    def note(*steps: Instruction) -> None:
        logs.extend(world.accept(*steps).logs)

    world.at(started_at(world, job) + 8 * HOURS)
    if kind is not JobKind.DELIVERABLE:
        # More is owed for the time so far, and nobody is told yet: so nothing is booked.
        price = GPU_1.rate if kind is JobKind.RENTAL else 0
        note(job.extend(world, duration=HOURS, deposit=price))
        assert world.offer(GPU_1.address).gross == world.job(job.address).earned == 0
    if kind is JobKind.METERED:
        note(*job.redeem(world, 4_000_001))
    elif kind is JobKind.RENTAL:
        note(job.step(world, "settle_job"))
    else:
        note(job.step(world, "submit_result", result_hash=bytes(32)))
    world.at(scheduled_end(world, job))
    note(job.step(world, "settle_job"))
    world.at(max(world.now, release_at(world, job)))
    note(job.step(world, "release"))
    releasing = (
        events.JobEnded,
        events.JobSettled,
        events.VoucherSettled,
        events.JobReleased,
    )
    found = [event for event in events.parse_logs(logs) if isinstance(event, releasing)]
    offer = world.offer(GPU_1.address)
    assert sum(event.gross for event in found) == offer.gross == world.job(job.address).earned > 0
    assert sum(event.fee for event in found) == offer.fee


def test_offer_counts_what_happened(world: World) -> None:
    reach(world, Stage.EXPIRED)
    assert world.offer(GPU_1.address).expired == 1
    job = JobRef(id=2)
    world.accept(job.open(world))
    world.accept(job.step(world, "decline_job"))
    offer = world.offer(GPU_1.address)
    assert (offer.expired, offer.jobs, offer.seconds, offer.gross) == (1, 0, 0, 0)


# A broken program or token program: the last line of defence


@guards(errors.ConservationBroken)
@pytest.mark.parametrize(
    "broken",
    [
        {"paid": 29_880_001},
        {"refunded": 29_880_001},
        {"fee": 29_880_000},
        {"paid": U64_MAX, "fee": 1},
        {"refunded": U64_MAX},
    ],
    ids=str,
)
def test_books_that_do_not_add_up_reject(world: World, broken: dict[str, int]) -> None:
    job = reach(world, Stage.ENDING)
    world.rewrite(job.address, **broken)
    world.reject(errors.ConservationBroken, job.step(world, "settle_job"))


@guards(errors.VaultShort)
def test_vault_that_holds_too_little_rejects(world: World) -> None:
    job = reach(world, Stage.RELEASABLE)
    account = world.account(job.vault)
    for short in (0, world.balance(job.vault) - 1):
        data = account.data[:64] + short.to_bytes(8, "little") + account.data[72:]
        world.put(job.vault, account, data)
        world.reject(errors.VaultShort, job.step(world, "release"))
    world.put(job.vault, account)
    world.accept(job.step(world, "release"))


@pytest.mark.parametrize("counter", ["seconds", "gross", "fee", "jobs", "expired"])
def test_full_counter_stands_in_the_way_of_nobody(world: World, counter: str) -> None:
    world.rewrite(GPU_1.address, **{counter: U64_MAX})
    reach(world, Stage.EXPIRED)
    job = JobRef(id=2)
    world.accept(job.open(world))
    accept(world, job)
    world.at(scheduled_end(world, job)).accept(job.step(world, "expire_job"))
    world.at(release_at(world, job)).accept(job.step(world, "release"))
    assert getattr(world.offer(GPU_1.address), counter) == U64_MAX


@guards(errors.ArithmeticOverflow)
def test_released_amount_that_shrinks_rejects(world: World) -> None:
    """What was released is counted for good: books that say less now are broken."""
    job = reach(world, Stage.ACTIVE)
    world.rewrite(job.address, earned=29_880_000)
    world.reject(errors.ArithmeticOverflow, job.step(world, "settle_job"))
