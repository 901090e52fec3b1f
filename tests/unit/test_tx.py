"""Transactions: size, compute limit, signatures, packing."""

import itertools

import pytest
from solders.compute_budget import ID as COMPUTE_BUDGET
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from ionet.connection import LatestBlockhash
from ionet.errors import SignerError, TransactionTooLargeError
from ionet.tx import (
    MAX_UNITS,
    PACKET_LENGTH,
    Draft,
    check_size,
    compile_message,
    limit_from_simulation,
    pack,
    sign,
)

PAYER = Keypair.from_seed(bytes(32))
OTHER = Keypair.from_seed(bytes([1] * 32))
PROGRAM = Pubkey(bytes([9] * 32))


def instruction(length: int = 1, *signers: Pubkey) -> Instruction:
    metas = [AccountMeta(key, is_signer=True, is_writable=False) for key in signers]
    return Instruction(PROGRAM, bytes(length), metas)


def draft(*instructions: Instruction, signers: tuple[Keypair, ...] = (PAYER,)) -> Draft:
    latest = LatestBlockhash(Hash(bytes([7] * 32)), 150)
    return Draft(instructions, PAYER.pubkey(), signers, latest)


def largest_instruction() -> Instruction:
    """Return the instruction that fills a packet to the last byte."""
    return instruction(PACKET_LENGTH - check_size(draft(instruction(500))) + 500)


def test_a_packet_may_be_full_but_not_a_byte_more() -> None:
    full = largest_instruction()
    assert check_size(draft(full)) == PACKET_LENGTH == len(sign(draft(full)).raw)
    more = draft(instruction(len(full.data)), Instruction(PROGRAM, b"", []))
    for refuse in (check_size, sign):
        with pytest.raises(TransactionTooLargeError) as caught:
            refuse(more)
        assert "transaction of 2 instructions has 1235 bytes" in str(caught.value)
        assert "at most 1232" in str(caught.value)


def test_more_accounts_than_an_index_counts_are_too_large_as_well() -> None:
    keys = [
        AccountMeta(Pubkey(i.to_bytes(32)), is_signer=False, is_writable=False) for i in range(300)
    ]
    with pytest.raises(TransactionTooLargeError, match="too many accounts"):
        check_size(draft(Instruction(PROGRAM, b"", keys)))


def test_the_size_does_not_depend_on_the_limit_or_the_signatures() -> None:
    one = draft(instruction())
    assert check_size(one) == check_size(one.with_unit_limit(1)) == len(sign(one).raw)


def test_budget_instructions_come_first_and_the_others_keep_their_order() -> None:
    steps = (instruction(1), instruction(2), instruction(3))
    limited = Draft(steps, PAYER.pubkey(), (PAYER,), draft().latest, unit_limit=4_242, unit_price=7)
    message = compile_message(limited)
    programs = [message.account_keys[ix.program_id_index] for ix in message.instructions]
    assert programs == [COMPUTE_BUDGET, COMPUTE_BUDGET, PROGRAM, PROGRAM, PROGRAM]
    assert bytes(message.instructions[0].data) == b"\x02" + (4_242).to_bytes(4, "little")
    assert bytes(message.instructions[1].data) == b"\x03" + (7).to_bytes(8, "little")
    assert [len(bytes(ix.data)) for ix in message.instructions[2:]] == [1, 2, 3]


def test_every_required_signer_signs_in_message_order() -> None:
    signed = sign(draft(instruction(1, OTHER.pubkey()), signers=(OTHER, PAYER)))
    transaction = VersionedTransaction.from_bytes(signed.raw)
    keys = [PAYER.pubkey(), OTHER.pubkey()]
    assert list(transaction.message.account_keys[:2]) == keys
    message = to_bytes_versioned(transaction.message)
    assert all(s.verify(k, message) for s, k in zip(transaction.signatures, keys, strict=True))
    assert signed.signature == transaction.signatures[0]
    assert signed.last_valid_block_height == 150


def test_a_missing_signer_is_named() -> None:
    with pytest.raises(SignerError, match=str(OTHER.pubkey())):
        sign(draft(instruction(1, OTHER.pubkey())))


def test_no_secret_is_in_a_drafts_repr() -> None:
    shown = repr(draft())
    assert str(PAYER) not in shown
    assert str(list(PAYER.secret())[:4])[1:-1] not in shown


@pytest.mark.parametrize(
    ("used", "limit"),
    [(0, 500), (1, 501), (5_000, 5_500), (5_001, 5_502), (7_500, 8_250), (1_400_000, MAX_UNITS)],
)
def test_the_limit_is_what_was_used_and_a_margin(used: int, limit: int) -> None:
    assert limit_from_simulation(used) == limit


def test_packing_fills_transactions_keeps_order_and_splits_no_group() -> None:
    groups = [[instruction(300), instruction(i)] for i in range(1, 8)]
    packed = pack(draft(), groups)
    assert [ix for transaction in packed for ix in transaction] == [ix for g in groups for ix in g]
    assert all(len(transaction) % 2 == 0 for transaction in packed)
    assert len(packed) == 3
    for transaction, following in itertools.pairwise(packed):
        assert check_size(draft(*transaction)) <= PACKET_LENGTH
        with pytest.raises(TransactionTooLargeError):
            check_size(draft(*transaction, *following[:2]))


def test_packing_refuses_a_group_that_fits_nowhere() -> None:
    assert pack(draft(), []) == []
    with pytest.raises(TransactionTooLargeError, match="2 instructions"):
        pack(draft(), [[instruction()], [largest_instruction(), instruction()]])
