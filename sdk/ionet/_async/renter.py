"""The client's side: find offers, open jobs and clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from solders.pubkey import Pubkey

from ionet._async.cluster_openings import fill_cluster
from ionet._async.clusters import AsyncClusterHandle
from ionet._async.jobs import AsyncJobHandle
from ionet._async.market import AsyncMarket
from ionet._async.network import AsyncNetwork
from ionet.amounts import Amount
from ionet.devices import DeviceState
from ionet.errors import QuoteError
from ionet.job_requests import JobRequest
from ionet.jobs import cluster_id_of, job_id_of
from ionet.offers import OfferView, Quote, quote
from ionet.openings import ACCEPT_WITHIN, Opening, RequestTerms
from ionet.programs.escrow.accounts import Job
from ionet.programs.escrow.constants import MAX_CLUSTER_SIZE, MIN_CLUSTER_SIZE
from ionet.programs.escrow.enums import GpuClass, JobKind
from ionet.programs.escrow.errors import AlreadyInUse
from ionet.programs.escrow.pdas import find_cluster, find_job
from ionet.programs.verification.enums import SupplySource
from ionet.results import Landed, Settlement


class AsyncRenter:
    """What a client of the market does; each method is one step, and reads what it needs."""

    def __init__(self, network: AsyncNetwork) -> None:
        self._network = network
        self._market = AsyncMarket(network)

    def iter_offers(
        self,
        *,
        kind: JobKind | None = None,
        gpu: GpuClass | str | None = None,
        state: DeviceState | str | None = None,
        source: SupplySource | str | None = None,
        mint: Pubkey | None = None,
        max_rate: Amount | int | None = None,
        is_free: bool = True,
        is_eligible: bool = False,
    ) -> AsyncIterator[OfferView]:
        """Iterate over the offers that match, by address; see ``market.iter_offers``.

        A job opened for a device that is not eligible cannot be accepted until it is.
        """
        return self._market.iter_offers(
            kind=kind,
            gpu=gpu,
            state=state,
            source=source,
            mint=mint,
            max_rate=max_rate,
            is_free=is_free,
            is_eligible=is_eligible,
        )

    async def fetch_offer(self, address: Pubkey) -> OfferView:
        """Return one offer with its device and the fee that a job opened now would carry."""
        return await self._network.fetch_offer_view(address)

    def quote(
        self,
        offer: OfferView,
        duration: int,
        *,
        kind: JobKind = JobKind.RENTAL,
        deposit: Amount | int | None = None,
    ) -> Quote:
        """Compute what a job would cost; see ``ionet.offers.quote``."""
        return quote(offer, duration, kind=kind, deposit=deposit)

    async def open_job(
        self,
        offer: OfferView,
        duration: int,
        *,
        kind: JobKind = JobKind.RENTAL,
        deposit: Amount | int | None = None,
        max_deposit: Amount | int | None = None,
        idempotency_key: str | None = None,
        valid_until: int | None = None,
        accept_within: int = ACCEPT_WITHIN,
        valid_for: int | None = None,
        review_window: int | None = None,
        tip: int = 0,
    ) -> AsyncJobHandle:
        """Pay a deposit into a new job for an offer.

        A key alone protects from paying twice until its job is closed: from then on it opens a new
        one. With ``valid_until``, stored together with the key before the first call, it protects
        for ever: no job is closed before that second, and none opened from then on.

        Args:
            offer: As read; if it or the fee has changed since, nothing is paid.
            duration: Seconds from start to scheduled end.
            kind: What is paid for.
            deposit: For metered jobs and deliverables, the most that can be earned.
            max_deposit: Refuse to pay in more than this.
            idempotency_key: With the same key the same wallet gets the job that exists, at the rate
                it was opened at, instead of paying again: after a lost answer, repeat the call.
            valid_until: Unix second from which this key opens nothing any more, and the job may be
                closed; at most 24 h ahead.
            accept_within: Seconds for the provider to accept, at most 900.
            valid_for: Without ``valid_until``, seconds after which the job may be closed; by
                default 10 min less than the 24 h allowed.
            review_window: Seconds to examine a deliverable's result; by default 24 h.
            tip: Lamports for whoever expires the request; else returned at closing.

        Raises:
            QuoteError: the offer does not take such a job, or the price is above ``max_deposit``.
            IdempotencyError: the key has opened a job with other terms.
            OpeningExpiredError: ``valid_until`` has come and there is no job: it was opened and
                closed, or never opened.
            ProgramError: the program refused; ``RateChanged`` and ``TermsChanged`` mean: read the
                offer again.
        """
        network = self._network
        _check_key(idempotency_key, valid_until)
        terms = RequestTerms(accept_within, valid_for, valid_until, review_window, tip)
        units = None
        if deposit is not None:
            units = await network.units_of(deposit, "deposit", offer.mint)
        asked = JobRequest(offer, duration, kind, units)
        job_id = job_id_of(idempotency_key)
        address = find_job(network.signer.pubkey(), job_id, program_id=network.programs.escrow)[0]
        if idempotency_key is not None and (job := await network.find_job(address)) is not None:
            return await self._existing_job(address, job, asked, max_deposit)
        priced = asked.quote()
        await network.check_deposit(priced.deposit, max_deposit, offer.mint)
        now = (await network.connection.get_clock()).unix_timestamp
        opening = Opening(job_id, offer, priced, terms, terms.valid_until_at(now, address))
        try:
            landed = await self._land(opening)
        except AlreadyInUse:
            # Another process with the same key was quicker.
            if idempotency_key is None:
                raise
            job = await network.fetch_job(address)
            return await self._existing_job(address, job, asked, max_deposit)
        return await self.fetch_job(address, landed)

    async def open_cluster(
        self,
        offers: Sequence[OfferView],
        duration: int,
        *,
        max_deposit: Amount | int | None = None,
        idempotency_key: str | None = None,
        valid_until: int | None = None,
        accept_within: int = ACCEPT_WITHIN,
        valid_for: int | None = None,
        tip: int = 0,
    ) -> AsyncClusterHandle:
        """Open rentals that start together with the last accept, or not at all.

        Members are opened in as few transactions as fit. After a failure in between, repeat the
        call with the same key and the same offers: only what is missing is opened.

        Args:
            offers: One for each member, 2 to 64, all in one token.
            duration: Seconds from start to scheduled end, of every member.
            max_deposit: Refuse to pay in more than this, all members together.
            idempotency_key: As for ``open_job``.
            valid_until: As for ``open_job``.
            accept_within: Seconds for all members to be accepted, at most 900.
            valid_for: As for ``open_job``.
            tip: As for ``open_job``, per member.

        Raises:
            QuoteError: an offer does not take such a job, or the price is above ``max_deposit``.
            IdempotencyError: the key has opened a cluster with other members.
            OpeningExpiredError: as for ``open_job``.
        """
        _check_key(idempotency_key, valid_until)
        _check_cluster_offers(offers)
        terms = RequestTerms(accept_within, valid_for, valid_until, None, tip)
        cluster_id = cluster_id_of(idempotency_key)
        requests = [JobRequest(offer, duration) for offer in offers]
        landed = await fill_cluster(self._network, cluster_id, requests, terms, max_deposit)
        client = self._network.signer.pubkey()
        address = find_cluster(client, cluster_id, program_id=self._network.programs.escrow)[0]
        return await self.fetch_cluster(address, landed)

    async def fetch_job(self, address: Pubkey, opened_by: Landed | None = None) -> AsyncJobHandle:
        """Return the handle of a job; ``AccountNotFoundError`` if it does not exist."""
        job = await self._network.fetch_job(address)
        at = await self._network.fetch_job_addresses(address, job)
        opening = None if opened_by is None else Settlement.of_job(job, opened_by)
        return AsyncJobHandle(self._network, job, at, opening)

    async def fetch_cluster(
        self, address: Pubkey, opened_by: Sequence[Landed] = ()
    ) -> AsyncClusterHandle:
        """Return the handle of a cluster; ``AccountNotFoundError`` if it does not exist."""
        cluster = await self._network.fetch_cluster(address)
        members: list[AsyncJobHandle] = []
        for place in range(cluster.size):
            member_id = cluster.id + place
            job = find_job(cluster.client, member_id, program_id=self._network.programs.escrow)[0]
            if await self._network.find_job(job) is not None:
                members.append(await self.fetch_job(job))
        return AsyncClusterHandle(self._network, address, cluster, tuple(members), tuple(opened_by))

    async def iter_jobs(self) -> AsyncIterator[AsyncJobHandle]:
        """Yield the wallet's own jobs that are not closed, by address."""
        client = self._network.signer.pubkey()
        for address, job in await self._network.scan_jobs(client=client):
            at = await self._network.fetch_job_addresses(address, job)
            yield AsyncJobHandle(self._network, job, at)

    async def _land(self, opening: Opening) -> Landed:
        network = self._network
        instruction = opening.build(
            client=network.signer.pubkey(),
            payer=network.payer.pubkey(),
            program_id=network.programs.escrow,
        )
        return await network.land([instruction], [network.signer])

    async def _existing_job(
        self, address: Pubkey, job: Job, asked: JobRequest, max_deposit: Amount | int | None
    ) -> AsyncJobHandle:
        """Return the handle of the job that a key has opened, if it is what is asked for now."""
        paid_in = asked.check_same(address, job)
        await self._network.check_deposit(paid_in, max_deposit, asked.offer.mint)
        return await self.fetch_job(address)


def _check_key(idempotency_key: str | None, valid_until: int | None) -> None:
    if idempotency_key == "":  # as an unset variable gives it, for every job alike
        raise QuoteError("idempotency_key '': must not be empty")
    if valid_until is not None and idempotency_key is None:
        raise QuoteError(f"valid_until {valid_until}: protects nothing without an idempotency_key")


def _check_cluster_offers(offers: Sequence[OfferView]) -> None:
    if not MIN_CLUSTER_SIZE <= len(offers) <= MAX_CLUSTER_SIZE:
        raise QuoteError(
            f"cluster of {len(offers)} offers: must be {MIN_CLUSTER_SIZE} to {MAX_CLUSTER_SIZE}"
        )
    if len({offer.mint for offer in offers}) != 1:
        raise QuoteError(f"cluster of {len(offers)} offers: all must be paid in one token")
    if len({offer.address for offer in offers}) != len(offers):
        raise QuoteError(f"cluster of {len(offers)} offers: each can be taken once")
