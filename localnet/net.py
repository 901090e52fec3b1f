"""One call from nothing to a market: programs, mints, configs, attestors and funded actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from solders.instruction import Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from ionet import Client
from ionet.connection import TransactionOutcome
from ionet.deployment import Programs
from ionet.localnet.actors import FAUCET, STAFF, Actor
from ionet.localnet.assets import IO, USDC, LocalMint
from ionet.localnet.attestation import Attestation
from ionet.localnet.behaviours import HONEST, AttestorActor, Behaviour, Probe
from ionet.localnet.connection import AsyncEmbeddedConnection, EmbeddedConnection
from ionet.localnet.epoch_report import EpochReport
from ionet.localnet.errors import LocalnetError
from ionet.localnet.genesis import DEFAULT_UNIX_TIME, Program
from ionet.localnet.ledger import recording
from ionet.localnet.ledger_file import LedgerFile
from ionet.localnet.programs import address_of, builds_or_shipped
from ionet.localnet.setup import (
    LAMPORTS_PER_SOL,
    Setup,
    SetupOptions,
    counted_attestors,
    join_attestor,
)
from ionet.localnet.vm import Vm
from ionet.tokens import build_create_associated_token_account


class Localnet:
    """A running embedded localnet; a context manager that finishes the ledger.

    Attributes:
        vm: The chain.
        connection: The chain as the SDK sees it.
        async_connection: The same for asynchronous code.
        escrow: Address of the escrow program.
        verification: Address of the verification program.
        programs: Both addresses, as a ``Client`` takes them.
        usdc: Address of the USDC-like mint (6 decimals).
        io: Address of the test $IO mint (8 decimals).
        attestors: Those that ``run_epochs`` acts for, by name, in the order in which they joined.
        probe: What attestors see of a device if nothing else is said; see ``Attestation.probe``.
    """

    def __init__(self, vm: Vm, actors: Sequence[str] = (), attestors: Sequence[str] = ()) -> None:
        self.vm = vm
        self.connection = EmbeddedConnection(vm)
        self.async_connection = AsyncEmbeddedConnection(vm)
        self.escrow = address_of(vm.genesis.programs, "escrow")
        self.verification = address_of(vm.genesis.programs, "verification")
        self.programs = Programs(self.escrow, self.verification)
        self.usdc = USDC.address
        self.io = IO.address
        self._attestation = Attestation(vm, self.programs)
        self.attestors, self.probe = self._attestation.attestors, self._attestation.probe
        self.attestors.update((name, AttestorActor(Actor.named(name))) for name in attestors)
        people = [Actor.named(name) for name in (*actors, *attestors)]
        self._actors = {actor.name: actor for actor in (*people, *STAFF)}
        self._resources = ExitStack()

    @classmethod
    def start(
        cls,
        actors: Sequence[str] = (),
        *,
        attestors: int | Sequence[str] = 1,
        sol: int = 100 * LAMPORTS_PER_SOL,
        usdc: int = 1_000_000 * 10**6,
        io: int = 100_000 * 10**8,
        fee_bps: int = 250,
        min_rates: Mapping[int, int] | None = None,
        unix_time: int = DEFAULT_UNIX_TIME,
        programs: Sequence[Program] | None = None,
        ledger: Path | None = None,
    ) -> Self:
        """Start a localnet whose configs are initialised by real signed transactions.

        It stands at the beginning of epoch 0, in which the attestors have joined: their duties
        begin with epoch 1.

        Args:
            actors: Names of the actors to fund; the same name has the same key in every run.
            attestors: Names of attestors, or how many, called ``attestor-1`` and so on.
            sol: Lamports of each actor and attestor.
            usdc: Base units of USDC of each actor.
            io: Base units of $IO of each actor.
            fee_bps: Fee of jobs, in basis points.
            min_rates: Minimum USDC base units per hour, by GPU class; 0 where none is given.
            unix_time: Unix second at which epoch 0 begins.
            programs: Builds to run; by default the shipped ones. There must be one named
                ``escrow`` and one named ``verification``.
            ledger: Where to record; the file is complete once the localnet is closed.

        Raises:
            GenesisError: a name is used twice or reserved, or a build is missing or bad.
        """
        setup = Setup(actors, attestors, sol, usdc, io, fee_bps, min_rates or {}, unix_time)
        net = cls(setup.new_vm(programs), setup.actors, setup.names_of_attestors())
        with ExitStack() as opened:
            if ledger is not None:
                opened.enter_context(recording(net.vm, ledger))
            net._set_up(setup)
            net._resources = opened.pop_all()
        return net

    @classmethod
    def create(
        cls,
        path: Path,
        actors: Sequence[str] = (),
        *,
        programs: Sequence[Program] | None = None,
        **options: Unpack[SetupOptions],
    ) -> Self:
        """Start a localnet that lives in a file, from which ``open`` takes it up again.

        Args:
            path: The file, a ledger which grows with each transaction; it must not exist.
            actors: As for ``start``, like all that follows.
            programs: Builds to run; by default the shipped ones.
            **options: Fields of ``Setup``; of ``seed`` the default is a random one.

        Raises:
            GenesisError: as for ``start``, or a seed is not 32 bytes.
            LocalnetError: there is a file already.
            OSError: the file cannot be written.
        """
        setup = Setup.seeded(actors, **options)
        net = cls(setup.new_vm(programs), setup.actors, setup.names_of_attestors())
        file = LedgerFile.create(net.vm, path)
        with ExitStack() as opened:
            opened.callback(file.close)
            net._set_up(setup)
            file.publish(path)
            net._resources = opened.pop_all()
        return net

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        attestors: Sequence[str] | None = None,
        programs: Sequence[Program] | None = None,
    ) -> Self:
        """Take up a localnet where its file ends, by executing all of it again.

        Args:
            path: A file that ``create`` made, or any ledger of a localnet.
            attestors: Names of those to act for; by default ``attestor-1`` and so on, as far as
                they have joined.
            programs: Builds to run; by default the shipped ones. They must be the recorded ones.

        Raises:
            LocalnetError: another localnet has the file open.
            LedgerError: it is damaged, or is of other programs or of another runtime.
            OSError: the file cannot be read or written.
        """
        file = LedgerFile.resume(path, builds_or_shipped(programs))
        with ExitStack() as opened:
            opened.callback(file.close)
            net = cls(file.vm)
            if attestors is None:
                attestors = counted_attestors(net.vm.get_account, net.verification)
            net.attestors.update((name, AttestorActor(net.actor(name))) for name in attestors)
            net._resources = opened.pop_all()
        return net

    def actor(self, name: str) -> Actor:
        """Return a funded actor by name.

        Raises:
            LocalnetError: nobody has that name.
        """
        actor = self._actors.get(name, Actor.named(name))
        if name not in self._actors and self.vm.get_account(actor.pubkey) is None:
            known = ", ".join(sorted(self._actors))
            raise LocalnetError(f"actor {name!r}: has no account, and is none of {known}")
        return actor

    def client(self, name: str) -> Client:
        """Return the SDK as the actor of this name uses it, on this localnet's programs.

        Raises:
            LocalnetError: nobody has that name.
        """
        return Client(self.connection, self.actor(name).keypair, programs=self.programs)

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

    def run_epochs(self, count: int = 1, *, probe: Probe | None = None) -> tuple[EpochReport, ...]:
        """Run epochs: open, seed, commit, reveal, tally; the clock ends at the start of the next.

        The first is run from where the clock stands: what is too late is left out, and its report
        says so. A device that becomes active in one epoch is reported on in the next, and
        cluster-ready in the one after: two epochs later.

        Args:
            count: How many epochs.
            probe: What attestors see of a device; by default what ``probe`` says.

        Raises:
            LocalnetError: the clock stands before epoch 0.
        """
        return tuple(self._attestation.finish_epoch(probe or self.probe) for _ in range(count))

    def run_until(self, unix_time: int, *, probe: Probe | None = None) -> tuple[EpochReport, ...]:
        """Go to a time, with everybody doing by then what is due; see ``run_epochs``.

        The clock then stands at it, or some blocks later if something was due just before. Later
        calls go on within the same epoch.

        Returns:
            The epochs that ended by then.

        Raises:
            ClockError: the time has passed.
        """
        return self._attestation.run_until(unix_time, probe or self.probe)

    def join_attestor(self, name: str, behaviour: Behaviour = HONEST) -> AttestorActor:
        """Let one more actor take a seat, for whom ``run_epochs`` acts from the next epoch on."""
        attestor = AttestorActor(self.actor(name), behaviour)
        self._join(attestor.actor)
        self.attestors[name] = attestor
        return attestor

    def unplug(self, device: Pubkey) -> None:
        """Let a device, given by its account's address, answer no challenge from now on."""
        self._attestation.unplugged.add(device)

    def plug(self, device: Pubkey) -> None:
        """Let an unplugged device answer again; one that was not is left as it is."""
        self._attestation.unplugged.discard(device)

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

    def _set_up(self, setup: Setup) -> None:
        """Initialise the programs, go to epoch 0 and let the attestors join."""
        for step, signers in setup.steps(self.programs, self.vm.genesis_hash):
            self.execute(step, signers=signers)
        self.vm.warp_to(setup.unix_time)
        for attestor in self.attestors.values():
            self._join(attestor.actor)

    def _join(self, actor: Actor) -> None:
        step, signers = join_attestor(self.verification, actor)
        self.execute(step, signers=signers)
