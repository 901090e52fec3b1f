"""From request to close: signers, deadlines at t - 1, t and t + 1, and amounts by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from solders.instruction import Instruction

from ionet.localnet.actors import GOVERNANCE, GUARDIAN
from ionet.programs.escrow import errors, events, instructions
from ionet.programs.escrow.constants import HOLD_BACK, MAX_DURATION
from ionet.programs.escrow.enums import JobKind, JobState
from tests.programs.harness.examples import OTHER_JOB, SIBLING
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import ACCEPT_WITHIN, HOURS, TIP, VALID_FOR, JobRef
from tests.programs.harness.stages import (
    WINDOW,
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
    CAROL,
    DAVE,
    FUNDER,
    GPU_1,
    GPU_2,
    GPU_3,
    MALLORY,
    World,
)

U64_MAX, U32_MAX = (1 << 64) - 1, (1 << 32) - 1
EACH_KIND = pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)


# Signers


@guards(errors.NotProvider)
@pytest.mark.parametrize(
    ("name", "stage", "kind"),
    [
        ("accept_job", Stage.OPEN, JobKind.RENTAL),
        ("decline_job", Stage.OPEN, JobKind.RENTAL),
        ("quit_job", Stage.ACTIVE, JobKind.RENTAL),
        ("submit_result", Stage.ACTIVE, JobKind.DELIVERABLE),
    ],
)
def test_only_the_provider_signs(world: World, name: str, stage: Stage, kind: JobKind) -> None:
    job = reach(world, stage, kind)
    arguments = {"result_hash": bytes(32)} if name == "submit_result" else {}
    for actor in (ALICE, DAVE, MALLORY, GOVERNANCE, GUARDIAN, GPU_1.device):
        step = job.step(world, name, provider=actor.pubkey, **arguments)
        world.reject(errors.NotProvider, step)
    world.accept(job.step(world, name, **arguments))


@guards(errors.NotClient)
@pytest.mark.parametrize("name", ["end_job", "extend_job"])
def test_only_the_client_signs(world: World, name: str) -> None:
    job = reach(world, Stage.ACTIVE)
    totals = {"duration": 13 * HOURS, "deposit": 13 * GPU_1.rate}
    arguments = totals if name == "extend_job" else {}
    for actor in (BOB, CAROL, MALLORY, GOVERNANCE, GUARDIAN, FUNDER):
        step = job.step(world, name, client=actor.pubkey, **arguments)
        world.reject(errors.NotClient, step)
    world.accept(job.step(world, name, **arguments))


# Deadlines


@guards(errors.AcceptTooLate, errors.ExpireTooEarly)
def test_accept_and_expire_meet_at_the_deadline(world: World) -> None:
    job = JobRef()
    world.accept(job.open(world))
    deadline = world.job(job.address).opened_at + ACCEPT_WITHIN
    before = world.snapshot()
    world.at(deadline - 1).reject(errors.ExpireTooEarly, job.step(world, "expire_job"))
    world.accept(job.step(world, "accept_job"))
    for late in (deadline, deadline + 1):
        world.restore(before)
        world.at(late).reject(errors.AcceptTooLate, job.step(world, "accept_job"))
        world.accept(job.step(world, "expire_job"))


@guards(errors.JobChanged)
def test_accept_is_for_the_job_that_the_provider_saw(world: World) -> None:
    """A worse request under the same id, opened after the provider signed, is not taken."""
    job = reach(world, Stage.OPEN)
    seen = job.step(world, "accept_job")
    slot = world.job(job.address).opened_slot
    for other in (0, slot - 1, slot + 1, U64_MAX):
        step = job.step(world, "accept_job", opened_slot=other)
        world.reject(errors.JobChanged, step)
    world.accept(job.step(world, "end_job"))
    world.at(world.now + VALID_FOR).accept(job.step(world, "close_job"))
    world.accept(job.open(world))
    world.reject(errors.JobChanged, seen)
    world.accept(job.step(world, "accept_job"))


@guards(errors.AlreadyAccepted, errors.WrongState)
def test_accept_counts_once(world: World) -> None:
    world.reject(errors.AlreadyAccepted, reach(world, Stage.JOINED).step(world, "accept_job"))
    world.restore()
    world.reject(errors.WrongState, reach(world, Stage.ACTIVE).step(world, "accept_job"))


@guards(errors.ExpireTooEarly)
@EACH_KIND
def test_scheduled_end_is_due_at_its_second(world: World, kind: JobKind) -> None:
    job = reach(world, Stage.ACTIVE, kind)
    end = scheduled_end(world, job)
    world.at(end - 1).reject(errors.ExpireTooEarly, job.step(world, "expire_job"))
    before = world.snapshot()
    for now in (end, end + 1, end + 10**6):
        world.at(now).accept(job.step(world, "expire_job"))
        record = world.job(job.address)
        # The end is the scheduled one whoever writes it, whenever.
        assert (record.state, record.seen_to) == (JobState.ENDING, 12 * HOURS)
        world.restore(before)


@guards(errors.ReleaseTooEarly, errors.AlreadyReleased)
@EACH_KIND
def test_release_is_due_at_its_second(world: World, kind: JobKind) -> None:
    job = reach(world, Stage.ENDING, kind)
    due = release_at(world, job)
    assert due == started_at(world, job) + 8 * HOURS + WINDOW[kind]
    world.at(due - 1).reject(errors.ReleaseTooEarly, job.step(world, "release"))
    before = world.snapshot()
    for now in (due, due + 1):
        world.at(now).accept(job.step(world, "release"))
        world.reject(errors.AlreadyReleased, job.step(world, "release"))
        world.restore(before)


@guards(errors.ReleaseTooEarly)
@EACH_KIND
def test_only_who_waits_for_the_window_waives_it(world: World, kind: JobKind) -> None:
    job = reach(world, Stage.ENDING, kind)
    protected, other = (CAROL, ALICE) if kind is JobKind.METERED else (ALICE, CAROL)
    for actor in (other, MALLORY, FUNDER, GOVERNANCE):
        step = job.step(world, "release", caller=actor.pubkey)
        world.reject(errors.ReleaseTooEarly, step)
    world.accept(job.step(world, "release", caller=protected.pubkey))


@guards(errors.CloseTooEarly)
def test_close_is_due_when_the_opening_has_become_invalid(world: World) -> None:
    job = reach(world, Stage.CANCELLED)
    due = world.job(job.address).opened_at + VALID_FOR
    world.at(due - 1).reject(errors.CloseTooEarly, job.step(world, "close_job"))
    before = world.snapshot()
    for now in (due, due + 1):
        world.at(now).accept(job.step(world, "close_job"))
        world.restore(before)


@guards(errors.InvalidValidity, errors.AlreadyInUse)
def test_repeated_opening_cannot_pay_twice(world: World) -> None:
    """The same signed instruction works before ``valid_until``, the job stays until then."""
    job = JobRef()
    step = job.open(world)
    valid_until = world.now + VALID_FOR
    world.accept(step)
    world.accept(job.step(world, "end_job"))
    world.reject(errors.AlreadyInUse, step)
    world.at(valid_until - 1).reject(errors.CloseTooEarly, job.step(world, "close_job"))
    world.reject(errors.InvalidValidity, step)
    world.at(valid_until).accept(job.step(world, "close_job"))
    world.reject(errors.InvalidValidity, step)


@guards(errors.StillHeld, errors.WrongRentPayer)
def test_close_needs_an_empty_job_and_its_rent_payer(world: World) -> None:
    job = reach(world, Stage.FINAL)
    world.reject(errors.StillHeld, job.step(world, "close_job"))
    world.accept(job.step(world, "sweep_fee"))
    for actor in (ALICE, MALLORY, CAROL):
        step = job.step(world, "close_job", rent_payer=actor.pubkey)
        world.reject(errors.WrongRentPayer, step)
    before = world.lamports(FUNDER.pubkey)
    world.accept(job.step(world, "close_job"))
    assert world.lamports(FUNDER.pubkey) - before == 4_496_160 + TIP


# Relations


@guards(errors.WrongOffer, errors.WrongVault, errors.NotInCluster)
def test_accounts_of_two_jobs_do_not_mix(world: World) -> None:
    job = reach(world, Stage.ACTIVE)
    for other in (OTHER_JOB, SIBLING):
        world.accept(other.open(world))
        step = job.step(world, "settle_job", vault=other.vault)
        world.reject(errors.WrongVault, step)
        step = job.step(world, "settle_job", cluster=other.address)
        world.reject(errors.NotInCluster, step)
    world.reject(errors.WrongOffer, job.step(world, "settle_job", offer=GPU_3.address))


# Extensions


@guards(errors.NothingToExtend, errors.WrongDeposit, errors.ExtensionTooLong)
def test_rental_is_extended_to_exactly_its_price(world: World) -> None:
    """``duration`` and ``deposit`` are the new totals."""
    job = JobRef(listing=GPU_2)
    world.accept(job.open(world))
    accept(world, job)

    def extend(duration: int, deposit: int) -> Instruction:
        return job.step(world, "extend_job", duration=duration, deposit=deposit)

    def price(duration: int) -> int:
        return replace(job, duration=duration).asked_deposit

    agreed, paid_in = job.duration, job.asked_deposit
    for duration, deposit in ((0, 0), (agreed, paid_in), (agreed - 1, paid_in), (agreed, 0)):
        world.reject(errors.NothingToExtend, extend(duration, deposit))
    for duration, deposit in ((agreed - 1, U64_MAX), (U32_MAX, paid_in - 1)):
        world.reject(errors.NothingToExtend, extend(duration, deposit))
    longer = agreed + 1_000
    for wrong in (paid_in, price(longer) - 1, price(longer) + 1, U64_MAX):
        world.reject(errors.WrongDeposit, extend(longer, wrong))
    world.reject(errors.WrongDeposit, extend(agreed, paid_in + 1))
    for duration in (GPU_2.max_duration + 1, MAX_DURATION, U32_MAX):
        world.reject(errors.ExtensionTooLong, extend(duration, U64_MAX))
    before = world.snapshot()
    for duration in (agreed + 1, longer, GPU_2.max_duration):
        world.accept(extend(duration, price(duration)))
        record = world.job(job.address)
        assert record.duration == duration
        assert world.balance(job.vault) == record.deposit == price(duration)
        world.reject(errors.NothingToExtend, extend(duration, price(duration)))
        world.restore(before)


@guards(errors.NothingToExtend, errors.ExtensionTooLong, errors.InsufficientFunds)
def test_metered_extension_adds_time_or_money(world: World) -> None:
    job = reach(world, Stage.ACTIVE, JobKind.METERED)
    agreed, paid_in = job.duration, job.asked_deposit

    def extend(duration: int, deposit: int) -> Instruction:
        return job.step(world, "extend_job", duration=duration, deposit=deposit)

    for duration, deposit in ((agreed, paid_in), (agreed - 1, paid_in + 1), (agreed + 1, 0)):
        world.reject(errors.NothingToExtend, extend(duration, deposit))
    world.reject(errors.ExtensionTooLong, extend(GPU_1.max_duration + 1, paid_in))
    funds = world.balance(world.token(ALICE))
    for deposit in (paid_in + funds + 1, U64_MAX):
        world.reject(errors.InsufficientFunds, extend(agreed, deposit))
    world.accept(extend(agreed, paid_in + 1))
    world.accept(extend(agreed + 1, paid_in + 1))
    record = world.job(job.address)
    assert (record.duration, record.deposit) == (agreed + 1, paid_in + 1)
    world.accept(extend(agreed + 1, paid_in + funds))
    assert world.balance(world.token(ALICE)) == 0


@guards(errors.WrongKind)
def test_deliverable_has_a_fixed_price(world: World) -> None:
    job = reach(world, Stage.ACTIVE, JobKind.DELIVERABLE)
    for step in (job.extend(world, duration=HOURS, deposit=1), job.step(world, "end_job")):
        world.reject(errors.WrongKind, step)


def _change_offer(kinds: int, rate: int, max_duration: int) -> Instruction:
    return instructions.update_offer(
        provider=CAROL.pubkey,
        offer=GPU_1.address,
        kinds=kinds,
        rate=rate,
        min_duration=3_600,
        max_duration=max_duration,
        min_charge=0,
    )


@guards(errors.OfferDearer, errors.ExtensionTooLong, errors.KindNotOffered)
def test_extension_needs_the_offers_consent(world: World) -> None:
    job = reach(world, Stage.ACTIVE)
    step = job.extend(world, duration=HOURS, deposit=GPU_1.rate)
    before = world.snapshot()
    for kinds in (0, 6):
        world.accept(_change_offer(kinds, GPU_1.rate, GPU_1.max_duration))
        world.reject(errors.KindNotOffered, step)
    world.accept(_change_offer(7, GPU_1.rate + 1, GPU_1.max_duration))
    world.reject(errors.OfferDearer, step)
    world.accept(_change_offer(7, GPU_1.rate, 13 * HOURS - 1))
    world.reject(errors.ExtensionTooLong, step)
    for rate in (GPU_1.rate, 1):
        world.restore(before)
        world.accept(_change_offer(7, rate, 13 * HOURS))
        world.accept(step)
        assert world.job(job.address).rate == GPU_1.rate


# Amounts


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
    """Gross and fee of every event that released something, over a job that time ended."""
    job = JobRef(kind=kind)
    world.accept(job.open(world))
    accept(world, job)
    logs: list[str] = []

    def note(*steps: Instruction) -> None:
        logs.extend(world.accept(*steps).logs)

    world.at(started_at(world, job) + 8 * HOURS)
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
