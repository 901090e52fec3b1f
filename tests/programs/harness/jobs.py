"""Jobs and clusters of the tests, and the instruction of each kind for one of them."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from typing import Any

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.localnet.actors import Actor
from ionet.programs.escrow import instructions
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.enums import JobKind
from ionet.programs.escrow.interface import INSTRUCTIONS
from ionet.programs.escrow.pdas import find_cluster, find_job, find_vault
from ionet.voucher import build_ed25519_instruction, sign_voucher
from tests.programs.harness.world import ALICE, FUNDER, GPU_1, MALLORY, Listing, World

HOURS = 3_600
ACCEPT_WITHIN = 600
VALID_FOR = 7_200
REVIEW_WINDOW = 7_200
TIP = 20_000


@dataclass(frozen=True, slots=True)
class Gang:
    """A cluster of the tests."""

    client: Actor = ALICE
    id: int = 1_000
    size: int = 2
    accept_within: int = ACCEPT_WITHIN

    @property
    def address(self) -> Pubkey:
        """The cluster's address."""
        return find_cluster(self.client.pubkey, self.id)[0]

    def open(self) -> Instruction:
        """Build ``open_cluster``."""
        return instructions.open_cluster(
            payer=FUNDER.pubkey,
            client=self.client.pubkey,
            id=self.id,
            size=self.size,
            accept_within=self.accept_within,
        )

    def close(self) -> Instruction:
        """Build ``close_cluster``."""
        return instructions.close_cluster(cluster=self.address, rent_payer=FUNDER.pubkey)

    def member(self, place: int, listing: Listing, **terms: Any) -> JobRef:
        """Return the job of a member; places count from 1."""
        return JobRef(
            self.client, self.id + place - 1, listing, cluster=self.address, member=place, **terms
        )


@dataclass(frozen=True)
class JobRef:
    """A job by who asks for it and what it asks: durations in seconds, deposit in base units.

    The deposit of a rental is by default its exact price.
    """

    client: Actor = ALICE
    id: int = 1
    listing: Listing = GPU_1
    kind: JobKind = JobKind.RENTAL
    duration: int = 12 * HOURS
    deposit: int | None = None
    cluster: Pubkey | None = None
    member: int = 0
    tip: int = TIP
    valid_for: int = VALID_FOR
    address: Pubkey = field(init=False)
    vault: Pubkey = field(init=False)

    def __post_init__(self) -> None:
        address = find_job(self.client.pubkey, self.id)[0]
        object.__setattr__(self, "address", address)
        object.__setattr__(self, "vault", find_vault(address)[0])

    @property
    def asked_deposit(self) -> int:
        """What the client pays in, base units."""
        if self.deposit is not None:
            return self.deposit
        if self.kind is JobKind.RENTAL:
            return -(-self.listing.rate * self.duration // HOURS)
        return 10_000_000

    def accounts(self, world: World) -> dict[str, Pubkey]:
        """Return every account that an instruction about this job can name."""
        return {
            "payer": FUNDER.pubkey,
            "client": self.client.pubkey,
            "provider": self.listing.provider.pubkey,
            "caller": MALLORY.pubkey,
            "job": self.address,
            "offer": self.listing.address,
            "device": self.listing.device,
            "cluster": self.address if self.cluster is None else self.cluster,
            "vault": self.vault,
            "client_token": world.token(self.client),
            "provider_token": world.token(self.listing.provider),
            "treasury_token": world.token(world.treasury),
            "mint": world.usdc,
            "rent_payer": FUNDER.pubkey,
        }

    def step(self, world: World, name: str, **changes: Any) -> Instruction:
        """Build an instruction about this job; changes replace accounts and arguments."""
        accounts = self.accounts(world)
        named = {
            account.name: accounts[account.name]
            for account in INSTRUCTIONS[name].accounts
            if account.name in accounts
        }
        if name == "accept_job" and "opened_slot" not in changes:
            changes["opened_slot"] = self.opened_slot(world)
        build = getattr(instructions, name)
        instruction: Instruction = build(**{**named, **changes})
        return instruction

    def opened_slot(self, world: World) -> int:
        """Return the slot of its opening; the present one if it does not exist yet."""
        if world.vm.get_account(self.address) is None:
            return world.vm.now().slot
        return world.job(self.address).opened_slot

    def extend(self, world: World, *, duration: int = 0, deposit: int = 0) -> Instruction:
        """Build ``extend_job`` by so much more than what is agreed."""
        total, paid_in = self.duration, self.asked_deposit
        if world.vm.get_account(self.address) is not None:
            record = world.job(self.address)
            total, paid_in = record.duration, record.deposit
        return self.step(world, "extend_job", duration=total + duration, deposit=paid_in + deposit)

    def open(self, world: World, **changes: Any) -> Instruction:
        """Build ``open_job`` on the offer's present terms."""
        arguments: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "member": self.member,
            "deposit": self.asked_deposit,
            "rate": self.listing.rate,
            "duration": self.duration,
            "accept_within": 0 if self.member else ACCEPT_WITHIN,
            "review_window": REVIEW_WINDOW if self.kind is JobKind.DELIVERABLE else 0,
            "valid_until": world.now + self.valid_for,
            "tip": self.tip,
            "terms_hash": terms_hash(world, self.listing.address),
        }
        return self.step(world, "open_job", **{**arguments, **changes})

    def voucher(
        self, world: World, cumulative: int, *, signer: Actor | None = None, **changes: Any
    ) -> Instruction:
        """Build the ed25519 instruction of a voucher; changes replace parts of its message."""
        message: dict[str, Any] = {
            "genesis_hash": Hash(bytes(world.config().genesis_hash)),
            "program_id": PROGRAM_ID,
            "job": self.address,
            "cumulative": cumulative,
        }
        if "opened_slot" not in changes:
            message["opened_slot"] = self.opened_slot(world)
        key = (self.client if signer is None else signer).keypair
        return build_ed25519_instruction(sign_voucher(key, **{**message, **changes}))

    def redeem(self, world: World, cumulative: int) -> tuple[Instruction, Instruction]:
        """Build a voucher and the ``settle_voucher`` after it."""
        settle = self.step(world, "settle_voucher", cumulative=cumulative)
        return self.voucher(world, cumulative), settle


def terms_hash(world: World, offer: Pubkey) -> bytes:
    """Hash an offer's terms as ``open_job`` does, apart from the SDK."""
    terms, fee_bps = world.offer(offer), world.config().fee_bps
    packed = struct.pack(
        "<QIIHBBH",
        terms.rate,
        terms.min_duration,
        terms.max_duration,
        terms.min_charge,
        terms.kinds,
        terms.class_,
        fee_bps,
    )
    return hashlib.sha256(b"ionet:terms:v1" + bytes(offer) + bytes(terms.mint) + packed).digest()
