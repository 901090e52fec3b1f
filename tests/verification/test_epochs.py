"""Opening, seeding and arming again: when, from which block, and what an epoch is drawn from."""

from __future__ import annotations

import pytest
from solders.hash import Hash

from ionet.localnet.actors import GOVERNANCE, GUARDIAN
from ionet.localnet.clock import SLOT_HASHES, BlockClock
from ionet.programs.verification import errors, instructions
from ionet.programs.verification.constants import COMMIT_WINDOW, OPEN_WINDOW, SEED_DELAY_SLOTS
from tests.verification.harness.cast import ATTESTORS, IDLE
from tests.verification.harness.guard import guards
from tests.verification.harness.rounds import (
    UNTIL_SEED,
    play,
    rearm_epoch,
    report_all,
    seed_epoch,
    start,
    tally,
)
from tests.verification.harness.world import (
    BOND,
    DEPOSIT,
    EPOCH_RING,
    REGISTRY,
    World,
    epoch_account,
    join,
    open_epoch,
)

LAST_ENTRY = SEED_DELAY_SLOTS + SLOT_HASHES
"""Slots after S at which the entry of slot S + 32 is the oldest one of SlotHashes."""


@guards(errors.EpochNotCurrent, errors.WrongRingIndex)
def test_only_the_clocks_epoch_opens_at_its_place(world: World) -> None:
    for number in (0, 2, 33, 2**32 - 1):
        world.reject(errors.EpochNotCurrent, open_epoch(number))
    for ring_index in (0, 2, 33, 255):
        world.reject(errors.WrongRingIndex, open_epoch(1, ring_index=ring_index))
    world.accept(open_epoch(1))


@guards(errors.OpenTooLate, errors.EpochNotCurrent)
def test_epoch_opens_in_its_first_two_hours(world: World) -> None:
    before = world.snapshot()
    for second in (0, 7_199):
        world.restore(before)
        world.to(second).accept(open_epoch(1))
    world.restore(before)
    for second in (7_200, 7_201, 21_599):
        world.to(second).reject(errors.OpenTooLate, open_epoch(1))
    world.to(0, epoch=2).reject(errors.EpochNotCurrent, open_epoch(1))
    world.accept(open_epoch(2))


@guards(errors.EpochOpen)
def test_epoch_opens_once(world: World) -> None:
    """Neither again, nor after a later one has taken its account when the clock goes back."""
    world.accept(open_epoch(1))
    for second in (1, 7_199):
        world.to(second).reject(errors.EpochOpen, open_epoch(1))
    early = world.now
    world.to(0, epoch=33).accept(open_epoch(33))
    world.turn_back(early).reject(errors.EpochOpen, open_epoch(1))


def test_account_is_used_again_by_every_32nd_epoch(world: World) -> None:
    start(world)
    old = world.epoch_record(1)
    world.to(0, epoch=33).accept(open_epoch(33))
    new = world.epoch_record(33)
    assert (new.number, new.seed_slot, new.seed) == (33, 0, bytes(32))
    assert new.slot > old.slot
    assert new.rent_payer == old.rent_payer


def test_totals_of_256_epochs_before_make_room(world: World) -> None:
    play(world)
    assert (world.ring().numbers[1], world.ring().reports[1]) == (1, 3)
    world.to(0, epoch=257).accept(open_epoch(257))
    ring = world.ring()
    assert (ring.numbers[1], ring.reports[1], ring.weights[1]) == (257, 0, 0)


def _opened(world: World) -> int:
    """Open epoch 1; return its slot S."""
    world.accept(open_epoch(1))
    return world.epoch_record(1).slot


def _to_slot(world: World, slot: int) -> None:
    world.vm.advance_slots(slot - world.vm.now().slot)


@guards(errors.SeedTooEarly)
def test_seed_is_the_hash_of_the_block_at_slot_s_plus_32(world: World) -> None:
    opened = _opened(world)
    for slot in (opened + 1, opened + 31, opened + 32):
        _to_slot(world, slot)
        world.reject(errors.SeedTooEarly, seed_epoch(1))
    _to_slot(world, opened + 33)
    expected = world.vm.clock.slot_hashes(1)
    world.accept(seed_epoch(1))
    record = world.epoch_record(1)
    assert [(record.seed_slot, Hash(record.seed))] == expected == [(opened + 32, expected[0][1])]


@guards(errors.SeedExpired, errors.RearmTooEarly)
def test_seed_is_the_same_while_its_block_is_listed_then_lost(world: World) -> None:
    opened = _opened(world)
    _to_slot(world, opened + UNTIL_SEED)
    before = world.snapshot()
    world.accept(seed_epoch(1))
    first = world.epoch_record(1).seed
    world.restore(before)
    _to_slot(world, opened + LAST_ENTRY - 1)
    world.reject(errors.RearmTooEarly, rearm_epoch(1))
    before = world.snapshot()
    world.accept(seed_epoch(1))
    assert world.epoch_record(1).seed == first
    world.restore(before)
    _to_slot(world, opened + LAST_ENTRY + 1)
    world.reject(errors.SeedExpired, seed_epoch(1))
    world.accept(rearm_epoch(1))


@guards(errors.EpochSeeded)
def test_seed_is_taken_once(world: World) -> None:
    start(world)
    for wait in (1, LAST_ENTRY):
        world.vm.advance_slots(wait)
        world.reject(errors.EpochSeeded, seed_epoch(1))
        world.reject(errors.EpochSeeded, rearm_epoch(1))


@guards(errors.RearmTooEarly, errors.SeedTooEarly)
def test_block_that_can_still_be_taken_must_be(world: World) -> None:
    """Else whoever dislikes it would draw again, or wait for another one."""
    opened = _opened(world)
    for slot in (opened + 1, opened + 32, opened + 33, opened + LAST_ENTRY - 1):
        _to_slot(world, slot)
        world.reject(errors.RearmTooEarly, rearm_epoch(1))
    _to_slot(world, opened + LAST_ENTRY + 1)
    world.accept(rearm_epoch(1))
    again = world.epoch_record(1).slot
    assert again == opened + LAST_ENTRY + 1
    world.reject(errors.SeedTooEarly, seed_epoch(1))
    _to_slot(world, again + UNTIL_SEED)
    world.accept(seed_epoch(1))
    assert world.epoch_record(1).seed_slot == again + 32


@guards(errors.OpenTooLate)
def test_new_slot_is_fixed_in_the_first_two_hours(world: World) -> None:
    _opened(world)
    before = world.snapshot()
    world.to(7_199).accept(rearm_epoch(1))
    world.restore(before)
    for second in (7_200, 21_599):
        world.to(second).reject(errors.OpenTooLate, rearm_epoch(1))


@guards(errors.SeedTooLate, errors.EpochNotCurrent)
def test_seed_is_taken_in_the_time_for_commitments(world: World) -> None:
    world.to(OPEN_WINDOW - 1)
    opened = _opened(world)
    world.restore()
    for second, error in ((10_800, errors.SeedTooLate), (21_599, errors.SeedTooLate)):
        world.to(OPEN_WINDOW - 1)
        _opened(world)
        world.to(second).reject(error, seed_epoch(1))
        world.restore()
    _opened(world)
    world.to(0, epoch=2)
    world.reject(errors.EpochNotCurrent, seed_epoch(1))
    world.reject(errors.EpochNotCurrent, rearm_epoch(1))
    assert opened > 0


def test_seed_is_taken_in_the_last_second_for_commitments(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only after an outage is the block still listed that late."""
    opened = _opened(world)
    _list(monkeypatch, opened + 40, opened)
    world.to(COMMIT_WINDOW - 1).accept(seed_epoch(1))
    assert world.epoch_record(1).seed_slot == opened + 40


def _list(monkeypatch: pytest.MonkeyPatch, *slots: int) -> None:
    """Let SlotHashes hold exactly these slots, as when leaders skip theirs."""
    entries = [(slot, Hash(slot.to_bytes(32, "little"))) for slot in slots]
    monkeypatch.setattr(BlockClock, "slot_hashes", lambda clock, count=SLOT_HASHES: entries)


# Relative to S + 32; an entry at or before it proves that no block between is missing.
@pytest.mark.parametrize(
    ("blocks", "first"),
    [
        ((9, 8, 0, -1), 0),
        ((9, 8, 1, -1), 1),
        ((9, 8, 7, -20), 7),
        ((500, -1), 500),
        ((0,), 0),
        ((5, 0), 0),
    ],
)
def test_first_block_after_skipped_slots_gives_the_seed(
    world: World, monkeypatch: pytest.MonkeyPatch, blocks: tuple[int, ...], first: int
) -> None:
    goal = _opened(world) + SEED_DELAY_SLOTS
    world.vm.advance_slots(1_000)
    _list(monkeypatch, *(goal + block for block in blocks))
    world.reject(errors.RearmTooEarly, rearm_epoch(1))
    world.accept(seed_epoch(1))
    record = world.epoch_record(1)
    assert record.seed_slot == goal + first
    assert record.seed == (goal + first).to_bytes(32, "little")


@guards(errors.SeedTooEarly, errors.SeedExpired, errors.RearmTooEarly)
def test_block_that_may_not_be_the_first_gives_no_seed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = _opened(world) + SEED_DELAY_SLOTS
    world.vm.advance_slots(1_000)
    for early in ((-1, -2), (-1,), ()):
        _list(monkeypatch, *(goal + block for block in early))
        world.reject(errors.SeedTooEarly, seed_epoch(1))
        world.reject(errors.RearmTooEarly, rearm_epoch(1))
    for lost in ((1,), (9, 8, 7), (2**60,)):
        _list(monkeypatch, *(goal + block for block in lost))
        world.reject(errors.SeedExpired, seed_epoch(1))
    world.accept(rearm_epoch(1))


@pytest.mark.parametrize(
    ("seats", "configured", "minimum", "members"),
    [(0, 3, 1, 0), (1, 3, 2, 0), (2, 3, 2, 2), (3, 3, 2, 3), (5, 3, 2, 3), (4, 21, 1, 4)],
)
def test_committee_is_as_large_as_seats_allow(
    world: World, seats: int, configured: int, minimum: int, members: int
) -> None:
    world.accept(
        instructions.update_config(
            authority=GOVERNANCE.pubkey,
            guardian=GUARDIAN.pubkey,
            committee_size=configured,
            min_attestors=minimum,
            attestor_bond=BOND,
            activation_deposit=DEPOSIT,
        )
    )
    world.rewrite(REGISTRY, seats=seats)
    world.accept(open_epoch(1))
    record = world.epoch_record(1)
    assert (record.seats, record.committee_size) == (seats, members)


def test_epoch_is_drawn_from_what_counted_when_it_was_opened(world: World) -> None:
    """Who joins in an epoch counts from the next one on, before and after its opening."""
    world.accept(join(ATTESTORS[5]), world.activate(IDLE), open_epoch(1))
    world.accept(join(ATTESTORS[6]))
    record = world.epoch_record(1)
    assert (record.seats, record.index_count) == (5, 4)
    world.to(0, epoch=2).accept(open_epoch(2))
    assert (world.epoch_record(2).seats, world.epoch_record(2).index_count) == (7, 4)
    world.accept(world.exit(ATTESTORS[0]))
    world.to(0, epoch=3).accept(world.exit(ATTESTORS[1]), open_epoch(3))
    assert world.epoch_record(3).seats == 6


@guards(errors.NoCommittee)
def test_too_few_seats_decide_nothing(world: World) -> None:
    world.rewrite(REGISTRY, seats=1)
    number = start(world)
    world.to(16_200).reject(errors.NoCommittee, tally(world, number))


def test_configuration_changed_in_an_epoch_counts_from_the_next_one(world: World) -> None:
    number = report_all(world)
    world.accept(
        instructions.update_config(
            authority=GOVERNANCE.pubkey,
            guardian=GUARDIAN.pubkey,
            committee_size=1,
            min_attestors=21,
            attestor_bond=BOND,
            activation_deposit=DEPOSIT,
        )
    )
    world.accept(tally(world, number))
    world.to(0, epoch=2).accept(open_epoch(2))
    assert world.epoch_record(2).committee_size == 0


def test_ring_of_totals_is_the_one_of_the_epoch(world: World) -> None:
    for number in (1, 2, 3):
        assert play(world) == number
    ring = world.ring()
    assert ring.numbers[:5] == (0, 1, 2, 3, 0)
    assert ring.reports[:5] == (0, 3, 3, 3, 0)
    assert ring.weights[1] == ring.weights[2] == ring.weights[3] > 0
    assert world.account(EPOCH_RING).owner == world.account(epoch_account(1)).owner
