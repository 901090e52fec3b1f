"""A market on the embedded chain, and the two verdicts on a transaction: accepted, or refused.

Every refusal is held to its exact error, and to having changed nothing but the fee payer's
lamports. The fee payer (the faucet) plays no part in the market, so no signature or write access
comes from it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from solders.account import Account
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from ionet.connection import TransactionFault, TransactionOutcome
from ionet.localnet.actors import FAUCET, GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, TREASURY, Actor
from ionet.localnet.genesis import Program
from ionet.localnet.net import Localnet
from ionet.localnet.vm import Snapshot
from ionet.logs import first_failure
from ionet.programs.escrow import instructions
from ionet.programs.escrow.accounts import Cluster, Config, Job, Offer
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.enums import GpuClass
from ionet.programs.escrow.errors import EscrowError
from ionet.programs.escrow.pdas import find_config, find_offer
from ionet.tokens import decode_token_account, find_associated_token_address

PEOPLE = ("alice", "bob", "carol", "dave", "erin", "funder", "mallory")
"""Clients alice and bob, providers carol, dave and erin, who pays rent, and a stranger."""
ALICE, BOB, CAROL, DAVE, ERIN, FUNDER, MALLORY = map(Actor.named, PEOPLE)
CONFIG = find_config()[0]
FEE_BPS = 250
MUTANT_VARIABLE = "IONET_ESCROW_ELF"
"""Path of a build to test instead of the shipped one (README.md, planted bugs)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """An offer of the test market: ``rate`` in base units per hour, durations in seconds."""

    provider: Actor
    device: Actor
    rate: int = 2_490_000
    min_duration: int = 3_600
    max_duration: int = 259_200
    min_charge: int = 1_800
    kinds: int = 7

    @property
    def address(self) -> Pubkey:
        """The offer's address."""
        return find_offer(self.device.pubkey)[0]


GPU_1 = Listing(CAROL, Actor.named("gpu-1"))
GPU_2 = Listing(DAVE, Actor.named("gpu-2"), rate=1_999_999, min_charge=3_600)
GPU_3 = Listing(ERIN, Actor.named("gpu-3"), rate=7, min_charge=0)
LISTINGS = (GPU_1, GPU_2, GPU_3)


def builds() -> tuple[Program, ...] | None:
    """Return the build named by the environment, or None for the shipped ones."""
    path = os.environ.get(MUTANT_VARIABLE)
    return None if path is None else (Program("escrow", PROGRAM_ID, Path(path).read_bytes()),)


class World:
    """A localnet with three offers, in which whoever is known signs what a message asks of him.

    Attributes:
        rejections: The errors met so far, each held to its code.
    """

    def __init__(self) -> None:
        self.net = Localnet.start(PEOPLE, fee_bps=FEE_BPS, programs=builds())
        self.vm = self.net.vm
        self.usdc = self.net.usdc
        self.treasury = TREASURY.pubkey
        self.rejections: set[type[EscrowError]] = set()
        self._keys: dict[Pubkey, Keypair] = {}
        for actor in (FAUCET, GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, TREASURY):
            self.introduce(actor)
        for name in PEOPLE:
            self.introduce(self.net.actor(name))
        for listing in LISTINGS:
            self.introduce(listing.device)
            self.accept(self.post(listing))
        self._base = self.vm.snapshot()

    def introduce(self, actor: Actor) -> Actor:
        """Let an actor sign."""
        self._keys[actor.pubkey] = actor.keypair
        return actor

    def post(self, listing: Listing) -> Instruction:
        """Build the ``post_offer`` of a listing."""
        return instructions.post_offer(
            payer=FUNDER.pubkey,
            provider=listing.provider.pubkey,
            device=listing.device.pubkey,
            mint=self.usdc,
            class_=GpuClass.H100,
            kinds=listing.kinds,
            rate=listing.rate,
            min_duration=listing.min_duration,
            max_duration=listing.max_duration,
            min_charge=listing.min_charge,
        )

    # Time

    @property
    def now(self) -> int:
        """Unix second that the next transaction sees."""
        return self.vm.now().unix_timestamp

    def at(self, unix_time: int) -> World:
        """Move the clock on to this second."""
        self.vm.warp_to(unix_time)
        return self

    def snapshot(self) -> Snapshot:
        """Remember the state."""
        return self.vm.snapshot()

    def restore(self, snapshot: Snapshot | None = None) -> None:
        """Return to a snapshot, or to the world as it was made."""
        self.vm.restore(self._base if snapshot is None else snapshot)

    # Transactions

    def sign(self, steps: Sequence[Instruction]) -> VersionedTransaction:
        """Sign with the keys that the message asks for; the faucet pays the fee."""
        blockhash = self.vm.latest_blockhash().blockhash
        message = MessageV0.try_compile(FAUCET.pubkey, list(steps), [], blockhash)
        signers = message.account_keys[: message.header.num_required_signatures]
        return VersionedTransaction(message, [self._keys[signer] for signer in signers])

    def send(self, *steps: Instruction) -> TransactionOutcome:
        """Execute; the outcome says whether it failed."""
        return self.vm.send(self.sign(steps))

    def accept(self, *steps: Instruction) -> TransactionOutcome:
        """Execute what must succeed."""
        outcome = self.send(*steps)
        assert outcome.err is None, (outcome.err, outcome.logs)
        return outcome

    def reject(self, error: type[EscrowError], *steps: Instruction) -> TransactionOutcome:
        """Execute what the program must refuse in the last step, changing nothing."""
        outcome = self.reject_by_runtime(
            TransactionFault("Custom", len(steps) - 1, error.code), *steps
        )
        failure = first_failure(outcome.logs)
        assert failure is not None
        assert failure.program == str(PROGRAM_ID), failure
        self.rejections.add(error)
        return outcome

    def reject_by_runtime(self, fault: TransactionFault, *steps: Instruction) -> TransactionOutcome:
        """Execute what must fail with exactly this fault, changing nothing."""
        tx = self.sign(steps)
        touched = [key for key in tx.message.account_keys if key != FAUCET.pubkey]
        before = [self.vm.get_account(key) for key in touched]
        outcome = self.vm.send(tx)
        assert outcome.err == fault, (outcome.err, fault, outcome.logs)
        for key, account in zip(touched, before, strict=True):
            assert self.vm.get_account(key) == account, f"account {key} changed"
        return outcome

    # Accounts

    def account(self, address: Pubkey) -> Account:
        """Return an account that exists."""
        account = self.vm.get_account(address)
        assert account is not None, f"account {address} does not exist"
        return account

    def job(self, address: Pubkey) -> Job:
        """Decode a job."""
        return Job.decode(address, self.account(address))

    def offer(self, address: Pubkey) -> Offer:
        """Decode an offer."""
        return Offer.decode(address, self.account(address))

    def cluster(self, address: Pubkey) -> Cluster:
        """Decode a cluster."""
        return Cluster.decode(address, self.account(address))

    def config(self) -> Config:
        """Decode the config."""
        return Config.decode(CONFIG, self.account(CONFIG))

    def rewrite(self, address: Pubkey, **fields: Any) -> None:
        """Change fields of an account of the program behind its back."""
        account = self.account(address)
        kind = next(
            kind
            for kind in (Job, Offer, Cluster, Config)
            if account.data.startswith(kind.DISCRIMINATOR)
        )
        record = replace(kind.decode(address, account), **fields)
        self.put(address, account, record.encode())

    def put(self, address: Pubkey, like: Account, data: bytes | None = None) -> None:
        """Set an account as another one is, with other data."""
        content = like.data if data is None else data
        self.vm.set_account(address, Account(like.lamports, content, like.owner))

    # Tokens

    def token(self, owner: Actor | Pubkey, mint: Pubkey | None = None) -> Pubkey:
        """Return the associated token account of an owner."""
        key = owner if isinstance(owner, Pubkey) else owner.pubkey
        return find_associated_token_address(key, self.usdc if mint is None else mint)

    def balance(self, token_account: Pubkey) -> int:
        """Return base units in a token account; 0 when it does not exist."""
        account = self.vm.get_account(token_account)
        return 0 if account is None else decode_token_account(token_account, account).amount

    def lamports(self, address: Pubkey) -> int:
        """Return lamports; 0 when the account does not exist."""
        account = self.vm.get_account(address)
        return 0 if account is None else account.lamports

    def was_sent(self, signature: Signature) -> bool:
        """Tell whether a transaction has landed."""
        return self.vm.get_transaction(signature) is not None
