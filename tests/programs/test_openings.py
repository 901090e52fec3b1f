"""``open_job``: nothing but what the client saw, asked and can pay takes his money."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.connection import TransactionFault
from ionet.localnet.actors import GOVERNANCE, GUARDIAN
from ionet.localnet.setup import CLASS_SLOTS
from ionet.programs.escrow import errors, instructions
from ionet.programs.escrow.constants import (
    MAX_ACCEPT_WITHIN,
    MAX_REVIEW_WINDOW,
    MAX_TIP,
    MAX_VALID_FOR,
    MIN_REVIEW_WINDOW,
    PROGRAM_ID,
)
from ionet.programs.escrow.enums import JobKind, JobState
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import ACCEPT_WITHIN, HOURS, JobRef
from tests.programs.harness.stages import Stage, reach
from tests.programs.harness.tokens import empty_account, freeze, token_2022_mint
from tests.programs.harness.world import ALICE, CAROL, FUNDER, GPU_1, GPU_3, Listing, World

U64_MAX, U32_MAX = (1 << 64) - 1, (1 << 32) - 1
_KIND_OFFSET = 16
"""Of ``kind`` in the data: after discriminator and id."""
_TOKEN_FROZEN = 17
"""SPL Token's own error for a frozen account."""


def _update_offer(listing: Listing, **changes: Any) -> Instruction:
    terms: dict[str, Any] = {
        "kinds": listing.kinds,
        "rate": listing.rate,
        "min_duration": listing.min_duration,
        "max_duration": listing.max_duration,
        "min_charge": listing.min_charge,
    }
    return instructions.update_offer(
        provider=listing.provider.pubkey, offer=listing.address, **{**terms, **changes}
    )


def test_opening_writes_every_field_and_moves_the_deposit(world: World) -> None:
    job, before = JobRef(), world.balance(world.token(ALICE))
    clock = world.vm.now()
    world.accept(job.open(world))
    record = world.job(job.address)
    assert record.kind is JobKind.RENTAL
    assert record.state is JobState.OPEN
    assert (record.client, record.offer, record.rent_payer) == (
        ALICE.pubkey,
        GPU_1.address,
        FUNDER.pubkey,
    )
    assert (record.opened_slot, record.opened_at) == (clock.slot, clock.unix_timestamp)
    assert (record.deposit, record.rate, record.duration) == (29_880_000, 2_490_000, 12 * HOURS)
    assert (record.fee_bps, record.min_charge, record.accept_within) == (250, 1_800, ACCEPT_WITHIN)
    assert (record.valid_for, record.tip, record.member) == (7_200, MAX_TIP, 0)
    assert (record.earned, record.paid, record.fee, record.refunded) == (0, 0, 0, 0)
    assert (record.started_at, record.seen_to, record.seen_seconds, record.flags) == (0, 0, 0, 0)
    assert world.balance(job.vault) == record.deposit
    assert before - world.balance(world.token(ALICE)) == record.deposit
    assert world.lamports(job.address) - MAX_TIP + world.lamports(job.vault) == 4_496_160


@guards(errors.InvalidKind)
def test_unknown_kind_rejects(world: World) -> None:
    step = JobRef().open(world)
    for byte in (3, 7, 255):
        data = bytes([*step.data[:_KIND_OFFSET], byte, *step.data[_KIND_OFFSET + 1 :]])
        world.reject(errors.InvalidKind, Instruction(step.program_id, data, step.accounts))
    world.accept(step)


@guards(errors.KindNotOffered)
@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)
def test_kind_must_be_offered(world: World, kind: JobKind) -> None:
    job = JobRef(kind=kind)
    bit = 1 << int(kind)
    world.accept(_update_offer(GPU_1, kinds=7 & ~bit))
    world.reject(errors.KindNotOffered, job.open(world))
    world.accept(_update_offer(GPU_1, kinds=0))
    world.reject(errors.KindNotOffered, job.open(world))
    world.accept(_update_offer(GPU_1, kinds=bit))
    world.accept(job.open(world))


@guards(errors.RateChanged)
def test_changed_rate_takes_no_money(world: World) -> None:
    step = JobRef().open(world)
    for rate in (GPU_1.rate + 1, GPU_1.rate - 1):
        world.accept(_update_offer(GPU_1, rate=rate))
        world.reject(errors.RateChanged, step)
    world.accept(_update_offer(GPU_1))
    world.accept(step)


@guards(errors.TermsChanged)
@pytest.mark.parametrize(
    "changes",
    [
        {"min_charge": 1_801},
        {"min_duration": 3_601},
        {"max_duration": 259_199},
        {"kinds": 3},
    ],
    ids=str,
)
def test_changed_terms_take_no_money(world: World, changes: dict[str, int]) -> None:
    step = JobRef().open(world)
    world.accept(_update_offer(GPU_1, **changes))
    world.reject(errors.TermsChanged, step)
    world.accept(_update_offer(GPU_1))
    world.accept(step)


@guards(errors.RateTooLow)
def test_minimum_rate_raised_since_holds_for_new_jobs(world: World) -> None:
    step = JobRef().open(world)
    for minimum in (GPU_1.rate + 1, GPU_1.rate):
        world.accept(
            instructions.set_mint(
                authority=GOVERNANCE.pubkey,
                mint=world.usdc,
                slot=0,
                is_accepted=True,
                min_rates=(minimum,) * CLASS_SLOTS,
            )
        )
        if minimum > GPU_1.rate:
            world.reject(errors.RateTooLow, step)
    world.accept(step)


@guards(errors.TermsChanged)
def test_changed_fee_takes_no_money(world: World) -> None:
    step = JobRef().open(world)
    for fee_bps in (251, 250):
        world.accept(
            instructions.update_config(
                authority=GOVERNANCE.pubkey,
                guardian=GUARDIAN.pubkey,
                treasury=world.treasury,
                fee_bps=fee_bps,
            )
        )
        if fee_bps == 251:
            world.reject(errors.TermsChanged, step)
    world.accept(step)


@guards(errors.TermsChanged)
def test_each_byte_of_the_terms_hash_counts(world: World) -> None:
    step = JobRef().open(world)
    good = step.data[-32:]
    for index in range(32):
        bad = bytearray(good)
        bad[index] ^= 1
        world.reject(errors.TermsChanged, JobRef().open(world, terms_hash=bytes(bad)))
    world.accept(step)


@guards(errors.DurationOutsideOffer)
def test_duration_outside_the_offer_rejects(world: World) -> None:
    before = world.snapshot()
    for duration in (0, 1, GPU_1.min_duration - 1, GPU_1.max_duration + 1, U32_MAX):
        world.reject(errors.DurationOutsideOffer, JobRef(duration=duration).open(world))
    for duration in (GPU_1.min_duration, GPU_1.max_duration):
        world.accept(JobRef(duration=duration).open(world))
        world.restore(before)


@guards(errors.ZeroDeposit, errors.WrongDeposit)
def test_rental_costs_exactly_its_price(world: World) -> None:
    # 7 per hour for 3,601 s is 7.0019…: rounded up to 8.
    job = JobRef(listing=GPU_3, duration=3_601)
    world.reject(errors.ZeroDeposit, job.open(world, deposit=0))
    for deposit in (1, 7, 9, U64_MAX):
        world.reject(errors.WrongDeposit, job.open(world, deposit=deposit))
    world.accept(job.open(world, deposit=8))


@guards(errors.ZeroDeposit, errors.InsufficientFunds)
@pytest.mark.parametrize("kind", [JobKind.METERED, JobKind.DELIVERABLE], ids=lambda kind: kind.name)
def test_other_kinds_cost_what_the_client_has(world: World, kind: JobKind) -> None:
    job, funds = JobRef(kind=kind), world.balance(world.token(ALICE))
    world.reject(errors.ZeroDeposit, job.open(world, deposit=0))
    for deposit in (funds + 1, U64_MAX):
        world.reject(errors.InsufficientFunds, job.open(world, deposit=deposit))
    before = world.snapshot()
    for deposit in (1, funds):
        world.accept(job.open(world, deposit=deposit))
        assert world.job(job.address).deposit == deposit
        world.restore(before)


@guards(errors.InsufficientFunds)
def test_client_without_tokens_rejects(world: World) -> None:
    empty_account(world, ALICE)
    world.reject(errors.InsufficientFunds, JobRef().open(world))


def test_frozen_client_is_refused_by_the_token_program(world: World) -> None:
    freeze(world, world.token(ALICE))
    frozen = TransactionFault("Custom", 0, _TOKEN_FROZEN)
    world.reject_by_runtime(frozen, JobRef().open(world))


@guards(errors.InvalidAcceptWindow)
def test_time_to_accept_is_1_to_900_seconds(world: World) -> None:
    before = world.snapshot()
    for seconds in (0, MAX_ACCEPT_WITHIN + 1, 0xFFFF):
        step = JobRef().open(world, accept_within=seconds)
        world.reject(errors.InvalidAcceptWindow, step)
    for seconds in (1, MAX_ACCEPT_WITHIN):
        world.accept(JobRef().open(world, accept_within=seconds))
        world.restore(before)


@guards(errors.InvalidValidity)
def test_validity_covers_the_time_to_accept_and_at_most_a_day(world: World) -> None:
    before, now = world.snapshot(), world.now
    i64 = 1 << 63
    for valid_until in (
        -i64,
        0,
        now - 1,
        now,
        now + ACCEPT_WITHIN - 1,
        now + MAX_VALID_FOR + 1,
        now + (1 << 32) + 3_600,
        i64 - 1,
    ):
        step = JobRef().open(world, valid_until=valid_until)
        world.at(now).reject(errors.InvalidValidity, step)
        world.restore(before)
    for valid_until in (now + ACCEPT_WITHIN, now + MAX_VALID_FOR):
        world.accept(JobRef().open(world, valid_until=valid_until))
        world.restore(before)


@guards(errors.InvalidReviewWindow)
def test_review_window_is_for_deliverables(world: World) -> None:
    before = world.snapshot()
    for kind in (JobKind.RENTAL, JobKind.METERED):
        for window in (1, MIN_REVIEW_WINDOW, U32_MAX):
            step = JobRef(kind=kind).open(world, review_window=window)
            world.reject(errors.InvalidReviewWindow, step)
    job = JobRef(kind=JobKind.DELIVERABLE)
    for window in (0, MIN_REVIEW_WINDOW - 1, MAX_REVIEW_WINDOW + 1, U32_MAX):
        world.reject(errors.InvalidReviewWindow, job.open(world, review_window=window))
    for window in (MIN_REVIEW_WINDOW, MAX_REVIEW_WINDOW):
        world.accept(job.open(world, review_window=window))
        world.restore(before)


@guards(errors.TipTooHigh)
def test_tip_is_bounded_and_paid_by_the_payer(world: World) -> None:
    for tip in (MAX_TIP + 1, 0xFFFF):
        world.reject(errors.TipTooHigh, JobRef().open(world, tip=tip))
    before, clients = world.lamports(FUNDER.pubkey), world.lamports(ALICE.pubkey)
    world.accept(JobRef().open(world, tip=MAX_TIP))
    assert before - world.lamports(FUNDER.pubkey) == 4_496_160 + MAX_TIP
    assert world.lamports(ALICE.pubkey) == clients


@guards(errors.WrongMint)
def test_other_mints_reject(world: World) -> None:
    job = JobRef()
    for mint in (world.io, token_2022_mint(world)):
        world.reject(errors.WrongMint, job.open(world, mint=mint))
    io_tokens = world.token(ALICE, world.io)
    world.reject(errors.WrongMint, job.open(world, client_token=io_tokens))


@guards(errors.WrongAddress)
def test_only_canonical_bumps_are_created(world: World) -> None:
    job = JobRef()
    seeds = [b"job", bytes(ALICE.pubkey), job.id.to_bytes(8, "little")]
    for address in _other_bumps(seeds, job.address):
        step = job.open(world, job=address, cluster=address)
        world.reject(errors.WrongAddress, step)
    for address in _other_bumps([b"vault", bytes(job.address)], job.vault):
        world.reject(errors.WrongAddress, job.open(world, vault=address))


def _other_bumps(seeds: list[bytes], canonical: Pubkey) -> list[Pubkey]:
    found = []
    for bump in range(255, 200, -1):
        preimage = b"".join([*seeds, bytes([bump]), bytes(PROGRAM_ID), b"ProgramDerivedAddress"])
        address = Pubkey(sha256(preimage).digest())
        if not address.is_on_curve() and address != canonical:
            found.append(address)
    assert len(found) > 5
    return found


def test_payer_and_client_may_be_one(world: World) -> None:
    job = JobRef()
    world.accept(job.open(world, payer=ALICE.pubkey))
    assert world.job(job.address).rent_payer == ALICE.pubkey


@guards(errors.WrongTokenOwner, errors.MissingSigner)
def test_nobody_spends_the_clients_tokens(world: World) -> None:
    step = JobRef(client=CAROL).open(world, client_token=world.token(ALICE))
    world.reject(errors.WrongTokenOwner, step)
    job = JobRef()
    mine = job.open(world)
    metas = [
        type(meta)(meta.pubkey, meta.is_signer and index != 1, meta.is_writable)
        for index, meta in enumerate(mine.accounts)
    ]
    world.reject(errors.MissingSigner, Instruction(mine.program_id, mine.data, metas))


@guards(errors.WrongAccountOwner)
def test_opening_on_no_offer_rejects(world: World) -> None:
    closed = reach(world, Stage.CLOSED)
    world.reject(errors.WrongAccountOwner, JobRef(id=5).open(world, offer=closed.address))
