"""The client's side: find offers, open jobs and clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from solders.pubkey import Pubkey

from ionet._async.clusters import AsyncClusterHandle, fill_cluster
from ionet._async.jobs import AsyncJobHandle
from ionet._async.market import AsyncMarket
from ionet.amounts import Amount, base_units_of
from ionet.errors import QuoteError
from ionet.jobs import cluster_id_of, job_id_of
from ionet.offers import OfferFilter, OfferView, Quote, gpu_class_of, quote
from ionet.openings import ACCEPT_WITHIN, VALID_FOR, Opening, RequestTerms
from ionet.programs.escrow.constants import MAX_CLUSTER_SIZE, MIN_CLUSTER_SIZE
from ionet.programs.escrow.enums import GpuClass, JobKind
from ionet.programs.escrow.errors import AlreadyInUse
from ionet.programs.escrow.pdas import find_cluster, find_job
from ionet.results import Landed, Settlement


class AsyncRenter:
    """What a client of the market does; each method is one step, and reads what it needs."""

    def __init__(self, market: AsyncMarket) -> None:
        self._market = market

    async def iter_offers(
        self,
        *,
        kind: JobKind | None = None,
        gpu: GpuClass | str | None = None,
        mint: Pubkey | None = None,
        max_rate: Amount | int | None = None,
        is_free: bool = True,
    ) -> AsyncIterator[OfferView]:
        """Yield the offers that match, by address.

        Args:
            kind: Only offers that take such jobs.
            gpu: Only devices of this class, also by name: ``"H100"``.
            mint: Only offers paid in this token.
            max_rate: Only offers of at most this rate; an ``Amount`` also fixes the token.
            is_free: Leave out devices that a job holds.
        """
        config = await self._market.fetch_config()
        if isinstance(max_rate, Amount):
            mint = self._market.mint_of(config, max_rate, mint)
        wanted = OfferFilter(
            kind=kind,
            gpu=None if gpu is None else gpu_class_of(gpu),
            mint=mint,
            max_rate=None if max_rate is None else base_units_of(max_rate, "max_rate"),
            is_free=is_free,
        )
        for address, offer in await self._market.scan_offers():
            view = OfferView(address, offer, config.fee_bps)
            if wanted.matches(view):
                yield view

    async def fetch_offer(self, address: Pubkey) -> OfferView:
        """Return one offer with the fee that a job opened now would carry."""
        offer = await self._market.fetch_offer(address)
        return OfferView(address, offer, (await self._market.fetch_config()).fee_bps)

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
        accept_within: int = ACCEPT_WITHIN,
        valid_for: int = VALID_FOR,
        review_window: int | None = None,
        tip: int = 0,
    ) -> AsyncJobHandle:
        """Pay a deposit into a new job for an offer.

        Args:
            offer: As read; if it or the fee has changed since, nothing is paid.
            duration: Seconds from start to scheduled end.
            kind: What is paid for.
            deposit: For metered jobs and deliverables, the most that can be earned.
            max_deposit: Refuse to pay in more than this.
            idempotency_key: With the same key the same wallet gets the job that exists, instead of
                paying again: after a lost answer, repeat the call. The job exists until it is
                closed, which is after ``valid_for`` at the earliest.
            accept_within: Seconds for the provider to accept, at most 900.
            valid_for: Seconds after which the job may be closed, at most 24 h.
            review_window: Seconds to examine a deliverable's result; by default 24 h.
            tip: Lamports for whoever expires the request; else returned at closing.

        Raises:
            QuoteError: the offer does not take such a job, or the price is above ``max_deposit``.
            ProgramError: the program refused; ``RateChanged`` and ``TermsChanged`` mean: read the
                offer again.
        """
        priced = quote(offer, duration, kind=kind, deposit=deposit)
        terms = RequestTerms(accept_within, valid_for, review_window, tip)
        await self._check_deposit(offer, priced.deposit, deposit, max_deposit)
        client = self._market.signer.pubkey()
        job_id = job_id_of(idempotency_key)
        address = find_job(client, job_id, program_id=self._market.program_id)[0]
        if idempotency_key is not None and await self._market.find_job(address) is not None:
            return await self.fetch_job(address)
        clock = await self._market.connection.get_clock()
        opening = Opening(job_id, offer, priced, terms, clock.unix_timestamp)
        try:
            landed = await self._land(opening)
        except AlreadyInUse:
            # Another process with the same key was quicker.
            if idempotency_key is None:
                raise
            return await self.fetch_job(address)
        return await self.fetch_job(address, landed)

    async def open_cluster(
        self,
        offers: Sequence[OfferView],
        duration: int,
        *,
        max_deposit: Amount | int | None = None,
        idempotency_key: str | None = None,
        accept_within: int = ACCEPT_WITHIN,
        valid_for: int = VALID_FOR,
        tip: int = 0,
    ) -> AsyncClusterHandle:
        """Open rentals that start together with the last accept, or not at all.

        Members are opened in as few transactions as fit. After a failure in between, repeat the
        call with the same key: only what is missing is opened.

        Args:
            offers: One for each member, 2 to 64, all in one token.
            duration: Seconds from start to scheduled end, of every member.
            max_deposit: Refuse to pay in more than this, all members together.
            idempotency_key: As for ``open_job``.
            accept_within: Seconds for all members to be accepted, at most 900.
            valid_for: As for ``open_job``.
            tip: As for ``open_job``, per member.
        """
        _check_cluster_offers(offers)
        quotes = [quote(offer, duration) for offer in offers]
        terms = RequestTerms(accept_within, valid_for, None, tip)
        total = sum(priced.deposit for priced in quotes)
        await self._check_deposit(offers[0], total, None, max_deposit)
        cluster_id = cluster_id_of(idempotency_key)
        client = self._market.signer.pubkey()
        address = find_cluster(client, cluster_id, program_id=self._market.program_id)[0]
        clock = await self._market.connection.get_clock()
        openings = [
            Opening(
                id=cluster_id + place,
                offer=offer,
                quote=priced,
                terms=terms,
                now=clock.unix_timestamp,
                cluster=address,
                member=place + 1,
            )
            for place, (offer, priced) in enumerate(zip(offers, quotes, strict=True))
        ]
        landed = await fill_cluster(self._market, cluster_id, address, openings)
        return await self.fetch_cluster(address, landed)

    async def fetch_job(self, address: Pubkey, opened_by: Landed | None = None) -> AsyncJobHandle:
        """Return the handle of a job; ``AccountNotFoundError`` if it does not exist."""
        job = await self._market.fetch_job(address)
        at = await self._market.fetch_job_addresses(address, job)
        opening = None if opened_by is None else Settlement.of_job(job, opened_by)
        return AsyncJobHandle(self._market, job, at, opening)

    async def fetch_cluster(
        self, address: Pubkey, opened_by: Sequence[Landed] = ()
    ) -> AsyncClusterHandle:
        """Return the handle of a cluster; ``AccountNotFoundError`` if it does not exist."""
        cluster = await self._market.fetch_cluster(address)
        members: list[AsyncJobHandle] = []
        for place in range(cluster.size):
            member_id = cluster.id + place
            job = find_job(cluster.client, member_id, program_id=self._market.program_id)[0]
            if await self._market.find_job(job) is not None:
                members.append(await self.fetch_job(job))
        return AsyncClusterHandle(self._market, address, cluster, tuple(members), tuple(opened_by))

    async def iter_jobs(self) -> AsyncIterator[AsyncJobHandle]:
        """Yield the wallet's own jobs that are not closed, by address."""
        client = self._market.signer.pubkey()
        for address, job in await self._market.scan_jobs(client=client):
            at = await self._market.fetch_job_addresses(address, job)
            yield AsyncJobHandle(self._market, job, at)

    async def _land(self, opening: Opening) -> Landed:
        market = self._market
        instruction = opening.build(
            client=market.signer.pubkey(),
            payer=market.payer.pubkey(),
            program_id=market.program_id,
        )
        return await market.land([instruction], [market.signer])

    async def _check_deposit(
        self,
        offer: OfferView,
        total: int,
        deposit: Amount | int | None,
        max_deposit: Amount | int | None,
    ) -> None:
        if deposit is not None:
            await self._market.units_of(deposit, "deposit", offer.mint)
        if max_deposit is None:
            return
        if total > await self._market.units_of(max_deposit, "max_deposit", offer.mint):
            raise QuoteError(f"deposit {total} base units: above max_deposit {max_deposit}")


def _check_cluster_offers(offers: Sequence[OfferView]) -> None:
    if not MIN_CLUSTER_SIZE <= len(offers) <= MAX_CLUSTER_SIZE:
        raise QuoteError(
            f"cluster of {len(offers)} offers: must be {MIN_CLUSTER_SIZE} to {MAX_CLUSTER_SIZE}"
        )
    if len({offer.mint for offer in offers}) != 1:
        raise QuoteError(f"cluster of {len(offers)} offers: all must be paid in one token")
    if len({offer.address for offer in offers}) != len(offers):
        raise QuoteError(f"cluster of {len(offers)} offers: each can be taken once")
