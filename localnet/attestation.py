"""Epochs of the localnet: everybody acts in each window, and the clock moves on between them.

Attestors and the keeper act through the SDK, as on any network; only what a device answers is made
up, by a probe. Windows: docs/adr/009-devices-and-epochs.md.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property

from solders.pubkey import Pubkey

from ionet import Client
from ionet._sync.keeper import Keeper
from ionet.deployment import Programs
from ionet.epochs import epoch_at, starts_at
from ionet.localnet.actors import EPOCH_KEEPER, Actor
from ionet.localnet.behaviours import AttestorActor, Probe
from ionet.localnet.connection import EmbeddedConnection
from ionet.localnet.epoch_report import EpochReport
from ionet.localnet.epoch_run import EpochRun
from ionet.localnet.errors import ClockError, LocalnetError
from ionet.localnet.reporting import Hand, Overheard, RepeatableJournal
from ionet.localnet.vm import Vm
from ionet.programs.escrow.accounts import Offer
from ionet.programs.escrow.pdas import find_offer
from ionet.programs.verification.accounts import Config, Device
from ionet.programs.verification.constants import EPOCH_SECONDS
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.pdas import find_config

ROGUE_UNITS = 100_000
"""Compute limit of what is sent without asking a simulation: many times what it needs."""


class Attestation:
    """Runs the epochs of one chain.

    Args:
        vm: The chain.
        programs: Its programs.

    Attributes:
        attestors: Who is acted for, by name.
        unplugged: Addresses of devices that answer no challenge.
    """

    def __init__(self, vm: Vm, programs: Programs) -> None:
        self.vm = vm
        self.programs = programs
        self.attestors: dict[str, AttestorActor] = {}
        self.unplugged: set[Pubkey] = set()
        self.overheard = Overheard(programs.verification)
        self._hands: dict[str, Hand] = {}
        self._run: EpochRun | None = None

    def finish_epoch(self, probe: Probe) -> EpochReport:
        """Run what is left of the clock's epoch; the clock then stands at the next one's start."""
        run = self._current_run()
        with self._observed(run):
            run.advance(EPOCH_SECONDS, probe)
        self.vm.warp_to(run.starts_at + EPOCH_SECONDS)
        return run.report()

    def run_until(self, unix_time: int, probe: Probe) -> tuple[EpochReport, ...]:
        """Run what is due up to a time and go there; return the epochs that ended by then.

        Raises:
            ClockError: the time has passed.
        """
        now = self.vm.now().unix_timestamp
        if unix_time < now:
            raise ClockError(f"run until {unix_time}: lies before the clock's {now}")
        ended: list[EpochReport] = []
        while True:
            run = self._current_run()
            if unix_time < run.starts_at + EPOCH_SECONDS:
                with self._observed(run):
                    run.advance(unix_time - run.starts_at, probe)
                self.vm.warp_to(max(unix_time, self.vm.now().unix_timestamp))
                return tuple(ended)
            ended.append(self.finish_epoch(probe))

    def _current_run(self) -> EpochRun:
        """Return the run of the clock's epoch; one that somebody warped out of is forgotten."""
        genesis, now = self.genesis(), self.vm.now().unix_timestamp
        number = epoch_at(genesis, now)
        if number is None:
            raise LocalnetError(f"epochs: {now} lies before epoch 0, which begins at {genesis}")
        if self._run is None or self._run.number != number:
            self._run = EpochRun(self, number, starts_at(genesis, number))
        return self._run

    @contextmanager
    def _observed(self, run: EpochRun) -> Generator[None, None, None]:
        observers = (run.listener, self.overheard)
        self.vm.observers += observers
        try:
            yield
        finally:
            for observer in observers:
                self.vm.observers.remove(observer)

    def probe(self, address: Pubkey, _device: Device) -> ReportCode:
        """Return what an honest attestor sees if nothing else is said.

        An unplugged device does not answer; one that a job holds is hired; else it is deployable.
        """
        if address in self.unplugged:
            return ReportCode.NO_ANSWER
        offer_address = find_offer(address, program_id=self.programs.escrow)[0]
        account = self.vm.get_account(offer_address)
        if account is not None and account.owner == self.programs.escrow:
            offer = Offer.decode(offer_address, account, program_id=self.programs.escrow)
            if offer.live_job != Pubkey.default():
                return ReportCode.HIRED
        return ReportCode.DEPLOYABLE

    @cached_property
    def keeper(self) -> Keeper:
        """The side of the SDK that opens, seeds and tallies."""
        return self._client(EPOCH_KEEPER).keeper

    def hand_of(self, attestor: AttestorActor) -> Hand:
        """Return what an attestor acts with, the same in every epoch."""
        actor = attestor.actor
        if actor.name not in self._hands:
            self._hands[actor.name] = Hand(
                self.vm,
                self._client(actor),
                self._client(actor, unit_limit=ROGUE_UNITS),
                actor,
                self.programs.verification,
                self.overheard,
            )
        return self._hands[actor.name]

    def genesis(self) -> int:
        """Return the Unix second at which epoch 0 begins."""
        address = find_config(program_id=self.programs.verification)[0]
        account = self.vm.get_account(address)
        if account is None:
            raise LocalnetError("epochs: the verification program is not initialised")
        return Config.decode(address, account, program_id=self.programs.verification).genesis

    def _client(self, actor: Actor, *, unit_limit: int | None = None) -> Client:
        return Client(
            EmbeddedConnection(self.vm),
            actor.keypair,
            programs=self.programs,
            unit_limit=unit_limit,
            journal=RepeatableJournal(actor),
        )
