"""One landed transaction as the rules see it: every account before and after, and the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from solders.account import Account
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM
from solders.token.state import TokenAccount
from solders.transaction import VersionedTransaction

from ionet.connection import TransactionRefusedError
from ionet.errors import AccountDecodeError
from ionet.localnet.message import account_keys
from ionet.localnet.vm import Landed
from ionet.programs.escrow.events import Event, parse_logs
from ionet.tokens import ASSOCIATED_TOKEN_PROGRAM, decode_token_account

TOKEN_ACCOUNT_LENGTH = 165
COMPUTE_BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
ED25519 = Pubkey.from_string("Ed25519SigVerify111111111111111111111111111")
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
NO_LAMPORTS = frozenset({ASSOCIATED_TOKEN_PROGRAM, COMPUTE_BUDGET, ED25519, MEMO})
"""Programs that give nobody lamports, but take what the accounts they create need."""

GetAccount = Callable[[Pubkey], Account | None]


@dataclass(frozen=True, slots=True)
class Violation:
    """Money that does not add up.

    Attributes:
        account: The job, or the owner of tokens or lamports, that is concerned.
        rule: What does not hold.
        found: The amounts, in base units or lamports.
    """

    account: Pubkey
    rule: str
    found: str


@dataclass(frozen=True, slots=True)
class Call:
    """An outermost instruction: its program, its accounts in order, its data."""

    program: Pubkey
    accounts: tuple[Pubkey, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """A successful transaction.

    Attributes:
        escrow: Address of the escrow program.
        verification: Address of the verification program; None where there is none.
        written: Each account it could change, in message order: states before and after.
        events: What the escrow said, in order.
        calls: Its instructions; None where a lookup table that it used is gone since.
        payer: Who paid the network fee.
        fee: That fee, in lamports.
        get_account: Reads the chain after the transaction.
    """

    escrow: Pubkey
    verification: Pubkey | None
    written: Mapping[Pubkey, tuple[Account | None, Account | None]]
    events: tuple[Event, ...]
    calls: tuple[Call, ...] | None
    payer: Pubkey
    fee: int
    get_account: GetAccount

    @classmethod
    def of(
        cls,
        landed: Landed,
        *,
        escrow: Pubkey,
        verification: Pubkey | None,
        get_account: GetAccount,
    ) -> Self:
        """Describe a transaction that has just landed."""
        tx = VersionedTransaction.from_bytes(landed.raw)
        after = dict(landed.written)
        return cls(
            escrow,
            verification,
            {address: (before, after[address]) for address, before in landed.before},
            tuple(parse_logs(landed.outcome.logs, program_id=escrow)),
            _calls(tx, get_account),
            tx.message.account_keys[0],
            landed.outcome.fee,
            get_account,
        )

    @property
    def is_followed(self) -> bool:
        """Whether it calls nothing but our programs and such as give nobody lamports."""
        ours = (self.escrow, self.verification)
        return self.calls is not None and all(
            call.program in NO_LAMPORTS or call.program in ours for call in self.calls
        )

    def states(self, address: Pubkey) -> tuple[Account | None, Account | None]:
        """Return an account before and after; what was not written has not changed."""
        if address in self.written:
            return self.written[address]
        account = self.get_account(address)
        return account, account


def token_account(address: Pubkey, account: Account | None) -> TokenAccount | None:
    """Decode a token account; None for anything else."""
    if account is None or account.owner != TOKEN_PROGRAM:
        return None
    if len(account.data) != TOKEN_ACCOUNT_LENGTH:
        return None
    try:
        return decode_token_account(address, account)
    except AccountDecodeError:
        return None  # not initialised: holds nothing


def _calls(tx: VersionedTransaction, get_account: GetAccount) -> tuple[Call, ...] | None:
    try:
        keys = account_keys(tx, get_account).all
    except TransactionRefusedError:
        return None
    return tuple(
        Call(
            keys[instruction.program_id_index],
            tuple(keys[index] for index in bytes(instruction.accounts)),
            bytes(instruction.data),
        )
        for instruction in tx.message.instructions
    )
