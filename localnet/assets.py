"""Mints and token accounts as they stand at genesis, in the classic SPL Token layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM
from solders.token.associated import get_associated_token_address
from solders.token.state import Mint, TokenAccount, TokenAccountState

from ionet.localnet.actors import FAUCET, Actor
from ionet.localnet.rent import minimum_balance

_MINT_TO = b"\x07"


@dataclass(frozen=True, slots=True)
class LocalMint:
    """A mint of the localnet, whose authority is the faucet and which nobody can freeze."""

    symbol: str
    decimals: int

    @property
    def address(self) -> Pubkey:
        """Its address, the same in every run."""
        return Actor.named(f"mint-{self.symbol.lower()}").pubkey

    def account(self, supply: int) -> Account:
        """Return the mint account with this supply in base units."""
        state = Mint(FAUCET.pubkey, supply, self.decimals, is_initialized=True)
        return _token_owned(bytes(state))

    def holding(self, owner: Pubkey, amount: int) -> tuple[Pubkey, Account]:
        """Return address and account of the owner's associated token account."""
        state = TokenAccount(
            self.address, owner, amount, None, TokenAccountState.Initialized, None, 0, None
        )
        return get_associated_token_address(owner, self.address), _token_owned(bytes(state))

    def mint_to(self, owner: Pubkey, amount: int) -> Instruction:
        """Build the faucet's MintTo into the owner's associated token account."""
        accounts = [
            AccountMeta(self.address, is_signer=False, is_writable=True),
            AccountMeta(
                get_associated_token_address(owner, self.address),
                is_signer=False,
                is_writable=True,
            ),
            AccountMeta(FAUCET.pubkey, is_signer=True, is_writable=False),
        ]
        return Instruction(TOKEN_PROGRAM, _MINT_TO + amount.to_bytes(8, "little"), accounts)


USDC = LocalMint("USDC", 6)
IO = LocalMint("IO", 8)


def mint_with_holders(
    mint: LocalMint, holders: Iterable[tuple[Pubkey, int]]
) -> tuple[tuple[Pubkey, Account], ...]:
    """Return a mint and its holders' token accounts; the supply is the sum of what they hold."""
    held = tuple(holders)
    supply = sum(amount for _, amount in held)
    return (
        (mint.address, mint.account(supply)),
        *(mint.holding(owner, amount) for owner, amount in held),
    )


def _token_owned(data: bytes) -> Account:
    return Account(minimum_balance(len(data)), data, TOKEN_PROGRAM)
