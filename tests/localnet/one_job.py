"""A transaction of one job, constructed: what was there before, afterwards, and what was said."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from solders.account import Account
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.token import ID as TOKEN_PROGRAM
from solders.transaction import VersionedTransaction

from ionet.connection import TransactionFault, TransactionOutcome
from ionet.localnet.actors import TREASURY, Actor
from ionet.localnet.assets import USDC
from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.rent import minimum_balance
from ionet.localnet.vm import Landed
from ionet.programs.escrow.accounts import Config, Job, Offer
from ionet.programs.escrow.events import Event, JobClosed
from ionet.programs.escrow.pdas import find_config, find_job, find_vault
from ionet.tokens import find_associated_token_address
from tests.localnet.chain import system_account
from tests.localnet.market import escrow_build

ESCROW = escrow_build().address
CLIENT, PROVIDER, STRANGER = (Actor.named(name).pubkey for name in ("client", "provider", "eve"))
RENT_PAYER = Actor.named("sponsor").pubkey
KEEPER = Actor.named("keeper").pubkey
CONFIG = find_config(program_id=ESCROW)[0]
OFFER = Pubkey(b"\7" * 32)
JOB = find_job(CLIENT, 7, program_id=ESCROW)[0]
VAULT = find_vault(JOB, program_id=ESCROW)[0]
JOB_LAMPORTS = 2_500_000
RENT = JOB_LAMPORTS + minimum_balance(165)
FEE = 5_000

States = dict[Pubkey, Account | None]


def token_address(owner: Pubkey) -> Pubkey:
    return VAULT if owner == JOB else find_associated_token_address(owner, USDC.address)


def blank(kind: type[Config | Job | Offer]) -> bytes:
    return (kind.DISCRIMINATOR + b"\1").ljust(kind.LENGTH, b"\0")


def job(
    *,
    deposit: int = 1_000_000,
    earned: int = 750_000,
    paid: int = 0,
    fee: int = 0,
    refunded: int = 0,
    opened_slot: int = 5,
) -> Job:
    """Return a job at 250 bps that has ended with three quarters earned."""
    empty = Job.decode(JOB, Account(1, blank(Job), ESCROW), program_id=ESCROW)
    return replace(
        empty,
        id=7,
        client=CLIENT,
        offer=OFFER,
        rent_payer=RENT_PAYER,
        fee_bps=250,
        opened_slot=opened_slot,
        deposit=deposit,
        earned=earned,
        paid=paid,
        fee=fee,
        refunded=refunded,
    )


def job_account(state: Job) -> Account:
    return Account(JOB_LAMPORTS, state.encode(), ESCROW)


@dataclass
class OneJob:
    """A chain with one job of which one transaction is made up.

    Attributes:
        before: Every account there is.
        written: What the transaction leaves; None removes an account.
        events: What the escrow says.
        instructions: What the transaction calls; by default the escrow alone.
        fault: How it fails, if it does.
    """

    before: States
    written: States = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    fault: TransactionFault | None = None

    @classmethod
    def without_job(cls) -> OneJob:
        """Start with config, offer and 500 USDC for everybody."""
        config = Config.decode(CONFIG, Account(1, blank(Config), ESCROW), program_id=ESCROW)
        offer = Offer.decode(OFFER, Account(1, blank(Offer), ESCROW), program_id=ESCROW)
        config = replace(config, treasury=TREASURY.pubkey)
        offer = replace(offer, provider=PROVIDER, mint=USDC.address)
        before: States = {
            CONFIG: Account(1, config.encode(), ESCROW),
            OFFER: Account(1, offer.encode(), ESCROW),
            USDC.address: USDC.account(10**12),
        }
        for owner in (CLIENT, PROVIDER, STRANGER, TREASURY.pubkey):
            before[token_address(owner)] = USDC.holding(owner, 500_000_000)[1]
        for owner in (CLIENT, PROVIDER, STRANGER, RENT_PAYER, KEEPER):
            before[owner] = system_account(10**9)
        return cls(before)

    @classmethod
    def with_job(cls, state: Job | None = None, *, donated: int = 0) -> OneJob:
        """Start with a job, by default ``job()``, and its vault."""
        chain, there = cls.without_job(), job() if state is None else state
        held = there.deposit - there.paid - there.fee - there.refunded
        chain.before |= {JOB: job_account(there), VAULT: USDC.holding(JOB, held + donated)[1]}
        return chain

    def state(self, address: Pubkey) -> Account | None:
        return self.written[address] if address in self.written else self.before.get(address)

    def open(self, state: Job) -> None:
        """Write a new job and pay its deposit."""
        self.written[JOB] = job_account(state)
        self.written[VAULT] = USDC.holding(JOB, 0)[1]
        self.move(state.deposit, CLIENT, JOB)

    def book(self, **changes: Any) -> None:
        """Write the job with other amounts."""
        self.written[JOB] = job_account(replace(self.job(), **changes))

    def job(self) -> Job:
        account = self.state(JOB)
        assert account is not None
        return Job.decode(JOB, account, program_id=ESCROW)

    def move(self, amount: int, giver: Pubkey | None, taker: Pubkey | None) -> None:
        """Move tokens between owners; the job stands for its vault, None for the supply."""
        for owner, gain in ((giver, -amount), (taker, amount)):
            if owner is None:
                self._add(USDC.address, slice(36, 44), -gain)
            else:
                self._add(token_address(owner), slice(64, 72), gain)

    def _add(self, address: Pubkey, at: slice, change: int) -> None:
        account = self.state(address)
        assert account is not None
        data = bytearray(account.data)
        data[at] = (int.from_bytes(data[at], "little") + change).to_bytes(8, "little")
        self.written[address] = Account(account.lamports, bytes(data), account.owner)

    def give(self, lamports: int, address: Pubkey) -> None:
        account = self.state(address)
        assert account is not None
        self.written[address] = system_account(account.lamports + lamports)

    def close(self, surplus: int = 0, *, is_burned: bool = False, rent: int = RENT) -> None:
        """Remove job and vault and say so; tokens and lamports are moved by the caller."""
        last = self.job()
        totals = (last.deposit, last.paid, last.fee, last.refunded)
        self.events.append(JobClosed(JOB, *totals, surplus, is_burned, rent, 0))
        self.written[JOB] = self.written[VAULT] = None

    def transfer(self, amount: int, giver: Pubkey, taker: Pubkey) -> None:
        """Move tokens by an instruction of the transaction's own."""
        metas = [
            AccountMeta(token_address(giver), is_signer=False, is_writable=True),
            AccountMeta(token_address(taker), is_signer=False, is_writable=True),
            AccountMeta(giver, is_signer=True, is_writable=False),
        ]
        data = b"\3" + amount.to_bytes(8, "little")
        self.instructions.append(Instruction(TOKEN_PROGRAM, data, metas))
        self.move(amount, giver, taker)

    def violation(self) -> str | None:
        """Return what the check says of the transaction."""
        found = ConservationCheck(self.state, [escrow_build()]).after(self.landed())
        return None if found is None else f"{found.account} {found.rule}: {found.found}"

    def landed(self) -> Landed:
        call = Instruction(ESCROW, b"", [])
        message = MessageV0.try_compile(KEEPER, [call, *self.instructions], [], Hash.default())
        unsigned = [Signature.default()] * message.header.num_required_signatures
        raw = bytes(VersionedTransaction.populate(message, unsigned))
        spoken = logs(self.events)
        outcome = TransactionOutcome(Signature.default(), 1, 1, self.fault, spoken, 0, FEE)
        self.give(-FEE, KEEPER)
        before = tuple((address, self.before.get(address)) for address in self.written)
        return Landed(raw, 0, Hash.default(), outcome, before, tuple(self.written.items()))


def logs(events: Sequence[Event]) -> tuple[str, ...]:
    lines = [f"Program data: {base64.b64encode(event.encode()).decode()}" for event in events]
    return (f"Program {ESCROW} invoke [1]", *lines, f"Program {ESCROW} success")
