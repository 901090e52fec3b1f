"""A market on the embedded chain: the escrow program, people, and three offers of their devices."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from solders.account import Account
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet.deployment import Programs
from ionet.localnet.actors import GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, TREASURY, Actor
from ionet.localnet.assets import IO, USDC
from ionet.localnet.genesis import DEFAULT_UNIX_TIME, Program
from ionet.localnet.programs import shipped_programs
from ionet.localnet.rent import minimum_balance
from ionet.localnet.setup import Setup
from ionet.localnet.vm import Vm
from ionet.programs.escrow import instructions
from ionet.programs.escrow.accounts import Cluster, Config, Job, Offer
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.enums import GpuClass
from ionet.programs.escrow.pdas import find_config, find_offer
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import PROGRAM_ID as VERIFICATION_ID
from ionet.programs.verification.pdas import find_device
from ionet.tokens import decode_token_account, find_associated_token_address
from tests.harness.chain import Chain
from tests.programs.harness.devices import fill_ring, new_device

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
    device_key: Actor
    rate: int = 2_490_000
    min_duration: int = 3_600
    max_duration: int = 259_200
    min_charge: int = 1_800
    kinds: int = 7
    class_: GpuClass = GpuClass.H100

    @property
    def device(self) -> Pubkey:
        """The address of the device's account."""
        return find_device(self.device_key.pubkey)[0]

    @property
    def address(self) -> Pubkey:
        """The offer's address."""
        return find_offer(self.device)[0]


GPU_1 = Listing(CAROL, Actor.named("gpu-1"))
GPU_2 = Listing(DAVE, Actor.named("gpu-2"), rate=1_999_999, min_charge=3_600)
GPU_3 = Listing(ERIN, Actor.named("gpu-3"), rate=7, min_charge=0)
LISTINGS = (GPU_1, GPU_2, GPU_3)


def build() -> Program:
    """Return the build named by the environment, or the shipped one."""
    path = os.environ.get(MUTANT_VARIABLE)
    if path is not None:
        return Program("escrow", PROGRAM_ID, Path(path).read_bytes())
    return next(program for program in shipped_programs() if program.name == "escrow")


class World(Chain):
    """Three offers, at the first second of an epoch; the devices pass in all that are to come.

    The verification program itself is not there: the escrow reads its accounts and never calls it.

    Args:
        others: Programs that are there too.

    Attributes:
        usdc: A mint that every offer here is in.
        io: The other accepted mint.
        treasury: Who is paid the fees.
    """

    def __init__(self, *others: Program) -> None:
        setup = Setup(PEOPLE, attestors=(), fee_bps=FEE_BPS)
        vm = Vm(setup.genesis((build(), *others)))
        super().__init__(vm, PROGRAM_ID, (Config, Offer, Cluster, Job))
        self.usdc, self.io, self.treasury = USDC.address, IO.address, TREASURY.pubkey
        self.introduce(GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, TREASURY, *map(Actor.named, PEOPLE))
        for step, _ in setup.steps(Programs(), vm.genesis_hash):
            if step.program_id == PROGRAM_ID:
                self.accept(step)
        self.at(DEFAULT_UNIX_TIME)
        for listing in LISTINGS:
            self.register(listing)
            self.accept(self.post(listing))
        self.keep()

    def post(self, listing: Listing) -> Instruction:
        """Build the ``post_offer`` of a listing."""
        return instructions.post_offer(
            payer=FUNDER.pubkey,
            provider=listing.provider.pubkey,
            device=listing.device,
            mint=self.usdc,
            kinds=listing.kinds,
            rate=listing.rate,
            min_duration=listing.min_duration,
            max_duration=listing.max_duration,
            min_charge=listing.min_charge,
        )

    # Devices

    def register(self, listing: Listing, **changes: Any) -> None:
        """Write the account of a listing's device as one that passes all the time, but changed."""
        self.introduce(listing.device_key)  # its key can sign; nothing here asks for it
        identity = {"owner": listing.provider.pubkey, "class_": listing.class_}
        device = new_device(listing.device_key, **{**identity, **changes})
        account = Account(minimum_balance(Device.LENGTH), device.encode(), VERIFICATION_ID)
        self.vm.set_account(listing.device, account)

    def device(self, listing: Listing) -> Device:
        """Decode the device of a listing."""
        return Device.decode(listing.device, self.account(listing.device))

    def change_device(self, listing: Listing, **fields: Any) -> None:
        """Change fields of the device's account."""
        device = replace(self.device(listing), **fields)
        self.put(listing.device, self.account(listing.device), device.encode())

    def find(self, listing: Listing, found: Mapping[int, int], **fields: Any) -> None:
        """Write what epochs found of a device; it passes in all others."""
        self.change_device(listing, ring=fill_ring(found), **fields)

    # Accounts

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

    # Tokens

    def token(self, owner: Actor | Pubkey, mint: Pubkey | None = None) -> Pubkey:
        """Return the associated token account of an owner."""
        key = owner if isinstance(owner, Pubkey) else owner.pubkey
        return find_associated_token_address(key, self.usdc if mint is None else mint)

    def balance(self, token_account: Pubkey) -> int:
        """Return base units in a token account; 0 when it does not exist."""
        account = self.vm.get_account(token_account)
        return 0 if account is None else decode_token_account(token_account, account).amount

    def was_sent(self, signature: Signature) -> bool:
        """Tell whether a transaction has landed."""
        return self.vm.get_transaction(signature) is not None
