"""A fleet, its attestors and the clock of their epochs, on the embedded chain."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, Self

from solders.account import Account
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.epochs import epoch_at
from ionet.localnet.actors import FAUCET, GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, Actor
from ionet.localnet.genesis import DEFAULT_UNIX_TIME, Genesis, Program
from ionet.localnet.programs import shipped_programs
from ionet.localnet.vm import Vm
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import (
    Answers,
    Attestor,
    Config,
    Device,
    Epoch,
    EpochRing,
    FreeIndex,
    Registry,
    Report,
)
from ionet.programs.verification.constants import EPOCH_SECONDS, FOREVER, PROGRAM_ID
from ionet.programs.verification.pdas import (
    find_config,
    find_epoch,
    find_epoch_ring,
    find_free_index,
    find_registry,
    find_report,
)
from tests.harness.chain import Chain
from tests.verification.harness.cast import (
    ATTESTORS,
    CAROL,
    DAVE,
    FLEET,
    FUNDER,
    IDLE,
    MALLORY,
    NEW,
    Gpu,
    attestor_of,
)

MUTANT_VARIABLE = "IONET_VERIFICATION_ELF"
"""Path of a build to test instead of the shipped one (README.md, planted bugs)."""

SOL: Final = 10**9
GENESIS: Final = DEFAULT_UNIX_TIME + 3_600
"""Unix second at which epoch 0 begins."""
BOND: Final = 2 * SOL
DEPOSIT: Final = SOL // 100
CONFIG, REGISTRY, EPOCH_RING = find_config()[0], find_registry()[0], find_epoch_ring()[0]
KINDS: tuple[type[Any], ...] = (
    Config,
    Registry,
    FreeIndex,
    Device,
    Attestor,
    Epoch,
    EpochRing,
    Report,
    Answers,
)


def build() -> Program:
    """Return the build named by the environment, or the shipped one."""
    path = os.environ.get(MUTANT_VARIABLE)
    if path is not None:
        return Program("verification", PROGRAM_ID, Path(path).read_bytes())
    return next(program for program in shipped_programs() if program.name == "verification")


class World(Chain):
    """At the first second of epoch 1, with a fleet and attestors who count from this epoch on.

    The reports of range 0 exist, epoch 0 was opened without seats, epoch 1 was not, and ``IDLE`` is
    registered but not active.

    Args:
        seats: Attestors that have joined.
        committee_size: Members of a committee.
        min_attestors: Fewer seats make no committee.
    """

    def __init__(self, *, seats: int = 5, committee_size: int = 3, min_attestors: int = 2) -> None:
        people = (CAROL, DAVE, FUNDER, MALLORY, GOVERNANCE, GUARDIAN, GENESIS_AUTHORITY, *ATTESTORS)
        wallets = [(actor.pubkey, 100_000 * SOL) for actor in (FAUCET, *people)]
        accounts = tuple((key, Account(sum_, b"", SYSTEM_PROGRAM)) for key, sum_ in wallets)
        super().__init__(Vm(Genesis((build(),), accounts)), PROGRAM_ID, KINDS)
        self.introduce(*people, *(gpu.key for gpu in (*FLEET, IDLE, NEW)))
        self.accept(initialize(committee_size=committee_size, min_attestors=min_attestors))
        self.to(0, epoch=0).accept(open_epoch(0))
        for attestor in ATTESTORS[:seats]:
            self.accept(join(attestor))
        for gpu in FLEET:
            self.accept(gpu.register(), self.activate(gpu))
        self.accept(IDLE.register())
        for place in range(committee_size):
            self.accept(open_report(0, place))
        self.to(0, epoch=1).keep()

    # Time

    @property
    def epoch(self) -> int:
        """Number of the epoch that the clock is in."""
        number = epoch_at(GENESIS, self.now)
        assert number is not None, "before genesis"
        return number

    def to(self, offset: int, *, epoch: int | None = None) -> Self:
        """Move on to a second of an epoch, by default of the clock's."""
        number = self.epoch if epoch is None else epoch
        return self.at(GENESIS + number * EPOCH_SECONDS + offset)

    # Instructions that follow the registry

    def activate(self, gpu: Gpu, **changes: Pubkey) -> Instruction:
        """Build ``activate_device``, with the head of the queue if there is one."""
        registry = self.decode(REGISTRY)
        accounts = {"free_index": REGISTRY, "rent_payer": gpu.owner.pubkey}
        if registry is not None and registry.free_head != registry.free_tail:
            head = find_free_index(registry.free_head)[0]
            accounts = {"free_index": head, "rent_payer": self.decode(head).rent_payer}
        return instructions.activate_device(
            **{"owner": gpu.owner.pubkey, "device": gpu.address, **accounts, **changes}
        )

    def deactivate(self, gpu: Gpu, **changes: Pubkey) -> Instruction:
        """Build ``deactivate_device``, with the end of the queue."""
        accounts = {
            "payer": FUNDER.pubkey,
            "owner": gpu.owner.pubkey,
            "device": gpu.address,
            "free_index": find_free_index(self.decode(REGISTRY).free_tail)[0],
        }
        return instructions.deactivate_device(**{**accounts, **changes})

    def exit(self, authority: Actor, /, **changes: Pubkey) -> Instruction:
        """Build ``exit_attestor``, with who holds the last seat."""
        accounts = {
            "authority": authority.pubkey,
            "attestor": attestor_of(authority),
            "last_attestor": attestor_of(self.last_attestor()),
        }
        return instructions.exit_attestor(**{**accounts, **changes})

    def evict(self, attestor: Actor, /, **changes: Pubkey) -> Instruction:
        """Build ``evict_attestor``, with who holds the last seat."""
        accounts = {
            "attestor": attestor_of(attestor),
            "last_attestor": attestor_of(self.last_attestor()),
        }
        return instructions.evict_attestor(**{**accounts, **changes})

    def last_attestor(self) -> Actor:
        """Return who holds the last seat from the next epoch on."""
        last = self.decode(REGISTRY).seats - 1
        return next(actor for actor in self.seated() if self.attestor(actor).seats[0] == last)

    def seated(self) -> list[Actor]:
        """Return the attestors that have not exited."""
        return [
            actor
            for actor in ATTESTORS
            if self.exists(attestor_of(actor)) and self.attestor(actor).active_until == FOREVER
        ]

    # Records

    def device(self, gpu: Gpu) -> Device:
        """Decode a device."""
        return Device.decode(gpu.address, self.account(gpu.address))

    def attestor(self, authority: Actor) -> Attestor:
        """Decode an attestor."""
        address = attestor_of(authority)
        return Attestor.decode(address, self.account(address))

    def report(self, place: int, range_: int = 0) -> Report:
        """Decode the report of a place."""
        address = find_report(range_, place)[0]
        return Report.decode(address, self.account(address))

    def epoch_record(self, number: int | None = None) -> Epoch:
        """Decode the account of an epoch, by default of the clock's."""
        address = epoch_account(self.epoch if number is None else number)
        return Epoch.decode(address, self.account(address))

    def registry(self) -> Registry:
        """Decode the registry."""
        return Registry.decode(REGISTRY, self.account(REGISTRY))

    def config(self) -> Config:
        """Decode the config."""
        return Config.decode(CONFIG, self.account(CONFIG))

    def ring(self) -> EpochRing:
        """Decode the totals."""
        return EpochRing.decode(EPOCH_RING, self.account(EPOCH_RING))


def epoch_account(number: int) -> Pubkey:
    """Return the address that an epoch shares with every 32nd."""
    return find_epoch(number % 32)[0]


def initialize(**changes: Any) -> Instruction:
    """Build ``initialize_config``."""
    arguments: dict[str, Any] = {
        "payer": FUNDER.pubkey,
        "genesis_authority": GENESIS_AUTHORITY.pubkey,
        "authority": GOVERNANCE.pubkey,
        "guardian": GUARDIAN.pubkey,
        "genesis": GENESIS,
        "committee_size": 3,
        "min_attestors": 2,
        "attestor_bond": BOND,
        "activation_deposit": DEPOSIT,
    }
    return instructions.initialize_config(**{**arguments, **changes})


def join(authority: Actor, /, **changes: Pubkey) -> Instruction:
    """Build ``join_attestor``."""
    accounts = {"payer": FUNDER.pubkey, "authority": authority.pubkey}
    return instructions.join_attestor(**{**accounts, **changes})


def withdraw(authority: Actor, /, **changes: Pubkey) -> Instruction:
    """Build ``withdraw_bond``."""
    accounts = {
        "authority": authority.pubkey,
        "attestor": attestor_of(authority),
        "rent_payer": FUNDER.pubkey,
    }
    return instructions.withdraw_bond(**{**accounts, **changes})


def open_epoch(number: int, **changes: Any) -> Instruction:
    """Build ``open_epoch``."""
    arguments: dict[str, Any] = {
        "payer": FUNDER.pubkey,
        "epoch_number": number,
        "ring_index": number % 32,
    }
    return instructions.open_epoch(**{**arguments, **changes})


def open_report(range_: int, place: int, **changes: Any) -> Instruction:
    """Build ``open_report``."""
    arguments: dict[str, Any] = {"payer": FUNDER.pubkey, "range": range_, "place": place}
    return instructions.open_report(**{**arguments, **changes})
