"""Classic SPL Token: associated addresses and decoding, by solders.

Token-2022 accounts belong to another program and never decode here.
"""

from __future__ import annotations

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.token import ID as TOKEN_PROGRAM
from solders.token.associated import get_associated_token_address
from solders.token.state import Mint, TokenAccount, TokenAccountState

from ionet.errors import AccountDecodeError

ASSOCIATED_TOKEN_PROGRAM = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")

_CREATE_IDEMPOTENT = b"\x01"


def find_associated_token_address(owner: Pubkey, mint: Pubkey) -> Pubkey:
    """Return the associated token account of ``owner`` for a classic ``mint``."""
    return get_associated_token_address(owner, mint)


def build_create_associated_token_account(
    *, payer: Pubkey, owner: Pubkey, mint: Pubkey
) -> Instruction:
    """Return the idempotent creation: it succeeds where the account exists already."""
    token_account = find_associated_token_address(owner, mint)
    accounts = [
        AccountMeta(payer, is_signer=True, is_writable=True),
        AccountMeta(token_account, is_signer=False, is_writable=True),
        AccountMeta(owner, is_signer=False, is_writable=False),
        AccountMeta(mint, is_signer=False, is_writable=False),
        AccountMeta(SYSTEM_PROGRAM, is_signer=False, is_writable=False),
        AccountMeta(TOKEN_PROGRAM, is_signer=False, is_writable=False),
    ]
    return Instruction(ASSOCIATED_TOKEN_PROGRAM, _CREATE_IDEMPOTENT, accounts)


def decode_token_account(address: Pubkey, account: Account) -> TokenAccount:
    """Decode a token account (165 bytes); ``amount`` is in base units.

    Raises:
        AccountDecodeError: foreign owner, wrong length or not initialised; names the address.
    """
    try:
        return TokenAccount.from_bytes(_token_program_data(address, account))
    except ValueError as error:
        raise AccountDecodeError(f"account {address}: not a token account: {error}") from None


def decode_mint(address: Pubkey, account: Account) -> Mint:
    """Decode a mint (82 bytes); ``supply`` is in base units.

    Raises:
        AccountDecodeError: foreign owner, wrong length or not initialised; names the address.
    """
    try:
        return Mint.from_bytes(_token_program_data(address, account))
    except ValueError as error:
        raise AccountDecodeError(f"account {address}: not a mint: {error}") from None


def can_pay(vault: Account | None) -> bool:
    """Return whether a vault's tokens can be moved: it exists and is not frozen."""
    return vault is not None and _holding(vault) is not None


def can_be_paid(token_account: Account | None, owner: Pubkey) -> bool:
    """Return whether the account can receive tokens for ``owner``.

    It cannot when it is missing, frozen, no token account, or was given to another owner.
    """
    holding = None if token_account is None else _holding(token_account)
    return holding is not None and holding.owner == owner


def _holding(account: Account) -> TokenAccount | None:
    if account.owner != TOKEN_PROGRAM:
        return None
    try:
        holding = TokenAccount.from_bytes(account.data)
    except ValueError:
        return None
    return holding if holding.state == TokenAccountState.Initialized else None


def _token_program_data(address: Pubkey, account: Account) -> bytes:
    if account.owner != TOKEN_PROGRAM:
        raise AccountDecodeError(
            f"account {address}: owner is {account.owner}, not the token program {TOKEN_PROGRAM}"
        )
    return account.data
