"""The fleet of a scenario on a localnet: registered, verified, and looked at epoch after epoch."""

from __future__ import annotations

from hashlib import sha256

from solders.pubkey import Pubkey

from ionet.counts import Counts, count_devices
from ionet.localnet.actors import Actor
from ionet.localnet.demo_epochs import PowerChange
from ionet.localnet.net import Localnet
from ionet.localnet.scenario import Scenario
from ionet.localnet.scenario_devices import DeviceAction, DevicePlan, DeviceStep
from ionet.localnet.setup import attestor_name
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import EPOCH_SECONDS
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.pdas import find_attestor


class Fleet:
    """Devices, the attestors who look at them, and the clock that both follow.

    Args:
        scenario: Which devices, and how attestors behave.
        net: Where; its clock stands in epoch 0.

    Attributes:
        addresses: Accounts of the devices, by the name of their plan.
        labels: What devices and attestors are called, by the addresses of their accounts.
        counts: The counts right after each finished epoch.
        power: What happened to devices.
        skipped: What could not be done in an epoch, or was refused, and why.
    """

    def __init__(self, scenario: Scenario, net: Localnet) -> None:
        self.addresses: dict[str, list[Pubkey]] = {}
        self.labels: dict[Pubkey, str] = {}
        self.counts: list[Counts] = []
        self.power: list[PowerChange] = []
        self.skipped: list[str] = []
        self._scenario = scenario
        self._net = net
        self._answers: dict[Pubkey, ReportCode] = {}
        for number, behaviour in enumerate(scenario.attestors, 1):
            attestor = net.attestors[attestor_name(number)]
            attestor.behaviour = behaviour
            account, _ = find_attestor(attestor.actor.pubkey, program_id=net.verification)
            self.labels[account] = attestor.actor.name

    def verify(self) -> None:
        """Register all devices, activate each in its epoch, and go to the scenario's start."""
        for plan in self._scenario.devices:
            self.addresses[plan.name] = [self._register(plan, n) for n in range(1, plan.count + 1)]
        for epoch in range(self._scenario.first_epoch):
            for plan in self._scenario.devices:
                if plan.activated_in == epoch:
                    self._activate(plan)
            self.go_to(self._scenario.genesis + (epoch + 1) * EPOCH_SECONDS)

    def go_to(self, unix_time: int) -> None:
        """Go to a time, unless it has passed; attestors and keeper do by then what is due."""
        while (end := self._end_of_epoch()) <= unix_time:
            self._finish_epoch(len(self.counts), max(end, self._now()))
        self._net.run_until(max(unix_time, self._now()), probe=self._probe)

    def rest(self) -> None:
        """Let pass what is left of this epoch and all of the next: then no device reads as hired.

        The attestors looked at the beginning of this epoch, when jobs may still have run.
        """
        self.go_to(self._end_of_epoch() + EPOCH_SECONDS)

    def change(self, plan: DevicePlan, step: DeviceStep) -> None:
        """Let something happen to devices."""
        is_unplugged = step.action is DeviceAction.UNPLUG
        act = self._net.unplug if is_unplugged else self._net.plug
        for number, address in enumerate(self.addresses[plan.name], 1):
            if step.number in (0, number):
                act(address)
                label = plan.label(number)
                change = PowerChange(self._now(), plan.provider, step.action.value, label)
                self.power.append(change)

    def count(self) -> Counts:
        """Count all devices as they are now."""
        program = self._net.verification
        devices = (
            (address, account)
            for address, account in self._net.vm.program_accounts(program)
            if account.data.startswith(Device.DISCRIMINATOR)
        )
        return count_devices(devices, self._now(), program_id=program)

    def _finish_epoch(self, number: int, end: int) -> None:
        reports = self._net.run_until(end, probe=self._probe)
        left_out = [what for report in reports for what in report.skipped]
        left_out += [f"{r.attestor}: {r.error}" for report in reports for r in report.refusals]
        if not reports:
            left_out.append("what was done before its end lasted until after it")
        # Nobody has a duty in epoch 0: seats count from the epoch after joining.
        if number > 0:
            self.skipped += [f"epoch {number}: {what}" for what in left_out]
        self.counts.append(self.count())
        # A stranger can, and does it as the next epoch begins: before that draws its committees.
        self._net.client(self._scenario.keeper).keeper.evict_silent()

    def _register(self, plan: DevicePlan, number: int) -> Pubkey:
        key = Actor.named(f"{self._scenario.name}/{plan.name}/{number}")
        address = (
            self._net.client(plan.provider)
            .provider.register_device(
                key.keypair,
                gpu=plan.gpu,
                vram_gib=plan.vram_gib,
                fingerprint=sha256(f"hardware of {key.name}".encode()).digest(),
                processors=plan.processors,
                source=plan.source,
            )
            .address
        )
        self.labels[address] = plan.label(number)
        self._answers[address] = plan.answers
        return address

    def _activate(self, plan: DevicePlan) -> None:
        provider = self._net.client(plan.provider).provider
        for address in self.addresses[plan.name]:
            provider.activate_device(address)

    def _probe(self, address: Pubkey, device: Device) -> ReportCode:
        """Return what an honest attestor sees: what its plan says while it is in and free."""
        seen = self._net.probe(address, device)
        return self._answers[address] if seen is ReportCode.DEPLOYABLE else seen

    def _end_of_epoch(self) -> int:
        """Return the first second after the oldest epoch that is not counted yet."""
        return self._scenario.genesis + (len(self.counts) + 1) * EPOCH_SECONDS

    def _now(self) -> int:
        return self._net.vm.now().unix_timestamp
