"""What the escrow costs on-chain: exact figures, equal on every machine and in every run.

Every address is chosen to have the bump 255, so that figures do not depend on the luck of an id:
each bump that has to be passed over costs an opening about 400 CU more (docs/adr/006).
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from itertools import count

from solders.pubkey import Pubkey

from benchmarks.devices import device_of, write_device
from ionet import Client, JobHandle, JobKind, Localnet, OfferView, Usdc, hours, minutes
from ionet.jobs import cluster_id_of, job_id_of
from ionet.localnet.actors import Actor
from ionet.localnet.demo_record import Executed, Recorder
from ionet.programs.escrow.events import JobClosed
from ionet.programs.escrow.pdas import find_cluster, find_job, find_offer, find_vault

_FIRST_BUMP = 255
_RENTAL_LIFE = (
    "open_job",
    "accept_job",
    "settle_job",
    "end_job",
    "release",
    "sweep_fee",
    "close_job",
)


class Market:
    """A client, a provider and a stranger, and every transaction they land."""

    def __init__(self, net: Localnet) -> None:
        self._net = net
        self.client = Client(net.connection, net.actor("client").keypair)
        self.provider = Client(net.connection, net.actor("provider").keypair)
        self.keeper = Client(net.connection, net.actor("keeper").keypair)
        self.recorder = Recorder(net.vm, net.programs)
        self._keys = (f"key-{number}" for number in count())
        self._devices = (Actor.named(f"bench-{number}") for number in count())
        net.vm.observers.append(self.recorder)

    def post_offer(self) -> OfferView:
        """Post an offer for every kind of job."""
        key = next(key for key in self._devices if find_offer(device_of(key))[1] == _FIRST_BUMP)
        return self._post(write_device(self._net, key, "provider"))

    def open(self, offer: OfferView, kind: JobKind = JobKind.RENTAL) -> JobHandle:
        """Open a job of 24 h whose addresses have the first bump."""
        deposit = None if kind is JobKind.RENTAL else Usdc("10")
        return self.client.renter.open_job(
            offer, hours(24), kind=kind, deposit=deposit, idempotency_key=next(self._job_keys())
        )

    def open_cluster(self, offers: list[OfferView]) -> tuple[Pubkey, tuple[JobHandle, ...]]:
        """Open a cluster whose addresses, members' too, have the first bump."""
        cluster = self.client.renter.open_cluster(
            offers, hours(24), idempotency_key=next(self._cluster_keys(len(offers)))
        )
        return cluster.address, cluster.members

    def warp(self, seconds: int) -> None:
        """Let time pass."""
        self._net.vm.warp(seconds)

    def _post(self, device: Pubkey) -> OfferView:
        return self.provider.provider.post_offer(
            device,
            rate=Usdc("2.49"),
            min=hours(1),
            max=hours(48),
            min_charge=minutes(10),
            kinds=tuple(JobKind),
            create_token_account=False,
        ).offer

    def _job_keys(self) -> Iterator[str]:
        return (key for key in self._keys if self._is_first(job_id_of(key)))

    def _cluster_keys(self, size: int) -> Iterator[str]:
        for key in self._keys:
            first = cluster_id_of(key)
            if find_cluster(self.client.pubkey, first)[1] == _FIRST_BUMP and all(
                self._is_first(first + place) for place in range(size)
            ):
                yield key

    def _is_first(self, job_id: int) -> bool:
        job, bump = find_job(self.client.pubkey, job_id)
        return bump == find_vault(job)[1] == _FIRST_BUMP


def measure() -> dict[str, int]:
    """Return every exact figure by name."""
    with Localnet.start(["client", "provider", "keeper"]) as net:
        market = Market(net)
        offer = market.post_offer()
        for live in (_live_rental, _live_metered, _live_deliverable, _lose, _live_cluster):
            live(market, offer)
            _let_close(market)
        units, sizes = _first_of_each(market.recorder.executed)
        rent = max(
            event.rent
            for executed in market.recorder.executed
            for event in executed.events
            if isinstance(event, JobClosed)
        )
    figures = {f"{name}_cu": value for name, value in units.items()}
    figures["rental_life_cu"] = sum(units[name] for name in _RENTAL_LIFE)
    figures["rent_per_job_lamports"] = rent
    figures |= {f"{name}_tx_bytes": value for name, value in sizes.items()}
    return figures | _program_bytes()


def _live_rental(market: Market, offer: OfferView) -> None:
    job = market.open(offer)
    market.provider.provider.accept(job)
    market.warp(hours(10))
    market.keeper.keeper.settle(job)
    job.extend(hours(2))
    market.warp(hours(1))
    job.end()
    market.warp(hours(6))
    market.keeper.keeper.release(job)
    market.keeper.keeper.sweep_fee(job)


def _live_metered(market: Market, offer: OfferView) -> None:
    job = market.open(offer, JobKind.METERED)
    market.provider.provider.accept(job)
    market.provider.provider.redeem(job.sign_voucher(Usdc("3")))
    job.end()
    market.provider.provider.release(job)
    market.keeper.keeper.refund(job)
    market.keeper.keeper.sweep_fee(job)


def _live_deliverable(market: Market, offer: OfferView) -> None:
    job = market.open(offer, JobKind.DELIVERABLE)
    market.provider.provider.accept(job)
    market.provider.provider.submit_result(job, sha256(b"result").digest())
    job.release()
    market.keeper.keeper.sweep_fee(job)


def _lose(market: Market, offer: OfferView) -> None:
    market.provider.provider.decline(market.open(offer))
    quitted = market.open(offer)
    market.provider.provider.accept(quitted)
    market.warp(hours(1))
    market.provider.provider.quit(quitted)
    unanswered = market.open(offer)
    market.warp(minutes(15))
    market.keeper.keeper.expire(unanswered)


def _live_cluster(market: Market, offer: OfferView) -> None:
    _, members = market.open_cluster([offer, market.post_offer()])
    for job in members:
        market.provider.provider.accept(job)
    for job in members:
        job.end()


def _let_close(market: Market) -> None:
    market.warp(hours(48))
    report = market.keeper.keeper.crank_all()
    if report.failures:
        raise report.failures[0].error


def _first_of_each(executed: list[Executed]) -> tuple[dict[str, int], dict[str, int]]:
    """Return compute units and bytes of the first transaction with each instruction alone."""
    units: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for transaction in executed:
        if len(transaction.calls) == 1:
            (call,) = transaction.calls
            units.setdefault(call.name, call.units)
            sizes.setdefault(call.name, transaction.size)
    for transaction in executed:  # what only came together with others, as a cluster's opening
        for call in transaction.calls:
            units.setdefault(call.name, call.units)
    return units, sizes


def _program_bytes() -> dict[str, int]:
    folder = files("ionet") / "programs" / "bin"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".so"))
    return {f"{name}_bytes": len((folder / name).read_bytes()) for name in names}
