"""Runs a scenario on the embedded localnet, through the SDK's synchronous client.

What the report says is read from the chain afterwards: from events, wallets and accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from solders.pubkey import Pubkey

from ionet import Client, IonetError, JobKind, OfferView
from ionet._sync.jobs import JobHandle
from ionet.localnet.actors import EPOCH_KEEPER, TREASURY
from ionet.localnet.demo_checks import check_all, read_wallets
from ionet.localnet.demo_close import close_everything
from ionet.localnet.demo_epochs import follow_epochs
from ionet.localnet.demo_fleet import Fleet
from ionet.localnet.demo_jobs import follow_jobs
from ionet.localnet.demo_record import Recorder
from ionet.localnet.demo_report import DemoReport
from ionet.localnet.genesis import Program
from ionet.localnet.net import Localnet
from ionet.localnet.scenario import DeviceEntry, OfferPlan, Scenario
from ionet.localnet.scenario_jobs import Action, JobPlan, Step
from ionet.localnet.scenario_toml import ScenarioError


def run_demo(
    scenario: Scenario, *, ledger: Path | None = None, programs: Sequence[Program] | None = None
) -> DemoReport:
    """Run a scenario from genesis until every job is closed.

    Args:
        scenario: Who does what when.
        ledger: Where to record every signed transaction.
        programs: Builds to run; by default the shipped ones.

    Raises:
        IonetError: a step was refused; the message names job and step.
        OSError: the ledger cannot be written.
    """
    actors = (scenario.renter, scenario.keeper, *scenario.providers)
    with Localnet.start(
        actors,
        fee_bps=scenario.fee_bps,
        attestors=len(scenario.attestors),
        unix_time=scenario.genesis,
        programs=programs,
        ledger=ledger,
    ) as net:
        return _Run(scenario, net).report()


class _Run:
    def __init__(self, scenario: Scenario, net: Localnet) -> None:
        self._scenario = scenario
        self._net = net
        self._recorder = Recorder(net.vm, net.programs)
        self._fleet = Fleet(scenario, net)
        self._offers: dict[str, list[OfferView]] = {}
        self._provider_of: dict[Pubkey, str] = {}
        self._jobs: dict[str, tuple[JobHandle, ...]] = {}
        self._labels: dict[Pubkey, str] = {}

    def report(self) -> DemoReport:
        """Verify the fleet, run everything, then read what it came to."""
        scenario, net, fleet = self._scenario, self._net, self._fleet
        names = (scenario.renter, *scenario.providers, scenario.keeper, EPOCH_KEEPER.name)
        people = [net.actor(name) for name in (*names, *net.attestors)]
        before = read_wallets(net, (*people, TREASURY))
        self._run()
        name_of = {actor.pubkey: actor.name for actor in people}
        executed = tuple(self._recorder.executed)
        jobs = follow_jobs(
            executed,
            names=name_of,
            labels=self._labels,
            get_account=net.vm.get_account,
            escrow=net.escrow,
            genesis=scenario.genesis,
        )
        checks = check_all(
            net,
            self._recorder,
            fleet,
            jobs,
            before,
            renter=scenario.renter,
            fee_bps=scenario.fee_bps,
        )
        return DemoReport(
            scenario=scenario.name,
            fee_bps=scenario.fee_bps,
            prices=scenario.prices,
            names=name_of,
            labels=self._labels | fleet.labels,
            executed=executed,
            epochs=follow_epochs(executed, fleet.counts),
            after=fleet.count(),
            power=tuple(fleet.power),
            jobs=jobs,
            checks=checks,
        )

    def _run(self) -> None:
        self._net.vm.observers.append(self._recorder)
        try:
            self._fleet.verify()
            self._play()
        finally:
            self._net.vm.observers.remove(self._recorder)

    def _play(self) -> None:
        for offer in self._scenario.offers:
            addresses = self._fleet.addresses[offer.devices.name]
            self._offers[offer.devices.name] = [self._post(offer, device) for device in addresses]
        for entry in self._scenario.timeline():
            self._fleet.go_to(self._scenario.starts_at + entry.step.at)
            if isinstance(entry, DeviceEntry):
                self._fleet.change(entry.plan, entry.step)
            else:
                self._step(entry.plan, entry.step)
        close_everything(self._net, self._client(self._scenario.keeper), self._fleet.go_to)
        self._fleet.rest()

    def _post(self, offer: OfferPlan, device: Pubkey) -> OfferView:
        change = self._client(offer.devices.provider).provider.post_offer(
            device,
            rate=offer.rate,
            mint=self._net.usdc,
            kinds=offer.kinds,
            min=offer.min_duration,
            max=offer.max_duration,
            min_charge=offer.min_charge,
            create_token_account=False,
        )
        self._provider_of[change.offer.address] = offer.devices.provider
        return change.offer

    def _step(self, plan: JobPlan, step: Step) -> None:
        try:
            if step.action is Action.OPEN:
                self._open(plan)
                return
            jobs = self._jobs[plan.name]
            for job in jobs[step.member - 1 : step.member] if step.member else jobs:
                self._act(job, plan, step)
        except IonetError as error:
            where = f'job "{plan.name}": {step.action} at {step.at} s'
            raise ScenarioError(f"{self._scenario.name}: {where}: {error}") from error

    def _open(self, plan: JobPlan) -> None:
        offers = [offer for name in plan.offers for offer in self._offers[name]]
        renter = self._client(self._scenario.renter).renter
        key = f"{self._scenario.name}/{plan.name}"
        if len(offers) == 1:
            job = renter.open_job(
                offers[0],
                plan.duration,
                kind=plan.kind,
                deposit=plan.deposit or None,
                idempotency_key=key,
                accept_within=plan.accept_within,
                tip=plan.tip,
            )
            self._jobs[plan.name] = (job,)
            self._labels[job.address] = plan.name
            return
        cluster = renter.open_cluster(
            offers,
            plan.duration,
            idempotency_key=key,
            accept_within=plan.accept_within,
            tip=plan.tip,
        )
        self._jobs[plan.name] = cluster.members
        self._labels[cluster.address] = plan.name
        for number, job in enumerate(cluster.members, 1):
            self._labels[job.address] = f"{plan.name} {number}/{len(offers)}"

    def _act(self, job: JobHandle, plan: JobPlan, step: Step) -> None:
        provider = self._client(self._provider_of[job.at.offer]).provider
        match step.action:
            case Action.ACCEPT:
                provider.accept(job)
            case Action.DECLINE:
                provider.decline(job)
            case Action.EXTEND:
                job.extend(step.duration)
            case Action.SETTLE:
                provider.settle(job)
            case Action.PAY:
                provider.redeem(job.sign_voucher(step.cumulative))
            case Action.SUBMIT:
                provider.submit_result(job, sha256(step.result.encode()).digest())
            case Action.END:
                job.end()
            case Action.QUIT:
                provider.quit(job)
            case Action.EXPIRE:
                self._client(self._scenario.keeper).keeper.expire(job)
            case Action.RELEASE if plan.kind is JobKind.METERED:
                # Who a window protects may shorten it: the provider of a metered job.
                provider.release(job)
            case Action.RELEASE:
                job.release()
            case Action.OPEN:
                raise AssertionError("a job is opened once, by its first step")

    def _client(self, name: str) -> Client:
        return self._net.client(name)
