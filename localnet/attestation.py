"""Epochs of the localnet: everybody acts in each window, and the clock moves on between them.

Attestors and the keeper act through the SDK, as on any network; only what a device answers is made
up, by a probe. Windows: docs/adr/009-devices-and-epochs.md.
"""

from __future__ import annotations

from functools import cached_property

from solders.pubkey import Pubkey

from ionet import Client, IonetError
from ionet._sync.keeper import Keeper
from ionet.deployment import Programs
from ionet.epochs import (
    COMMIT_WINDOW,
    EPOCH_SECONDS,
    OPEN_WINDOW,
    REVEAL_DEADLINE,
    epoch_at,
    starts_at,
)
from ionet.localnet.actors import EPOCH_KEEPER, Actor
from ionet.localnet.behaviours import AttestorActor, Probe, Window
from ionet.localnet.clock import SLOT_HASHES
from ionet.localnet.connection import EmbeddedConnection
from ionet.localnet.epoch_report import EpochReport, Listener, Refusal
from ionet.localnet.errors import LocalnetError
from ionet.localnet.reporting import Hand, Overheard, RepeatableJournal, Task
from ionet.localnet.vm import Vm
from ionet.programs.escrow.accounts import Offer
from ionet.programs.escrow.pdas import find_offer
from ionet.programs.verification.accounts import Config, Device, Epoch
from ionet.programs.verification.constants import EPOCH_ACCOUNTS, SEED_DELAY_SLOTS
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.events import (
    DeviceTallied,
    MissRecorded,
    ReportCommitted,
    ReportRevealed,
)
from ionet.programs.verification.pdas import find_config, find_epoch
from ionet.reports import Duty
from ionet.verification_results import EpochRound

_ENDS = {
    Window.COMMIT: COMMIT_WINDOW,
    Window.REVEAL: REVEAL_DEADLINE,
    Window.TALLY: EPOCH_SECONDS,
}
"""Second of the epoch at which each window ends."""
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

    def run_epoch(self, probe: Probe | None = None) -> EpochReport:
        """Run what is left of the current epoch; the clock then stands at the next one's start.

        Raises:
            LocalnetError: before epoch 0.
            IonetError: the keeper was refused.
        """
        listener = Listener(self.programs)
        observers = (listener, self.overheard)
        self.vm.observers += observers
        try:
            return _EpochRun(self, listener, self.probe if probe is None else probe).report()
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


class _EpochRun:
    """One epoch, from wherever the clock stands in it."""

    def __init__(self, scene: Attestation, listener: Listener, probe: Probe) -> None:
        self._scene = scene
        self._vm = scene.vm
        self._listener = listener
        self._probe = probe
        genesis, now = scene.genesis(), self._vm.now().unix_timestamp
        number = epoch_at(genesis, now)
        if number is None:
            raise LocalnetError(f"epochs: {now} lies before epoch 0, which begins at {genesis}")
        self._number = number
        self._starts_at = starts_at(genesis, number)
        self._refusals: list[Refusal] = []
        self._skipped: list[str] = []
        self._tasks_of: dict[str, tuple[Task, ...]] = {}

    def report(self) -> EpochReport:
        """Run it and tell what happened."""
        epoch = self._seeded()
        if epoch is not None and self._has_reports(epoch):
            self._note("open_report", self._scene.keeper.open_reports())
            for window in Window:
                self._pass(window)
        self._warp_to(EPOCH_SECONDS)
        count = self._listener.count
        return EpochReport(
            self._number,
            0 if epoch is None else epoch.committee_size,
            count(ReportCommitted),
            count(ReportRevealed),
            count(MissRecorded),
            count(DeviceTallied),
            tuple(self._refusals),
            tuple(self._skipped),
        )

    def _seeded(self) -> Epoch | None:
        """Open and seed the epoch, as far as that is still to be done; None if it is too late."""
        keeper = self._scene.keeper
        epoch = self._find_epoch()
        if epoch is None:
            if self._is_over(OPEN_WINDOW, "open_epoch"):
                return None
            keeper.open_epoch()
            epoch = self._fetch_epoch()
        if epoch.seed_slot:
            return epoch
        if self._vm.now().slot > epoch.slot + SEED_DELAY_SLOTS + SLOT_HASHES:
            if self._is_over(OPEN_WINDOW, "rearm_epoch"):
                return None
            keeper.rearm_epoch()
            epoch = self._fetch_epoch()
        # The block that gives the seed must be finished.
        due = epoch.slot + SEED_DELAY_SLOTS + 1
        self._vm.advance_slots(max(due - self._vm.now().slot, 0))
        if self._is_over(COMMIT_WINDOW, "seed_epoch"):
            return None
        keeper.seed_epoch()
        return self._fetch_epoch()

    def _has_reports(self, epoch: Epoch) -> bool:
        if epoch.committee_size == 0:
            self._skipped.append(f"reports: drawn from {epoch.seats} seats, too few for committees")
        return bool(epoch.committee_size and epoch.index_count)

    def _pass(self, window: Window) -> None:
        """Let everybody act in a window and go to its end."""
        if self._is_over(_ENDS[window], window.value):
            return
        attestors = self._scene.attestors.values()
        for attestor in sorted(attestors, key=lambda attestor: attestor.behaviour.waits):
            for task in self._tasks(attestor):
                self._act(attestor, window, task)
        if window is Window.TALLY:
            self._note("tally", self._scene.keeper.tally())
            self._note("record_miss", self._scene.keeper.record_misses(self._number))
        self._warp_to(_ENDS[window])

    def _note(self, step: str, round_: EpochRound) -> None:
        self._skipped += [f"{step}: {failure}" for failure in round_.failures]

    def _act(self, attestor: AttestorActor, window: Window, task: Task) -> None:
        try:
            attestor.behaviour.act(window, self._scene.hand_of(attestor), task)
        except IonetError as error:
            self._refusals.append(Refusal(attestor.actor.name, window, task.at.range, error))

    def _tasks(self, attestor: AttestorActor) -> tuple[Task, ...]:
        """Return an attestor's part, with what it saw when it first looked."""
        name = attestor.actor.name
        if name not in self._tasks_of:
            probe = attestor.probe or self._probe
            duties = self._scene.hand_of(attestor).client.attestor.duties(self._number)
            self._tasks_of[name] = tuple(Task(duty.at, _see(duty, probe)) for duty in duties)
        return self._tasks_of[name]

    def _find_epoch(self) -> Epoch | None:
        program = self._scene.programs.verification
        address = find_epoch(self._number % EPOCH_ACCOUNTS, program_id=program)[0]
        account = self._vm.get_account(address)
        if account is None or account.owner != program:
            return None
        epoch = Epoch.decode(address, account, program_id=program)
        return epoch if epoch.number == self._number else None

    def _fetch_epoch(self) -> Epoch:
        epoch = self._find_epoch()
        if epoch is None:
            raise LocalnetError(f"epoch {self._number}: was opened and is not there")
        return epoch

    def _is_over(self, end: int, step: str) -> bool:
        late = self._vm.now().unix_timestamp - self._starts_at - end
        if late >= 0:
            self._skipped.append(f"{step}: {late} s too late")
        return late >= 0

    def _warp_to(self, offset: int) -> None:
        self._vm.warp_to(self._starts_at + offset)


def _see(duty: Duty, probe: Probe) -> tuple[int, ...]:
    """Look at each device of a duty."""
    return duty.codes_of({view.address: probe(view.address, view.account) for view in duty.devices})
