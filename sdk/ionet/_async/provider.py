"""The provider's side: post offers, accept requests, get paid."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

from solders.pubkey import Pubkey

from ionet._async.devices import AsyncDeviceOwner
from ionet._async.jobs import AsyncJobHandle
from ionet._async.keeper import crank_jobs
from ionet._async.requests import AsyncRequest
from ionet.amounts import Amount, base_units_of
from ionet.cranks import Crank, CrankReport
from ionet.durations import checked_duration
from ionet.errors import QuoteError
from ionet.jobs import DeviceReference, JobReference, address_of, find_job_addresses
from ionet.offers import OfferView, kind_bits
from ionet.programs.escrow import instructions
from ionet.programs.escrow.constants import FLAG_ACCEPTED
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.programs.escrow.pdas import find_offer
from ionet.redemption import check_voucher
from ionet.results import OfferChange, Settlement
from ionet.standing import accept_by
from ionet.tokens import build_create_associated_token_account
from ionet.voucher import Voucher, build_ed25519_instruction

_RENTALS = (JobKind.RENTAL,)
_PAYING = frozenset({Crank.EXPIRE, Crank.RELEASE, Crank.SETTLE})


class AsyncProvider(AsyncDeviceOwner):
    """What a provider of GPUs does; each method is one step, and reads what it needs."""

    async def post_offer(
        self,
        device: DeviceReference,
        *,
        rate: Amount | int,
        min: int,  # noqa: A002 -- reads as min=hours(1), max=hours(48)
        max: int,  # noqa: A002
        kinds: Collection[JobKind] = _RENTALS,
        min_charge: int = 0,
        mint: Pubkey | None = None,
        create_token_account: bool = True,
    ) -> OfferChange:
        """Create the offer of a device; jobs start on it once it is eligible.

        Args:
            device: One of the provider's own, registered.
            rate: Per hour; at least the minimum of the device's class.
            min: Shortest job, in seconds.
            max: Longest job with extensions, in seconds; at most 30 days.
            kinds: Kinds of jobs it takes.
            min_charge: Seconds that a client pays at least when he ends a rental early.
            mint: Token to be paid in; an ``Amount`` as rate already says it.
            create_token_account: Create the provider's token account where it is missing.

        Raises:
            NotDeviceOwner: somebody else has registered it.
        """
        network, provider = self._network, self._key
        token = await self._mint_of_rate(rate, mint)
        posting = instructions.post_offer(
            payer=network.payer.pubkey(),
            provider=provider,
            device=address_of(device),
            mint=token,
            kinds=kind_bits(kinds),
            rate=base_units_of(rate, "rate"),
            min_duration=checked_duration(min, "min"),
            max_duration=checked_duration(max, "max"),
            min_charge=min_charge,
            program_id=network.programs.escrow,
        )
        steps = [posting]
        if create_token_account:
            payer = network.payer.pubkey()
            steps.append(
                build_create_associated_token_account(payer=payer, owner=provider, mint=token)
            )
        landed = await network.land(steps, [network.signer])
        address = find_offer(address_of(device), program_id=network.programs.escrow)[0]
        return OfferChange(await network.fetch_offer_view(address), landed)

    async def update_offer(
        self,
        offer: Pubkey,
        *,
        rate: Amount | int | None = None,
        min: int | None = None,  # noqa: A002 -- as in post_offer
        max: int | None = None,  # noqa: A002
        kinds: Collection[JobKind] | None = None,
        min_charge: int | None = None,
    ) -> OfferChange:
        """Change the terms that are given and keep the others; jobs that exist keep theirs.

        ``kinds=()`` withdraws the offer.
        """
        network = self._network
        now = await network.fetch_offer(offer)
        new_rate = now.rate if rate is None else await network.units_of(rate, "rate", now.mint)
        instruction = instructions.update_offer(
            provider=network.signer.pubkey(),
            offer=offer,
            kinds=now.kinds if kinds is None else kind_bits(kinds),
            rate=new_rate,
            min_duration=now.min_duration if min is None else checked_duration(min, "min"),
            max_duration=now.max_duration if max is None else checked_duration(max, "max"),
            min_charge=now.min_charge if min_charge is None else min_charge,
            program_id=network.programs.escrow,
        )
        landed = await network.land([instruction], [network.signer])
        return OfferChange(await network.fetch_offer_view(offer), landed)

    async def iter_offers(self) -> AsyncIterator[OfferView]:
        """Yield the provider's own offers, by address."""
        config = await self._network.fetch_config()
        offers = await self._network.scan_offers(provider=self._key)
        for offer in await self._network.view_offers(offers, config):
            yield offer

    async def iter_requests(self, *, is_acceptable: bool = True) -> AsyncIterator[AsyncRequest]:
        """Yield the open requests on the provider's offers, by address.

        Args:
            is_acceptable: Leave out those whose cluster is not complete: none of its members can
                be accepted until its client has paid for all.
        """
        network = self._network
        offers = dict(await network.scan_offers(provider=network.signer.pubkey()))
        for address, job in await network.scan_jobs(state=JobState.OPEN):
            if job.offer not in offers or job.flags & FLAG_ACCEPTED:
                continue
            cluster = await network.find_cluster_of(address, job)
            now = (await network.connection.get_clock()).unix_timestamp
            if now >= accept_by(job) or (cluster is not None and cluster.is_failed):
                continue
            at = find_job_addresses(address, job, offers[job.offer], network.programs.escrow)
            request = AsyncRequest(network, job, at, cluster)
            if request.is_acceptable or not is_acceptable:
                yield request

    async def accept(self, job: JobReference) -> Settlement:
        """Accept a request: it starts, or in a cluster waits for the other members.

        A request or handle stands for the job as it was read: if its client has opened another
        under the same id since, this fails with ``JobChanged``. An address stands for what is there
        now.
        """
        build = await self._network.build_for(job)
        if isinstance(job, AsyncRequest | AsyncJobHandle):
            seen = job.account
        else:
            seen = await self._network.fetch_job(build.at.job)
        accepting = build.accept(self._key, opened_slot=seen.opened_slot)
        return await self._network.change_job(build, [accepting], sign=True)

    async def decline(self, job: JobReference) -> Settlement:
        """Refuse a request: the client is refunded, and its cluster fails."""
        build = await self._network.build_for(job)
        return await self._network.change_job(build, [build.decline(self._key)], sign=True)

    async def quit(self, job: JobReference) -> Settlement:
        """Stop a running job: what was earned stays due, the rest is refunded."""
        build = await self._network.build_for(job)
        return await self._network.change_job(build, [build.quit(self._key)], sign=True)

    async def submit_result(self, job: JobReference, result_hash: bytes) -> Settlement:
        """Hand in a deliverable by its 32-byte hash; the review window begins."""
        if len(result_hash) != 32:
            raise QuoteError(f"result_hash of {len(result_hash)} bytes: must have 32")
        build = await self._network.build_for(job)
        instruction = build.submit_result(self._key, result_hash=result_hash)
        return await self._network.change_job(build, [instruction], sign=True)

    async def check_voucher(self, voucher: Voucher, *, is_clamped: bool = False) -> None:
        """Hold a client's voucher against its job, as before serving what it pays for.

        Args:
            voucher: As the client sent it.
            is_clamped: Take a voucher above the deposit, which pays the deposit and no more.

        Raises:
            VoucherError: of another network, program, client or life of the job; not signed by the
                client; for a job that is not metered; after the grace; above the deposit.
        """
        network = self._network
        job = await network.fetch_job(voucher.job)
        check_voucher(
            voucher,
            job,
            (await network.connection.get_clock()).unix_timestamp,
            genesis_hash=await network.genesis_hash(),
            program_id=network.programs.escrow,
            cluster=await network.find_cluster_of(voucher.job, job),
            is_clamped=is_clamped,
        )

    async def redeem(self, voucher: Voucher, *, is_clamped: bool = False) -> Settlement:
        """Be paid by a client's voucher; arguments and refusals as for ``check_voucher``."""
        await self.check_voucher(voucher, is_clamped=is_clamped)
        build = await self._network.build_for(voucher.job)
        steps = [
            build_ed25519_instruction(voucher),
            build.settle_voucher(cumulative=voucher.cumulative),
        ]
        return await self._network.change_job(build, steps)

    async def settle(self, job: JobReference) -> Settlement:
        """Be paid what a job owes now; nothing moves if nothing is due."""
        build = await self._network.build_for(job)
        return await self._network.change_job(build, [build.settle()])

    async def release(self, job: JobReference) -> Settlement:
        """Make a stopped job final; for a metered job the provider need not wait for the window."""
        build = await self._network.build_for(job)
        return await self._network.change_job(build, [build.release(self._key)], sign=True)

    async def settle_all(self) -> CrankReport:
        """Settle and release whatever is due on the jobs of the provider's offers.

        A job that fails is reported and holds up no other.
        """
        offers = await self._network.scan_offers(provider=self._key)
        own = {address for address, _ in offers}
        jobs = [address for address, job in await self._network.scan_jobs() if job.offer in own]
        return await crank_jobs(self._network, jobs, allowed=_PAYING)

    @property
    def _key(self) -> Pubkey:
        return self._network.signer.pubkey()

    async def _mint_of_rate(self, rate: Amount | int, mint: Pubkey | None) -> Pubkey:
        if isinstance(rate, Amount):
            return self._network.mint_of(await self._network.fetch_config(), rate, mint)
        if mint is None:
            raise QuoteError(f"rate {rate}: base units of which mint? give mint, or an amount")
        return mint
