"""One epoch of the localnet, run from wherever the clock stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ionet import IonetError
from ionet.localnet.behaviours import AttestorActor, Probe, Window
from ionet.localnet.clock import SLOT_HASHES
from ionet.localnet.epoch_report import EpochReport, Listener, Refusal
from ionet.localnet.errors import LocalnetError
from ionet.localnet.reporting import Task
from ionet.programs.verification.accounts import Epoch
from ionet.programs.verification.constants import (
    COMMIT_WINDOW,
    EPOCH_ACCOUNTS,
    EPOCH_SECONDS,
    OPEN_WINDOW,
    REVEAL_DEADLINE,
    SEED_DELAY_SLOTS,
)
from ionet.programs.verification.events import (
    DeviceTallied,
    MissRecorded,
    ReportCommitted,
    ReportRevealed,
)
from ionet.programs.verification.pdas import find_epoch
from ionet.reports import Duty
from ionet.verification_results import EpochRound

if TYPE_CHECKING:
    from ionet.localnet.attestation import Attestation

_BEGINS = {Window.COMMIT: 0, Window.REVEAL: COMMIT_WINDOW, Window.TALLY: REVEAL_DEADLINE}
_ENDS = {
    Window.COMMIT: COMMIT_WINDOW,
    Window.REVEAL: REVEAL_DEADLINE,
    Window.TALLY: EPOCH_SECONDS,
}
"""Seconds of the epoch between which each window is open."""


class EpochRun:
    """What everybody does in an epoch, and what came of it.

    Args:
        scene: Who acts, on which chain.
        number: The epoch.
        starts_at: Unix second at which it begins.

    Attributes:
        listener: Hears what happens while the run is observed.
    """

    def __init__(self, scene: Attestation, number: int, starts_at: int) -> None:
        self.number = number
        self.starts_at = starts_at
        self.listener = Listener(scene.programs)
        self._scene = scene
        self._vm = scene.vm
        self._epoch: Epoch | None = None
        self._left = list(Window)
        self._refusals: list[Refusal] = []
        self._skipped: list[str] = []
        self._tasks_of: dict[str, tuple[Task, ...]] = {}

    def advance(self, offset: int, probe: Probe) -> None:
        """Do what is to be done before a second of the epoch, going to where each window begins.

        Each step takes a block: the clock may then stand later than the second.

        Raises:
            IonetError: the keeper was refused.
        """
        while self._left and _BEGINS[self._left[0]] < offset:
            window = self._left.pop(0)
            now = self._vm.now().unix_timestamp
            self._vm.warp_to(max(self.starts_at + _BEGINS[window], now))
            if window is Window.COMMIT and not self._prepare():
                self._left.clear()
            elif not self._is_over(_ENDS[window], window.value):
                self._act_all(window, probe)

    def report(self) -> EpochReport:
        """Tell what came of it."""
        count = self.listener.count
        return EpochReport(
            self.number,
            0 if self._epoch is None else self._epoch.committee_size,
            count(ReportCommitted),
            count(ReportRevealed),
            count(MissRecorded),
            count(DeviceTallied),
            tuple(self._refusals),
            tuple(self._skipped),
        )

    def _prepare(self) -> bool:
        """Open and seed the epoch and make its report accounts; tell if there is any to fill."""
        self._epoch = epoch = self._seeded()
        if epoch is None:
            return False
        if epoch.committee_size == 0:
            self._skipped.append(f"reports: drawn from {epoch.seats} seats, too few for committees")
            return False
        if epoch.index_count:
            self._note("open_report", self._scene.keeper.open_reports())
        return epoch.index_count > 0

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

    def _act_all(self, window: Window, probe: Probe) -> None:
        attestors = self._scene.attestors.values()
        for attestor in sorted(attestors, key=lambda attestor: attestor.behaviour.waits):
            for task in self._tasks(attestor, probe):
                self._act(attestor, window, task)
        if window is Window.TALLY:
            self._note("tally", self._scene.keeper.tally())
            self._note("record_miss", self._scene.keeper.record_misses(self.number))

    def _note(self, step: str, round_: EpochRound) -> None:
        self._skipped += [f"{step}: {failure}" for failure in round_.failures]

    def _act(self, attestor: AttestorActor, window: Window, task: Task) -> None:
        try:
            attestor.behaviour.act(window, self._scene.hand_of(attestor), task)
        except IonetError as error:
            self._refusals.append(Refusal(attestor.actor.name, window, task.at.range, error))

    def _tasks(self, attestor: AttestorActor, probe: Probe) -> tuple[Task, ...]:
        """Return an attestor's part, with what it saw when it first looked."""
        name = attestor.actor.name
        if name not in self._tasks_of:
            eyes = attestor.probe or probe
            duties = self._scene.hand_of(attestor).client.attestor.duties(self.number)
            self._tasks_of[name] = tuple(Task(duty.at, _see(duty, eyes)) for duty in duties)
        return self._tasks_of[name]

    def _find_epoch(self) -> Epoch | None:
        program = self._scene.programs.verification
        address = find_epoch(self.number % EPOCH_ACCOUNTS, program_id=program)[0]
        account = self._vm.get_account(address)
        if account is None or account.owner != program:
            return None
        epoch = Epoch.decode(address, account, program_id=program)
        return epoch if epoch.number == self.number else None

    def _fetch_epoch(self) -> Epoch:
        epoch = self._find_epoch()
        if epoch is None:
            raise LocalnetError(f"epoch {self.number}: was opened and is not there")
        return epoch

    def _is_over(self, end: int, step: str) -> bool:
        late = self._vm.now().unix_timestamp - self.starts_at - end
        if late >= 0:
            self._skipped.append(f"{step}: {late} s too late")
        return late >= 0


def _see(duty: Duty, probe: Probe) -> tuple[int, ...]:
    """Look at each device of a duty."""
    return duty.codes_of({view.address: probe(view.address, view.account) for view in duty.devices})
