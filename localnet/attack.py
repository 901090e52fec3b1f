"""Carries out an attack on the embedded localnet, with real instructions, against honest attestors.

What the attackers send is not simulated first, so what the programs refuse stands in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from solders.pubkey import Pubkey

from ionet import Client
from ionet.counts import count_chain
from ionet.devices import DeviceState, device_state
from ionet.errors import FaultError, NotSentError
from ionet.localnet.actors import Actor
from ionet.localnet.attack_keys import Forger, build_unsigned_registration, build_wrong_heartbeat
from ionet.localnet.attack_plan import BEHAVIOURS, AttackPlan
from ionet.localnet.attack_report import AttackEpoch, AttackReport, Attempts
from ionet.localnet.behaviours import HONEST
from ionet.localnet.epoch_report import EpochReport
from ionet.localnet.net import Localnet
from ionet.programs.verification.accounts import Attestor, Device
from ionet.programs.verification.constants import EPOCH_SECONDS, REPORT_HISTORY
from ionet.programs.verification.enums import GpuClass, ReportCode
from ionet.programs.verification.pdas import find_attestor, find_device
from ionet.signers import Signer

DONE: Final = "done"
_HOST, _ATTACKER = "host", "attacker"
_UNITS = 200_000
"""Compute limit of what is sent without a simulation: many times what it needs."""
_TRIES_OF: Final = {
    "copier": "attestor copies a commitment",
    "equivocator": "attestor commits to two reports, reveals the second",
    "silent": "attestor stays silent",
    "late": "attestor reveals too late",
    "always_pass": "attestor passes every device",
    "always_fail": "attestor fails every device",
}


def run_attack(
    plan: AttackPlan, *, at: int | None = None, ledger: Path | None = None
) -> AttackReport:
    """Run a plan from its first registration to the end of its last epoch.

    Args:
        plan: The plan.
        at: Unix second of the final count; by default the end.
        ledger: Where to record every signed transaction.
    """
    names = [_HOST, _ATTACKER]
    with Localnet.start(
        names, attestors=plan.attestors, unix_time=plan.starts_at, ledger=ledger
    ) as net:
        attack = _Attack(net, plan)
        begun = attack.attacker_lamports()
        attack.register()
        attack.spoof()
        net.run_epochs(probe=attack.see)  # epoch 0: nobody has duties yet
        epochs = [attack.run_epoch(dishonest) for dishonest in plan.epochs]
        counts = count_chain(net.connection, at, program_id=net.verification)
        spent = begun - attack.attacker_lamports()
        return AttackReport(plan.name, attack.attempts.all(), tuple(epochs), counts, spent)


class _Attack:
    """Everybody in it: an honest host with real devices, and an attacker."""

    def __init__(self, net: Localnet, plan: AttackPlan) -> None:
        self._net = net
        self._plan = plan
        self._host = self._client(_HOST)
        self._attacker = self._client(_ATTACKER)
        self._real: list[Actor] = []
        self._flood: list[Pubkey] = []
        self._shown: list[Pubkey] = []
        self.attempts = Attempts()

    def register(self) -> None:
        """Let the host's devices in, then the flood, then one GPU under many keys."""
        for number in range(self._plan.real):
            key = self._key("real", number)
            change = self._host.provider.register_device(
                key.keypair, gpu=GpuClass.H100, vram_gib=80, fingerprint=bytes(key.pubkey)
            )
            self._host.provider.activate_device(change.address)
            self._real.append(key)
        self._flood = self._register_fakes(
            "flood", self._plan.flood, "register a device without a GPU"
        )
        self._shown = self._register_fakes(
            "shown", self._plan.shown_as, f"register one GPU under {self._plan.shown_as} keys"
        )
        activate = self._attacker.provider.activate_device
        for address in self._flood[: self._plan.flood_active]:
            self._try("activate a device without a GPU", partial(activate, address))
        for address in self._shown:
            self._try(
                f"activate one GPU under {self._plan.shown_as} keys", partial(activate, address)
            )

    def spoof(self) -> None:
        """Try to use keys that the attacker does not have, and one of his own twice."""
        attacker, program = self._net.actor(_ATTACKER).keypair, self._net.verification
        send = self._attacker.sender.execute
        for number, key in enumerate(self._real[: self._plan.spoofed]):
            foreign = Actor.named(f"{self._plan.name} foreign {number}").pubkey
            unsigned = build_unsigned_registration(attacker.pubkey(), foreign, program)
            heartbeat = build_wrong_heartbeat(attacker.pubkey(), key.pubkey, program)
            own = self._key("flood", number).keypair
            for what, attempt in (
                (
                    "register a key of another host, without its signature",
                    partial(send, [unsigned]),
                ),
                (
                    "register such a key with a forged signature",
                    self._registration(Forger(foreign, attacker)),
                ),
                ("register one key twice", self._registration(own)),
                ("send another's heartbeat", partial(send, [heartbeat], [attacker])),
            ):
                self._try(what, attempt)

    def run_epoch(self, dishonest: Sequence[str]) -> AttackEpoch:
        """Run one epoch in which the last attestors behave like this."""
        everybody = list(self._net.attestors.values())
        named = ["honest"] * (len(everybody) - len(dishonest)) + list(dishonest)
        for attestor, name in zip(everybody, named, strict=True):
            attestor.behaviour = BEHAVIOURS.get(name, HONEST)
        (report,) = self._net.run_epochs(probe=self.see)
        by_actor = dict(zip(self._net.attestors, named, strict=True))
        self._note_attestors(report, by_actor)
        total = count_chain(self._net.connection, program_id=self._net.verification).total
        return AttackEpoch(
            report.number,
            tuple(dishonest),
            report.committee_size,
            report.revealed,
            report.missed,
            total,
            self._count_fakes(),
        )

    def see(self, address: Pubkey, device: Device) -> ReportCode:
        """Return what an honest attestor sees of a device.

        All answer one challenge at once, so one GPU serves one of its keys: the next in each epoch.
        """
        if address in self._shown:
            epoch = (self._net.vm.now().unix_timestamp - device.genesis) // EPOCH_SECONDS
            is_served = self._shown.index(address) == epoch % len(self._shown)
            return ReportCode.DEPLOYABLE if is_served else ReportCode.LATE
        is_real = device.owner == self._host.pubkey
        return ReportCode.DEPLOYABLE if is_real else ReportCode.NO_ANSWER

    def attacker_lamports(self) -> int:
        """Return what the attacker has."""
        account = self._net.vm.get_account(self._attacker.pubkey)
        return 0 if account is None else account.lamports

    def _register_fakes(self, kind: str, count: int, what: str) -> list[Pubkey]:
        keys = [self._key(kind, number) for number in range(count)]
        for key in keys:
            self._try(what, self._registration(key.keypair))
        return [self._address(key) for key in keys]

    def _key(self, kind: str, number: int) -> Actor:
        return Actor.named(f"{self._plan.name} {kind} {number}")

    def _address(self, key: Actor) -> Pubkey:
        return find_device(key.pubkey, program_id=self._net.verification)[0]

    def _registration(self, key: Signer) -> Callable[[], object]:
        """Return what registers a device with this key for the attacker."""
        return partial(
            self._attacker.provider.register_device,
            key,
            gpu=GpuClass.B200,
            vram_gib=192,
            processors=8,
            fingerprint=sha256(bytes(key.pubkey())).digest(),
        )

    def _try(self, what: str, attempt: Callable[[], object]) -> None:
        try:
            attempt()
        except NotSentError as error:
            self.attempts.note(what, error.fault.kind if error.fault else type(error).__name__)
        except FaultError as error:
            self.attempts.note(what, type(error).__name__)
        else:
            self.attempts.note(what, DONE)

    def _note_attestors(self, report: EpochReport, by_actor: Mapping[str, str]) -> None:
        """Note what dishonest attestors tried in an epoch, and what they were told."""
        is_outvoted = not self._count_fakes() and all(
            self._is_verified(self._address(key)) for key in self._real
        )
        for actor, name in by_actor.items():
            if name not in _TRIES_OF:
                continue
            refused = [refusal.error for refusal in report.refusals if refusal.attestor == actor]
            answers = [type(error).__name__ for error in refused]
            if self._has_missed(actor, report.number):
                answers.append("MissRecorded")
            self.attempts.note(
                _TRIES_OF[name], *(answers or ["outvoted" if is_outvoted else "believed"])
            )

    def _has_missed(self, actor: str, epoch: int) -> bool:
        """Tell whether it is recorded that an attestor owed a report in an epoch."""
        program_id = self._net.verification
        address = find_attestor(self._net.actor(actor).pubkey, program_id=program_id)[0]
        account = self._net.vm.get_account(address)
        if account is None:
            return False
        attestor = Attestor.decode(address, account, program_id=program_id)
        at = epoch % REPORT_HISTORY
        return attestor.epochs[at] == epoch and attestor.missed[at] > 0

    def _count_fakes(self) -> int:
        """Return how many devices count as verified or better that are no GPU of their own."""
        flood = sum(self._is_verified(address) for address in self._flood)
        shown = sum(self._is_verified(address) for address in self._shown)
        return flood + max(shown - 1, 0)

    def _is_verified(self, address: Pubkey) -> bool:
        account = self._net.vm.get_account(address)
        if account is None:
            return False
        device = Device.decode(address, account, program_id=self._net.verification)
        state = device_state(device, self._net.vm.now().unix_timestamp)
        return state in (DeviceState.VERIFIED, DeviceState.CLUSTER_READY)

    def _client(self, name: str) -> Client:
        net = self._net
        signer = net.actor(name).keypair
        return Client(net.connection, signer, programs=net.programs, unit_limit=_UNITS)
