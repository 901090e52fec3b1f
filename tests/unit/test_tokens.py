"""Token accounts decode only when they are the classic program's."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account
from solders.pubkey import Pubkey
from solders.token.state import Mint, TokenAccount, TokenAccountState

from ionet.errors import AccountDecodeError
from ionet.tokens import (
    TOKEN_PROGRAM,
    build_create_associated_token_account,
    can_be_paid,
    can_pay,
    decode_mint,
    decode_token_account,
    find_associated_token_address,
)

ADDRESS, OWNER, MINT = (Pubkey(bytes([i] * 32)) for i in (1, 2, 3))
TOKEN_2022 = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
HOLDING = bytes(TokenAccount(MINT, OWNER, 5, None, TokenAccountState.Frozen, None, 0, None))
MINT_DATA = bytes(Mint(OWNER, 7, 6, is_initialized=True))


def owned(data: bytes, owner: Pubkey = TOKEN_PROGRAM) -> Account:
    return Account(1, data, owner)


def test_a_token_account_and_a_mint_decode() -> None:
    holding = decode_token_account(ADDRESS, owned(HOLDING))
    assert (holding.mint, holding.owner, holding.amount) == (MINT, OWNER, 5)
    assert holding.state == TokenAccountState.Frozen
    mint = decode_mint(ADDRESS, owned(MINT_DATA))
    assert (mint.supply, mint.decimals) == (7, 6)


@pytest.mark.parametrize(
    "account",
    [
        owned(HOLDING, TOKEN_2022),
        owned(HOLDING[:-1]),
        owned(HOLDING + b"\0"),
        owned(bytes(165)),
        owned(b""),
        owned(MINT_DATA),
    ],
)
def test_anything_else_is_refused_with_its_address(account: Account) -> None:
    with pytest.raises(AccountDecodeError, match=str(ADDRESS)):
        decode_token_account(ADDRESS, account)


@given(st.binary(max_size=170))
def test_random_bytes_decode_or_are_refused(data: bytes) -> None:
    for decode in (decode_token_account, decode_mint):
        with contextlib.suppress(AccountDecodeError):
            decode(ADDRESS, owned(data))


def test_the_associated_address_is_derived_from_the_classic_program() -> None:
    derived = Pubkey.find_program_address(
        [bytes(OWNER), bytes(TOKEN_PROGRAM), bytes(MINT)],
        Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"),
    )[0]
    assert find_associated_token_address(OWNER, MINT) == derived
    created = build_create_associated_token_account(payer=ADDRESS, owner=OWNER, mint=MINT)
    assert [meta.pubkey for meta in created.accounts[:4]] == [ADDRESS, derived, OWNER, MINT]
    assert bytes(created.data) == b"\x01"


def test_tokens_move_between_thawed_accounts_of_the_right_owner() -> None:
    thawed = bytearray(HOLDING)
    thawed[108] = 1  # state: initialised
    good = owned(bytes(thawed))
    assert can_pay(good)
    assert can_be_paid(good, OWNER)
    assert not can_be_paid(good, ADDRESS)
    for bad in (None, owned(HOLDING), owned(bytes(thawed), TOKEN_2022), owned(b"")):
        assert not can_pay(bad)
        assert not can_be_paid(bad, OWNER)
