"""Voucher bytes are the published ones, and no other bytes pass."""

import dataclasses
import struct

import pytest
from solders.hash import Hash
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from ionet.errors import AmountError
from ionet.voucher import (
    ED25519_PROGRAM,
    Voucher,
    build_ed25519_instruction,
    sign_voucher,
    voucher_message,
)

CLIENT = Keypair.from_seed(bytes(range(32)))
FIELDS = {
    "genesis_hash": Hash(bytes([1] * 32)),
    "program_id": Pubkey(bytes([2] * 32)),
    "job": Pubkey(bytes([3] * 32)),
    "opened_slot": 0x0102030405060708,
    "cumulative": 2**64 - 1,
}


def voucher() -> Voucher:
    return sign_voucher(CLIENT, **FIELDS)  # type: ignore[arg-type]


def test_the_message_is_the_published_layout() -> None:
    assert (
        voucher().message
        == voucher_message(**FIELDS)
        == (  # type: ignore[arg-type]
            b"ionet:voucher:v1"
            + bytes([1] * 32 + [2] * 32 + [3] * 32)
            + bytes.fromhex("0807060504030201")
            + b"\xff" * 8
        )
    )
    assert len(voucher().message) == 128


def test_the_instruction_is_the_published_layout() -> None:
    signed = voucher()
    built = build_ed25519_instruction(signed)
    data = bytes(built.data)
    assert built.program_id == ED25519_PROGRAM
    assert built.accounts == []
    assert len(data) == 240
    assert struct.unpack_from("<BB7H", data) == (1, 0, 48, 65535, 16, 65535, 112, 128, 65535)
    assert data[16:48] == bytes(CLIENT.pubkey())
    assert data[48:112] == bytes(signed.signature)
    assert data[112:] == signed.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("genesis_hash", Hash(bytes([9] * 32))),
        ("program_id", Pubkey(bytes([9] * 32))),
        ("job", Pubkey(bytes([9] * 32))),
        ("opened_slot", 7),
        ("cumulative", 7),
        ("client", Pubkey(bytes([9] * 32))),
    ],
)
def test_a_voucher_with_any_field_changed_is_invalid(field: str, value: object) -> None:
    signed = voucher()
    assert signed.is_valid()
    assert not dataclasses.replace(signed, **{field: value}).is_valid()  # type: ignore[arg-type]


@pytest.mark.parametrize("cumulative", [-1, 2**64, 1.5, True])
def test_a_cumulative_amount_out_of_range_is_refused(cumulative: object) -> None:
    with pytest.raises(AmountError, match="cumulative"):
        sign_voucher(CLIENT, **{**FIELDS, "cumulative": cumulative})  # type: ignore[arg-type]
