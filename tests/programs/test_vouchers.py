"""Vouchers: only the client's own words, about this job, on this network, right before."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from solders.hash import Hash
from solders.instruction import Instruction
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.system_program import TransferParams, transfer

from ionet.connection import TransactionFault
from ionet.programs.escrow import errors
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.voucher import ED25519_PROGRAM
from tests.programs.harness.examples import OTHER_JOB
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.stages import Stage, accept, reach, release_at
from tests.programs.harness.world import ALICE, BOB, CAROL, FUNDER, MALLORY, World

U64_MAX = (1 << 64) - 1
CUMULATIVE = 6_000_000
# What follows the header of 16 bytes: key 16, signature 48, message 112.
_KEY, _SIGNATURE, _MESSAGE, _END = 16, 48, 112, 240
HERE = 0xFFFF
"""Stands for the ed25519 instruction itself."""


def _active(world: World) -> JobRef:
    return reach(world, Stage.ACTIVE, JobKind.METERED)


def _settle(world: World, job: JobRef, cumulative: int = CUMULATIVE) -> Instruction:
    return job.step(world, "settle_voucher", cumulative=cumulative)


def _edited(voucher: Instruction, index: int, value: int) -> Instruction:
    data = bytearray(voucher.data)
    data[index] = value
    return Instruction(voucher.program_id, bytes(data), voucher.accounts)


_PRECOMPILE_ERRORS = range(5)
"""The ed25519 program's own codes: invalid key, recovery id, signature, offsets, size."""


@guards(errors.WrongSignaturePadding)
@pytest.mark.parametrize("offset", range(_KEY))
def test_no_header_byte_may_differ(world: World, offset: int) -> None:
    """The precompile refuses 15 of the 16 bytes itself; padding it ignores, and we do not."""
    job = _active(world)
    voucher, settle = job.redeem(world, CUMULATIVE)
    before = world.job(job.address)
    for value in range(256):
        if value == voucher.data[offset]:
            continue
        changed = _edited(voucher, offset, value)
        if offset == 1:
            world.reject(errors.WrongSignaturePadding, changed, settle)
            continue
        outcome = world.send(changed, settle)
        assert outcome.err is not None
        assert outcome.err.instruction_index == 0
        assert outcome.err.custom_code in _PRECOMPILE_ERRORS
    assert world.job(job.address) == before
    if offset != 1:
        world.reject(errors.WrongSignaturePadding, _edited(voucher, 1, 1), settle)
    world.accept(voucher, settle)


@pytest.mark.parametrize("offset", [_KEY, _SIGNATURE, _MESSAGE, _END - 1])
def test_spoiled_body_does_not_verify(world: World, offset: int) -> None:
    job = _active(world)
    voucher, settle = job.redeem(world, CUMULATIVE)
    outcome = world.send(_edited(voucher, offset, voucher.data[offset] ^ 1), settle)
    assert outcome.err is not None
    assert outcome.err.instruction_index == 0
    world.accept(voucher, settle)


# Headers that the precompile takes, and that our program must not


def _packed(*entries: tuple[int, ...], count: int = 1) -> bytes:
    """A header: count, padding 0, then per signature seven u16."""
    return struct.pack(f"<BB{7 * len(entries)}H", count, 0, *(v for e in entries for v in e))


def _body(voucher: Instruction) -> bytes:
    return voucher.data[_KEY:]


@guards(errors.WrongSignatureInstruction)
@pytest.mark.parametrize(
    "header",
    [
        (48, 0, 16, HERE, 112, 128, HERE),
        (48, HERE, 16, 0, 112, 128, HERE),
        (48, HERE, 16, HERE, 112, 128, 0),
    ],
    ids=["signature", "key", "message"],
)
def test_parts_named_by_instruction_index_reject(world: World, header: tuple[int, ...]) -> None:
    """The same bytes by absolute index: what an index means depends on the transaction."""
    job = _active(world)
    voucher, settle = job.redeem(world, CUMULATIVE)
    by_index = Instruction(ED25519_PROGRAM, _packed(header) + _body(voucher), [])
    world.reject(errors.WrongSignatureInstruction, by_index, settle)
    world.accept(voucher, settle)


@guards(errors.WrongSignatureInstruction)
def test_signature_over_another_instructions_data_rejects(world: World) -> None:
    """The attack that pinning stops: another message verified, ours only displayed."""
    job = _active(world)
    wanted = job.voucher(world, CUMULATIVE)
    attackers = job.voucher(world, CUMULATIVE, signer=MALLORY)
    header = (48, 1, 16, 1, 112, 128, 1)
    forged = Instruction(ED25519_PROGRAM, _packed(header) + _body(wanted), [])
    # Instruction 0 shows the client's voucher, and has instruction 1 verified in its place.
    shown_at_1 = (forged, attackers, _settle(world, job))
    world.reject(errors.WrongSignatureKey, *shown_at_1)
    header = (48, 0, 16, 0, 112, 128, 0)
    forged = Instruction(ED25519_PROGRAM, _packed(header) + _body(wanted), [])
    world.reject(errors.WrongSignatureInstruction, attackers, forged, _settle(world, job))


@guards(errors.WrongSignatureOffsets)
@pytest.mark.parametrize(("start", "length"), [(112, 127), (113, 127), (112, 0), (176, 64)])
def test_signature_over_a_part_of_the_message_rejects(
    world: World, start: int, length: int
) -> None:
    job = _active(world)
    message = job.voucher(world, CUMULATIVE).data[_MESSAGE:]
    part = message[start - _MESSAGE :][:length]
    signature = bytes(ALICE.keypair.sign_message(part))
    header = _packed((48, HERE, 16, HERE, start, length, HERE))
    data = header + bytes(ALICE.pubkey) + signature + message
    partial = Instruction(ED25519_PROGRAM, data, [])
    world.reject(errors.WrongSignatureOffsets, partial, _settle(world, job))


@guards(errors.WrongSignatureCount)
def test_two_signatures_reject(world: World) -> None:
    """Two entries over the same 114 bytes, in exactly the length of one voucher."""
    job = _active(world)
    message = bytes(114)
    entry = (62, HERE, 30, HERE, 126, 114, HERE)
    signature = bytes(ALICE.keypair.sign_message(message))
    data = _packed(entry, entry, count=2) + bytes(ALICE.pubkey) + signature + message
    assert len(data) == _END
    double = Instruction(ED25519_PROGRAM, data, [])
    world.reject(errors.WrongSignatureCount, double, _settle(world, job))


@guards(errors.WrongSignatureLength)
def test_other_lengths_reject(world: World) -> None:
    job = _active(world)
    voucher, settle = job.redeem(world, CUMULATIVE)
    longer = Instruction(ED25519_PROGRAM, voucher.data + b"\0", [])
    world.reject(errors.WrongSignatureLength, longer, settle)
    message = voucher.data[_MESSAGE:-1]
    header = _packed((48, HERE, 16, HERE, 112, len(message), HERE))
    signature = bytes(ALICE.keypair.sign_message(message))
    shorter = Instruction(ED25519_PROGRAM, header + bytes(ALICE.pubkey) + signature + message, [])
    world.reject(errors.WrongSignatureLength, shorter, settle)
    empty = Instruction(ED25519_PROGRAM, bytes(2), [])
    world.reject(errors.WrongSignatureLength, empty, settle)
    world.accept(voucher, settle)


# Where it stands


@guards(errors.NoPreviousInstruction, errors.NotEd25519)
def test_voucher_stands_directly_before(world: World) -> None:
    job = _active(world)
    voucher, settle = job.redeem(world, CUMULATIVE)
    other = transfer(
        TransferParams(from_pubkey=FUNDER.pubkey, to_pubkey=MALLORY.pubkey, lamports=1)
    )
    world.reject(errors.NoPreviousInstruction, settle)
    world.reject(errors.NotEd25519, voucher, other, settle)
    after = world.send(settle, voucher)
    assert after.err == TransactionFault("Custom", 0, errors.NoPreviousInstruction.code)
    # The same bytes by another program verify nothing.
    unverified = Instruction(SYSTEM_PROGRAM, voucher.data, [])
    assert world.send(unverified, settle).err is not None
    world.accept(other, voucher, settle)


# What it says


@guards(errors.WrongSignatureKey)
def test_only_the_client_signs_vouchers(world: World) -> None:
    job = _active(world)
    for actor in (CAROL, BOB, MALLORY, FUNDER):
        voucher = job.voucher(world, CUMULATIVE, signer=actor)
        world.reject(errors.WrongSignatureKey, voucher, _settle(world, job))


@guards(errors.WrongSignatureMessage)
def test_voucher_is_for_this_job_program_network_and_amount(world: World) -> None:
    world.accept(OTHER_JOB.open(world))
    job = _active(world)
    slot = world.job(job.address).opened_slot
    genesis = bytes(world.config().genesis_hash)
    changes: list[dict[str, Any]] = [
        {"genesis_hash": Hash(bytes([genesis[0] ^ 1, *genesis[1:]]))},
        {"genesis_hash": Hash.default()},
        {"program_id": SYSTEM_PROGRAM},
        {"job": OTHER_JOB.address},
        {"job": job.vault},
        {"opened_slot": slot - 1},
        {"opened_slot": slot + 1},
        {"opened_slot": 0},
    ]
    for change in changes:
        voucher = job.voucher(world, CUMULATIVE, **change)
        world.reject(errors.WrongSignatureMessage, voucher, _settle(world, job))
    for cumulative in (0, CUMULATIVE - 1, CUMULATIVE + 1, U64_MAX):
        voucher = job.voucher(world, cumulative)
        world.reject(errors.WrongSignatureMessage, voucher, _settle(world, job))
    world.accept(*job.redeem(world, CUMULATIVE))


@guards(errors.WrongSignatureMessage)
def test_each_byte_of_the_message_is_signed_and_compared(world: World) -> None:
    job = _active(world)
    voucher, settle = job.redeem(world, CUMULATIVE)
    message = voucher.data[_MESSAGE:]
    for index in range(len(message)):
        other = bytearray(message)
        other[index] ^= 1
        signature = bytes(ALICE.keypair.sign_message(bytes(other)))
        data = voucher.data[:_SIGNATURE] + signature + bytes(other)
        world.reject(errors.WrongSignatureMessage, Instruction(ED25519_PROGRAM, data, []), settle)
    world.accept(voucher, settle)


# Cumulative amounts


@guards(errors.VoucherNotIncreasing)
def test_replay_and_older_vouchers_add_nothing(world: World) -> None:
    job = _active(world)
    newest = job.redeem(world, CUMULATIVE)
    older = job.redeem(world, CUMULATIVE - 1)
    zero = job.redeem(world, 0)
    world.accept(*newest)
    for steps in (newest, older, zero):
        world.reject(errors.VoucherNotIncreasing, *steps)
    world.accept(*job.redeem(world, CUMULATIVE + 1))


@guards(errors.VoucherNotIncreasing)
@pytest.mark.parametrize("cumulative", [10_000_000, 10_000_001, U64_MAX])
def test_amount_is_clamped_at_the_deposit(world: World, cumulative: int) -> None:
    job = _active(world)
    world.accept(*job.redeem(world, cumulative))
    record = world.job(job.address)
    assert (record.earned, record.paid) == (10_000_000, 9_750_000)
    world.reject(errors.VoucherNotIncreasing, *job.redeem(world, U64_MAX))


def test_each_base_unit_pays_its_floor(world: World) -> None:
    """Paid one by one or at once, the provider gets the same: the fee is of the cumulative."""
    job = _active(world)
    for cumulative in range(4_000_002, 4_000_050):
        world.accept(*job.redeem(world, cumulative))
        record = world.job(job.address)
        assert record.paid == cumulative - cumulative * 250 // 10_000


@guards(errors.VoucherTooLate)
def test_vouchers_are_taken_up_to_the_end_of_the_grace(world: World) -> None:
    job = reach(world, Stage.ENDING, JobKind.METERED)
    grace_ends = release_at(world, job)
    assert grace_ends == world.job(job.address).started_at + 8 * HOURS + 3_600
    steps = job.redeem(world, CUMULATIVE)
    before = world.snapshot()
    world.at(grace_ends - 1).accept(*steps)
    for late in (grace_ends, grace_ends + 1):
        world.restore(before)
        world.at(late).reject(errors.VoucherTooLate, *steps)


@guards(errors.VoucherTooLate)
def test_provider_who_waives_the_grace_takes_no_more(world: World) -> None:
    job = reach(world, Stage.ENDING, JobKind.METERED)
    steps = job.redeem(world, CUMULATIVE)
    world.accept(job.step(world, "release", caller=CAROL.pubkey))
    world.reject(errors.VoucherTooLate, *steps)


@guards(errors.WrongKind)
@pytest.mark.parametrize("kind", [JobKind.RENTAL, JobKind.DELIVERABLE], ids=lambda kind: kind.name)
def test_other_kinds_take_no_vouchers(world: World, kind: JobKind) -> None:
    job = reach(world, Stage.ACTIVE, kind)
    world.reject(errors.WrongKind, *job.redeem(world, CUMULATIVE))


@guards(errors.WrongSignatureMessage)
def test_voucher_dies_with_its_job(world: World) -> None:
    """A later job at the same address was opened at another slot."""
    job = _active(world)
    voucher = job.voucher(world, CUMULATIVE)
    world.accept(job.step(world, "end_job"))
    world.at(release_at(world, job))
    for name in ("release", "refund", "sweep_fee", "close_job"):
        world.accept(job.step(world, name))
    world.accept(job.open(world))
    accept(world, job)
    assert world.job(job.address).state is JobState.ACTIVE
    world.reject(errors.WrongSignatureMessage, voucher, _settle(world, job))
    world.accept(*job.redeem(world, CUMULATIVE))


def test_one_transaction_settles_two_jobs(world: World) -> None:
    """Each ``settle_voucher`` reads the instruction before itself, whatever its index."""
    job = _active(world)
    other = JobRef(BOB, 5, OTHER_JOB.listing, kind=JobKind.METERED)
    world.accept(other.open(world))
    accept(world, other)
    world.accept(*job.redeem(world, CUMULATIVE), *other.redeem(world, 7))
    assert world.job(job.address).earned == CUMULATIVE
    assert world.job(other.address).earned == 7
