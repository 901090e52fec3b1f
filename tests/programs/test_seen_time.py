"""Rentals pay for the seconds in which their device was seen, by whoever asks when (docs/adr/011).

What is due is written down here second by second, apart from program and SDK: the seconds of epoch
``e`` count if ``e - 1`` found anything of the device.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from random import Random
from typing import Final

import pytest

from ionet.devices import Result
from ionet.programs.escrow import errors
from ionet.programs.escrow.constants import HOLD_BACK
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.programs.verification.constants import EPOCH_SECONDS, RING_EPOCHS
from tests.programs.harness.devices import FIRST_EPOCH, GENESIS, epoch_start, fill_ring, nibble
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import HOURS, Gang, JobRef
from tests.programs.harness.stages import (
    Stage,
    accept,
    reach,
    release_at,
    scheduled_end,
    started_at,
    stop,
)
from tests.programs.harness.world import GPU_1, GPU_2, GPU_3, World

UNSEEN: Final = nibble(Result.UNSEEN)
EPOCH: Final = EPOCH_SECONDS
OFFSET: Final = 100
"""Second of the market's first epoch in which rentals start, unless a test says another."""
FIRST: Final = EPOCH - OFFSET
"""Seconds of that epoch that they run."""


def _lose(world: World, epochs: Iterable[int]) -> set[int]:
    """Make a device unseen in the seconds of these epochs, counted from the market's first."""
    unseen = {FIRST_EPOCH + epoch for epoch in epochs}
    world.find(GPU_1, {epoch - 1: UNSEEN for epoch in unseen})
    return unseen


def _count(unseen: set[int], since: int, until: int) -> int:
    """Count the seconds of ``[since, until)`` that lie in no unseen epoch, one by one."""
    return sum((second - GENESIS) // EPOCH not in unseen for second in range(since, until))


def _start(world: World, offset: int = OFFSET, *, hours: int = 48) -> JobRef:
    """Start a rental so many seconds into the market's first epoch."""
    job = JobRef(duration=hours * HOURS)
    world.at(epoch_start(FIRST_EPOCH) + offset - 1)
    world.accept(job.open(world))
    accept(world, job)
    assert started_at(world, job) == epoch_start(FIRST_EPOCH) + offset
    return job


def _gross(seconds: int) -> int:
    return GPU_1.rate * seconds // HOURS


# Unseen epochs, counted from the market's first one, in which the rental starts.
GAPS: dict[str, tuple[int, ...]] = {
    "none": (),
    "in the middle": (2,),
    "at the start": (0,),
    "at the end": (4,),
    "two in a row": (1, 2),
    "every other": (0, 2, 4),
    "all but one": (0, 1, 3, 4),
    "all": (0, 1, 2, 3, 4),
}
EACH_GAP = pytest.mark.parametrize("gap", GAPS.values(), ids=GAPS)
RAN: Final = 4 * EPOCH + 9_000


@EACH_GAP
@pytest.mark.parametrize("offset", [OFFSET, 5_000, EPOCH - 1])
def test_rental_earns_its_seen_seconds(world: World, gap: tuple[int, ...], offset: int) -> None:
    job = _start(world, offset)
    unseen = _lose(world, gap)
    start = started_at(world, job)
    stop_at = start + RAN - offset
    world.at(stop_at).accept(job.step(world, "quit_job"))
    record = world.job(job.address)
    seen, held = (
        _count(unseen, start, stop_at),
        _count(unseen, stop_at - HOLD_BACK, stop_at),
    )
    assert (record.seen_seconds, record.held_seconds) == (seen, held)
    assert record.earned == _gross(seen)
    assert record.refunded == record.deposit - record.earned
    world.accept(job.step(world, "settle_job"))
    assert world.job(job.address).paid == _net(_gross(seen - held))
    world.at(release_at(world, job)).accept(job.step(world, "release"))
    assert world.job(job.address).paid == _net(_gross(seen))
    assert world.offer(GPU_1.address).seconds == seen


def _net(gross: int) -> int:
    return gross - gross * 250 // 10_000


@pytest.mark.parametrize("result", Result, ids=lambda result: result.name)
@pytest.mark.parametrize("carries", [0, 1, 2])
def test_every_result_but_unseen_is_paid(world: World, result: Result, carries: int) -> None:
    """Whoever was hired, or only passed, or was carried on, still ran the job."""
    job = _start(world)
    world.find(GPU_1, {FIRST_EPOCH: nibble(result, carries)})
    world.at(epoch_start(FIRST_EPOCH + 2)).accept(job.step(world, "quit_job"))
    lost = EPOCH if result is Result.UNSEEN else 0
    assert world.job(job.address).seen_seconds == FIRST + EPOCH - lost


# The minimum charge


@pytest.mark.parametrize(
    ("offset", "gap", "ran", "charged"),
    [
        (OFFSET, (), 60, 1_800),
        (OFFSET, (1,), 60, 1_800),
        (EPOCH - 1, (1,), 1, 1_800),  # seen for its first second
        (EPOCH - 1, (1,), 600, 1_800),
        (EPOCH - 1, (1,), 1_801, 1_800),  # one second seen, the rest charged
        (EPOCH, (1,), 600, 0),  # begins in the unseen epoch
        (EPOCH - 1, (0,), 1, 0),
        (EPOCH - 1, (0,), 2, 1),  # seen late: for what is seen
        (EPOCH - 1, (0,), 601, 600),
        (OFFSET, (0,), 600, 0),
        (EPOCH - 600, (0,), 3_600, 3_000),
    ],
)
def test_minimum_charge_needs_a_seen_start(
    world: World, offset: int, gap: tuple[int, ...], ran: int, charged: int
) -> None:
    job = _start(world, offset)
    _lose(world, gap)
    world.at(started_at(world, job) + ran).accept(job.step(world, "end_job"))
    record = world.job(job.address)
    assert record.earned == _gross(charged)
    assert record.refunded == record.deposit - _gross(charged)


# While it runs


@EACH_GAP
def test_running_rental_is_paid_for_seen_seconds_one_hold_back_ago(
    world: World, gap: tuple[int, ...]
) -> None:
    job = _start(world)
    unseen = _lose(world, gap)
    start = started_at(world, job)
    for ran in (HOLD_BACK, HOLD_BACK + 1, 2 * EPOCH + 7, 3 * EPOCH, 5 * EPOCH - 1, 5 * EPOCH + 1):
        world.at(start + ran).accept(job.step(world, "settle_job"))
        seen = _count(unseen, start, start + ran - HOLD_BACK)
        record = world.job(job.address)
        assert (record.seen_seconds, record.paid) == (seen, _net(_gross(seen))), ran


def test_device_that_vanishes_and_returns_is_not_paid_in_between(world: World) -> None:
    """Ten epochs away: nothing of them is paid, then or later, and the rest goes to the client."""
    job = _start(world, hours=72)
    unseen = _lose(world, range(1, 11))
    start = started_at(world, job)
    paid = []
    for epoch in range(1, 12):
        world.at(epoch_start(FIRST_EPOCH + epoch + 1)).accept(job.step(world, "settle_job"))
        paid.append(world.job(job.address).paid)
    assert set(paid) == {_net(_gross(FIRST))}
    world.at(scheduled_end(world, job)).accept(job.step(world, "expire_job"))
    record = world.job(job.address)
    # 72 h are 12 epochs: what is left of the first, and of the last up to the same second.
    assert record.seen_seconds == _count(unseen, start, start + 72 * HOURS) == 2 * EPOCH
    assert record.refunded == record.deposit - _gross(2 * EPOCH)


def test_extension_pays_for_its_seen_seconds_too(world: World) -> None:
    job = _start(world, hours=12)
    unseen = _lose(world, (1, 3))
    start = started_at(world, job)
    world.at(start + 11 * HOURS)
    world.accept(job.extend(world, duration=24 * HOURS, deposit=24 * GPU_1.rate))
    world.at(scheduled_end(world, job)).accept(job.step(world, "settle_job"))
    assert world.job(job.address).seen_seconds == _count(unseen, start, start + 36 * HOURS)


def test_member_is_paid_for_seen_seconds_since_its_cluster_started(world: World) -> None:
    """Its start is written by whatever comes first: it then counts the same seconds."""
    world.at(epoch_start(FIRST_EPOCH + 1) - 300)
    gang = Gang()
    members = [gang.member(1, GPU_1), gang.member(2, GPU_2)]
    world.accept(gang.open(), *(member.open(world) for member in members))
    for member in members:
        accept(world, member)
    unseen = _lose(world, (0, 2))
    start = world.cluster(gang.address).started_at
    assert world.job(members[0].address).started_at == 0
    world.at(start + 12 * HOURS).accept(members[0].step(world, "settle_job"))
    record = world.job(members[0].address)
    assert record.seen_seconds == _count(unseen, start, start + 12 * HOURS) == EPOCH


@pytest.mark.parametrize("kind", [JobKind.METERED, JobKind.DELIVERABLE], ids=lambda kind: kind.name)
def test_other_kinds_are_paid_whatever_was_seen(world: World, kind: JobKind) -> None:
    """By the client's signature and by the result: their device need not be seen."""
    job = reach(world, Stage.ACTIVE, kind)
    world.change_device(GPU_1, ring=bytes(128))
    stop(world, job)
    world.at(release_at(world, job)).accept(job.step(world, "release"))
    record = world.job(job.address)
    earned = 4_000_001 if kind is JobKind.METERED else job.asked_deposit
    assert (record.earned, record.paid) == (earned, _net(earned))
    assert record.seen_seconds == 0


# Epochs that nobody tallied


@pytest.mark.parametrize(("carries", "seen_epochs"), [(0, 3), (1, 2), (2, 1)])
def test_result_is_paid_for_two_untallied_epochs_and_no_more(
    world: World, carries: int, seen_epochs: int
) -> None:
    """The first epoch of the job counts by a tally, the next ones by carried results."""
    job = _start(world)
    newest = {FIRST_EPOCH: nibble(Result.DEPLOYABLE, carries)}
    world.find(GPU_1, newest, tallied_to=FIRST_EPOCH)
    world.at(epoch_start(FIRST_EPOCH + 6)).accept(job.step(world, "quit_job"))
    assert world.job(job.address).seen_seconds == FIRST + seen_epochs * EPOCH


def test_late_tally_changes_nothing_that_was_counted_before(world: World) -> None:
    """Carried on by a reader, or written so by a later tally: the same seconds."""
    totals = set()
    for is_settled_before in (True, False):
        world.restore()
        job = _start(world)
        world.find(GPU_1, {}, tallied_to=FIRST_EPOCH)
        world.at(epoch_start(FIRST_EPOCH + 5))
        if is_settled_before:
            world.accept(job.step(world, "settle_job"))
        written = {
            FIRST_EPOCH + 1: nibble(Result.DEPLOYABLE, 1),
            FIRST_EPOCH + 2: nibble(Result.DEPLOYABLE, 2),
            FIRST_EPOCH + 3: UNSEEN,
            FIRST_EPOCH + 4: nibble(Result.PASSED),
        }
        world.find(GPU_1, written, tallied_to=FIRST_EPOCH + 4)
        world.at(epoch_start(FIRST_EPOCH + 6)).accept(job.step(world, "quit_job"))
        record = world.job(job.address)
        totals.add((record.seen_seconds, record.earned, record.refunded))
    seen = FIRST + 4 * EPOCH
    assert totals == {(seen, _gross(seen), 48 * GPU_1.rate - _gross(seen))}


@pytest.mark.parametrize("until", [1, 2, 3])
def test_nothing_is_seen_from_the_epoch_after_deactivation(world: World, until: int) -> None:
    """An inactive device has no result past the tally: what it left is not carried on."""
    job = _start(world)
    last = FIRST_EPOCH + until
    world.find(GPU_1, {}, tallied_to=last - 1, active_until=last)
    world.at(epoch_start(FIRST_EPOCH + 5)).accept(job.step(world, "quit_job"))
    assert world.job(job.address).seen_seconds == FIRST + until * EPOCH


# The ring's end


LAZY: Final = ("settle_job", "expire_job", "release", "refund", "sweep_fee")
"""What can be the first to write a scheduled end."""


@pytest.mark.parametrize("name", LAZY)
@pytest.mark.parametrize("lost", [0, 1, 2, 4, 8, 9, 10])
def test_rental_that_nobody_touched_for_64_days_loses_what_is_overwritten(
    world: World, name: str, lost: int
) -> None:
    """Whatever comes first counts the epochs that the ring still holds: 256, and not one more."""
    job = _start(world)
    start = started_at(world, job)
    # The nibble of the epoch before the first `lost` ones of the job is overwritten.
    newest = FIRST_EPOCH - 1 + RING_EPOCHS - 1 + lost
    world.change_device(GPU_1, tallied_to=newest)
    world.at(epoch_start(newest + 1))
    gone = {FIRST_EPOCH + epoch for epoch in range(lost)}
    seen = _count(gone, start, start + 48 * HOURS)
    # Of the last 6 h nothing is released before the window is over, and no fee on it is due.
    is_nothing_due = {"refund": lost == 0, "sweep_fee": lost >= 8}.get(name, False)
    if is_nothing_due:
        world.reject(errors.NothingDue, job.step(world, name))
    else:
        world.accept(job.step(world, name))
    for rest in LAZY:
        world.send(job.step(world, rest))
    record = world.job(job.address)
    assert record.seen_seconds == seen
    earned = _gross(seen)
    assert (record.paid, record.fee) == (_net(earned), earned - _net(earned))
    assert record.refunded == record.deposit - earned


# Order


def _outcome(world: World, job: JobRef) -> tuple[int, ...]:
    """Finish a stopped job; return its totals and the offer's."""
    world.at(max(world.now, release_at(world, job)))
    for name in LAZY:
        world.send(job.step(world, name))
    record, offer = world.job(job.address), world.offer(GPU_1.address)
    assert record.deposit == record.paid + record.fee + record.refunded
    totals = (record.seen_seconds, record.earned, record.paid, record.fee, record.refunded)
    return (*totals, offer.seconds, offer.gross, offer.fee)


def test_order_of_cranks_after_the_end_changes_no_total(world: World) -> None:
    job = _start(world)
    _lose(world, (0, 3, 7))
    world.at(scheduled_end(world, job) + 6 * HOURS)
    ended = world.snapshot()
    totals = set()
    for order in permutations(LAZY):
        world.restore(ended)
        for name in order:
            world.send(job.step(world, name))
        totals.add(_outcome(world, job))
    assert len(totals) == 1
    assert totals.pop()[0] == 48 * HOURS - (FIRST + 2 * EPOCH)


@pytest.mark.parametrize("number", range(20))
def test_times_of_settling_change_no_total(world: World, number: int) -> None:
    """A random record, settled at random times or only at the end, stopped at a random second."""
    draw = Random(number)
    gap = [epoch for epoch in range(9) if draw.random() < 0.4]
    job = _start(world, draw.randrange(1, EPOCH))
    unseen = _lose(world, gap)
    start = started_at(world, job)
    ran = draw.randrange(1, 48 * HOURS)
    running = world.snapshot()
    totals = set()
    for times in (0, 1, 5, 40):
        world.restore(running)
        for passed in sorted(draw.randrange(ran) for _ in range(times)):
            world.at(start + passed).accept(job.step(world, "settle_job"))
        world.at(start + ran).accept(job.step(world, "quit_job"))
        totals.add(_outcome(world, job))
    assert len(totals) == 1
    assert totals.pop()[:2] == (
        seen := _count(unseen, start, start + ran),
        _gross(seen),
    )


@guards(errors.NothingDue)
def test_rental_of_a_dead_device_is_refunded_in_full(world: World) -> None:
    """Nothing to settle, release or sweep but the whole deposit back, and the job can be closed."""
    job = _start(world)
    _lose(world, range(9))
    world.at(scheduled_end(world, job))
    world.reject(errors.NothingDue, job.step(world, "sweep_fee"))
    world.accept(job.step(world, "refund"))
    record = world.job(job.address)
    assert (record.state, record.refunded) == (JobState.ENDING, record.deposit)
    world.accept(job.step(world, "close_job"))
    assert not world.exists(job.address)


def test_ring_of_another_device_pays_nobody(world: World) -> None:
    """Each rental counts by the ring of its own device."""
    job = _start(world)
    for listing in (GPU_2, GPU_3):
        world.change_device(listing, ring=fill_ring({}, UNSEEN))
    world.at(epoch_start(FIRST_EPOCH + 3)).accept(job.step(world, "quit_job"))
    assert world.job(job.address).seen_seconds == FIRST + 2 * EPOCH
