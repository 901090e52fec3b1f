"""One call from nothing to a market: programs, mints, config and funded actors on a fresh chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from solders.account import Account
from solders.instruction import Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from ionet.amounts import Io, Usdc
from ionet.connection import TransactionOutcome
from ionet.localnet.actors import FAUCET, GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, TREASURY, Actor
from ionet.localnet.assets import IO, USDC, LocalMint, mint_with_holders
from ionet.localnet.connection import AsyncEmbeddedConnection, EmbeddedConnection
from ionet.localnet.errors import GenesisError, LocalnetError
from ionet.localnet.genesis import DEFAULT_UNIX_TIME, Genesis, Program
from ionet.localnet.ledger import recording
from ionet.localnet.programs import shipped_programs
from ionet.localnet.vm import Vm
from ionet.programs.escrow import instructions
from ionet.tokens import build_create_associated_token_account

LAMPORTS_PER_SOL = 10**9
FAUCET_LAMPORTS = 10**6 * LAMPORTS_PER_SOL
CLASS_SLOTS = 16
"""GPU classes with a minimum rate, per mint."""
_STAFF = (FAUCET, GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, TREASURY)


class Localnet:
    """A running embedded localnet; a context manager that finishes the ledger.

    Attributes:
        vm: The chain.
        connection: The chain as the SDK sees it.
        escrow: Address of the escrow program.
        usdc: Address of the USDC-like mint (6 decimals).
        io: Address of the test $IO mint (8 decimals).
    """

    def __init__(self, vm: Vm, actors: Sequence[Actor], escrow: Pubkey) -> None:
        self.vm = vm
        self.connection = EmbeddedConnection(vm)
        self.async_connection = AsyncEmbeddedConnection(vm)
        self.escrow = escrow
        self.usdc = USDC.address
        self.io = IO.address
        self._actors = {actor.name: actor for actor in (*actors, *_STAFF)}
        self._resources = ExitStack()

    @classmethod
    def start(
        cls,
        actors: Sequence[str] = (),
        *,
        sol: int = 100 * LAMPORTS_PER_SOL,
        usdc: int = 1_000_000 * 10**6,
        io: int = 100_000 * 10**8,
        fee_bps: int = 250,
        min_rates: Mapping[int, int] | None = None,
        unix_time: int = DEFAULT_UNIX_TIME,
        programs: Sequence[Program] | None = None,
        ledger: Path | None = None,
    ) -> Self:
        """Start a localnet whose config is initialised by real signed transactions.

        Args:
            actors: Names of the actors to fund; the same name has the same key in every run.
            sol: Lamports of each actor.
            usdc: Base units of USDC of each actor.
            io: Base units of $IO of each actor.
            fee_bps: Fee of jobs, in basis points.
            min_rates: Minimum USDC base units per hour, by GPU class; 0 where none is given.
            unix_time: Time of the genesis, in Unix seconds.
            programs: Builds to run; by default the shipped ones. One must be named ``escrow``.
            ledger: Where to record; the file is complete once the localnet is closed.

        Raises:
            GenesisError: a name is used twice or reserved, or a build is missing or bad.
        """
        people = _people(actors)
        builds = shipped_programs() if programs is None else tuple(programs)
        escrow = next((build.address for build in builds if build.name == "escrow"), None)
        if escrow is None:
            raise GenesisError("programs: one must be named escrow")
        accounts = _accounts(people, sol=sol, usdc=usdc, io=io)
        net = cls(Vm(Genesis(builds, accounts, unix_time)), people, escrow)
        if ledger is not None:
            net._resources.enter_context(recording(net.vm, ledger))
        with net._resources.pop_all() as opened:
            net._initialise(fee_bps, min_rates or {})
            net._resources = opened.pop_all()
        return net

    def actor(self, name: str) -> Actor:
        """Return a funded actor by name.

        Raises:
            LocalnetError: nobody has that name.
        """
        try:
            return self._actors[name]
        except KeyError:
            known = ", ".join(sorted(self._actors))
            raise LocalnetError(f"actor {name!r}: is none of {known}") from None

    def execute(self, *steps: Instruction, signers: Sequence[Actor]) -> TransactionOutcome:
        """Sign with the actors, the first paying, and execute.

        Raises:
            LocalnetError: the transaction failed; names the fault and the last line of the log.
            TransactionRefusedError: it did not land.
        """
        blockhash = self.vm.latest_blockhash().blockhash
        message = MessageV0.try_compile(signers[0].pubkey, list(steps), [], blockhash)
        tx = VersionedTransaction(message, [actor.keypair for actor in signers])
        outcome = self.vm.send(tx)
        if outcome.err is not None:
            last = outcome.logs[-1] if outcome.logs else "no log"
            raise LocalnetError(f"transaction {outcome.signature}: {outcome.err} ({last})")
        return outcome

    def airdrop(self, address: Pubkey, lamports: int) -> None:
        """Transfer lamports from the faucet."""
        step = TransferParams(from_pubkey=FAUCET.pubkey, to_pubkey=address, lamports=lamports)
        self.execute(transfer(step), signers=(FAUCET,))

    def mint(self, mint: LocalMint, owner: Pubkey, amount: int) -> None:
        """Mint base units into the owner's associated token account, creating it if need be."""
        create = build_create_associated_token_account(
            payer=FAUCET.pubkey, owner=owner, mint=mint.address
        )
        self.execute(create, mint.mint_to(owner, amount), signers=(FAUCET,))

    def close(self) -> None:
        """Finish the ledger, if one is recorded; idempotent."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._resources.__exit__(kind, error, trace)

    def _initialise(self, fee_bps: int, min_rates: Mapping[int, int]) -> None:
        config = instructions.initialize_config(
            payer=FAUCET.pubkey,
            genesis_authority=GENESIS_AUTHORITY.pubkey,
            authority=GOVERNANCE.pubkey,
            guardian=GUARDIAN.pubkey,
            treasury=TREASURY.pubkey,
            genesis_hash=Pubkey(bytes(self.vm.genesis_hash)),
            fee_bps=fee_bps,
            program_id=self.escrow,
        )
        self.execute(config, signers=(FAUCET, GENESIS_AUTHORITY))
        usdc_rates = tuple(min_rates.get(gpu, 0) for gpu in range(CLASS_SLOTS))
        for mint, slot, rates in (
            (USDC, Usdc.mint_slot, usdc_rates),
            (IO, Io.mint_slot, (0,) * CLASS_SLOTS),
        ):
            accept = instructions.set_mint(
                authority=GOVERNANCE.pubkey,
                mint=mint.address,
                slot=slot,
                is_accepted=True,
                min_rates=rates,
                program_id=self.escrow,
            )
            self.execute(accept, signers=(FAUCET, GOVERNANCE))


def _people(names: Sequence[str]) -> list[Actor]:
    reserved = {actor.name for actor in _STAFF}
    for name in names:
        if name in reserved or names.count(name) > 1 or not name:
            raise GenesisError(f"actor {name!r}: names must be new, unique and not empty")
    return [Actor.named(name) for name in names]


def _accounts(
    people: Sequence[Actor], *, sol: int, usdc: int, io: int
) -> tuple[tuple[Pubkey, Account], ...]:
    wallets = [(FAUCET.pubkey, FAUCET_LAMPORTS)]
    wallets += [(actor.pubkey, sol) for actor in (GOVERNANCE, GUARDIAN, *people)]
    # The treasury's token accounts exist from the start, so that fees can be swept.
    holders = [(TREASURY.pubkey, 0)]
    return (
        *((address, Account(lamports, b"", SYSTEM_PROGRAM)) for address, lamports in wallets),
        *mint_with_holders(USDC, [*holders, *((actor.pubkey, usdc) for actor in people)]),
        *mint_with_holders(IO, [*holders, *((actor.pubkey, io) for actor in people)]),
    )
