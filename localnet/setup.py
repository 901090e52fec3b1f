"""What a new market is made of: funded wallets, mints, and the configs of its programs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count, takewhile
from typing import Self, TypeAlias, TypedDict, Unpack

from solders.account import Account
from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.amounts import Io, Usdc
from ionet.deployment import Programs
from ionet.localnet.actors import (
    EPOCH_KEEPER,
    FAUCET,
    GENESIS_AUTHORITY,
    GOVERNANCE,
    GUARDIAN,
    STAFF,
    TREASURY,
    Actor,
)
from ionet.localnet.assets import IO, USDC, mint_with_holders
from ionet.localnet.errors import GenesisError
from ionet.localnet.genesis import DEFAULT_UNIX_TIME, Genesis, Program
from ionet.localnet.programs import builds_or_shipped
from ionet.localnet.vm import Vm
from ionet.programs.escrow import instructions as escrow
from ionet.programs.verification import instructions as verification
from ionet.programs.verification.pdas import find_attestor

LAMPORTS_PER_SOL = 10**9
FAUCET_LAMPORTS = 10**6 * LAMPORTS_PER_SOL
CLASS_SLOTS = 16
"""GPU classes with a minimum rate, per mint."""
LEAD = 60
"""Seconds from the start of the chain to epoch 0, in which the programs are initialised."""
COMMITTEE_SIZE = 9
MIN_ATTESTORS = 1
ATTESTOR_BOND = LAMPORTS_PER_SOL
ACTIVATION_DEPOSIT = LAMPORTS_PER_SOL // 100
SEED_LENGTH = 32
SEED_ADDRESS = Pubkey(sha256(b"ionet:localnet:genesis-seed").digest())
"""Account of the genesis that holds its seed, by which chains that are set up alike differ."""

Signed: TypeAlias = tuple[Instruction, tuple[Actor, ...]]
"""An instruction, and who signs its transaction, the payer first."""


class SetupOptions(TypedDict, total=False):
    """The fields of ``Setup`` that have a default, as keyword arguments."""

    attestors: int | Sequence[str]
    sol: int
    usdc: int
    io: int
    fee_bps: int
    min_rates: Mapping[int, int]
    unix_time: int
    seed: bytes | None


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that a new market is started with.

    Attributes:
        actors: Names of the actors to fund; the same name has the same key in every run.
        attestors: Names of attestors, or how many, called ``attestor-1`` and so on.
        sol: Lamports of each actor and attestor.
        usdc: Base units of USDC of each actor.
        io: Base units of $IO of each actor.
        fee_bps: Fee of jobs, in basis points.
        min_rates: Minimum USDC base units per hour, by GPU class; 0 where none is given.
        unix_time: Unix second at which epoch 0 begins; the chain starts ``LEAD`` before it.
        seed: 32 bytes of which the genesis hash is made, too; without them markets that are set up
            alike are the same chain.
    """

    actors: Sequence[str] = ()
    attestors: int | Sequence[str] = 1
    sol: int = 100 * LAMPORTS_PER_SOL
    usdc: int = 1_000_000 * 10**6
    io: int = 100_000 * 10**8
    fee_bps: int = 250
    min_rates: Mapping[int, int] = field(default_factory=dict[int, int])
    unix_time: int = DEFAULT_UNIX_TIME
    seed: bytes | None = None

    @classmethod
    def seeded(cls, actors: Sequence[str], **options: Unpack[SetupOptions]) -> Self:
        """Return a setup with a random seed if none is given: its chain is like no other.

        For chains that outlive a process: what is kept of one (vouchers, an attestor's journal)
        must not pass for another's.
        """
        options.setdefault("seed", secrets.token_bytes(SEED_LENGTH))
        return cls(actors, **options)

    def names_of_attestors(self) -> tuple[str, ...]:
        """Return their names, in the order in which they join."""
        if isinstance(self.attestors, int):
            return tuple(attestor_name(number) for number in range(1, self.attestors + 1))
        return tuple(self.attestors)

    def new_vm(self, programs: Sequence[Program] | None) -> Vm:
        """Start the chain, on the shipped programs if none are given.

        Raises:
            GenesisError: a name is empty, used twice or reserved, a build is missing or bad, or the
                seed is not 32 bytes.
        """
        return Vm(self.genesis(builds_or_shipped(programs)))

    def genesis(self, programs: Sequence[Program]) -> Genesis:
        """Return where the chain starts; raises as ``new_vm``."""
        attestors = self.names_of_attestors()
        check_names((*self.actors, *attestors))
        traders = [Actor.named(name).pubkey for name in self.actors]
        funded = [actor.pubkey for actor in (GOVERNANCE, GUARDIAN, EPOCH_KEEPER)]
        funded += [*traders, *(Actor.named(name).pubkey for name in attestors)]
        # The treasury's token accounts exist from the start, so that fees can be swept.
        holders = [(TREASURY.pubkey, 0)]
        accounts = (
            (FAUCET.pubkey, _wallet(FAUCET_LAMPORTS)),
            *((address, _wallet(self.sol)) for address in funded),
            *mint_with_holders(USDC, [*holders, *((trader, self.usdc) for trader in traders)]),
            *mint_with_holders(IO, [*holders, *((trader, self.io) for trader in traders)]),
            *_seed_accounts(self.seed),
        )
        return Genesis(tuple(programs), accounts, self.unix_time - LEAD)

    def steps(self, programs: Programs, genesis_hash: Hash) -> Iterator[Signed]:
        """Yield what initialises the programs; to be done before epoch 0.

        Args:
            programs: Where they are.
            genesis_hash: Identifies the chain.
        """
        yield from _initialise_escrow(
            programs.escrow, genesis_hash, fee_bps=self.fee_bps, min_rates=self.min_rates
        )
        yield _initialise_verification(programs.verification, genesis=self.unix_time)


def attestor_name(number: int) -> str:
    """Return the name of an attestor that is only counted, from 1."""
    return f"attestor-{number}"


def counted_attestors(
    get_account: Callable[[Pubkey], Account | None], program: Pubkey
) -> tuple[str, ...]:
    """Return the names of those that were only counted, as far as they are attestors now."""

    def is_there(name: str) -> bool:
        return (
            get_account(find_attestor(Actor.named(name).pubkey, program_id=program)[0]) is not None
        )

    return tuple(takewhile(is_there, map(attestor_name, count(1))))


def check_names(names: Sequence[str]) -> None:
    """Refuse names that cannot be those of actors.

    Raises:
        GenesisError: one is empty, used twice or reserved.
    """
    reserved = {actor.name for actor in STAFF}
    for name in names:
        if name in reserved or names.count(name) > 1 or not name:
            raise GenesisError(f"actor {name!r}: names must be new, unique and not empty")


def join_attestor(program: Pubkey, actor: Actor) -> Signed:
    """Return what gives an actor a seat in the verification program, and takes the bond."""
    step = verification.join_attestor(
        payer=actor.pubkey, authority=actor.pubkey, program_id=program
    )
    return step, (actor,)


def _initialise_escrow(
    program: Pubkey, genesis_hash: Hash, *, fee_bps: int, min_rates: Mapping[int, int]
) -> Iterator[Signed]:
    config = escrow.initialize_config(
        payer=FAUCET.pubkey,
        genesis_authority=GENESIS_AUTHORITY.pubkey,
        authority=GOVERNANCE.pubkey,
        guardian=GUARDIAN.pubkey,
        treasury=TREASURY.pubkey,
        genesis_hash=Pubkey(bytes(genesis_hash)),
        fee_bps=fee_bps,
        program_id=program,
    )
    yield config, (FAUCET, GENESIS_AUTHORITY)
    usdc_rates = tuple(min_rates.get(gpu, 0) for gpu in range(CLASS_SLOTS))
    for mint, slot, rates in (
        (USDC, Usdc.mint_slot, usdc_rates),
        (IO, Io.mint_slot, (0,) * CLASS_SLOTS),
    ):
        accept = escrow.set_mint(
            authority=GOVERNANCE.pubkey,
            mint=mint.address,
            slot=slot,
            is_accepted=True,
            min_rates=rates,
            program_id=program,
        )
        yield accept, (FAUCET, GOVERNANCE)


def _initialise_verification(program: Pubkey, *, genesis: int) -> Signed:
    config = verification.initialize_config(
        payer=FAUCET.pubkey,
        genesis_authority=GENESIS_AUTHORITY.pubkey,
        authority=GOVERNANCE.pubkey,
        guardian=GUARDIAN.pubkey,
        genesis=genesis,
        committee_size=COMMITTEE_SIZE,
        min_attestors=MIN_ATTESTORS,
        attestor_bond=ATTESTOR_BOND,
        activation_deposit=ACTIVATION_DEPOSIT,
        program_id=program,
    )
    return config, (FAUCET, GENESIS_AUTHORITY)


def _seed_accounts(seed: bytes | None) -> tuple[tuple[Pubkey, Account], ...]:
    """Return what holds the seed, which the runtime and a ledger's header keep as any account."""
    if seed is None:
        return ()
    if len(seed) != SEED_LENGTH:
        raise GenesisError(f"seed of {len(seed)} bytes: must be {SEED_LENGTH}")
    return ((SEED_ADDRESS, Account(LAMPORTS_PER_SOL, seed, SYSTEM_PROGRAM)),)


def _wallet(lamports: int) -> Account:
    return Account(lamports, b"", SYSTEM_PROGRAM)
