"""The keeper's side: permissionless cranks, open to anyone who pays the network fee."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from solders.pubkey import Pubkey

from ionet._async.epochs import AsyncEpochKeeper
from ionet._async.network import AsyncNetwork
from ionet.cranks import (
    Crank,
    CrankFailure,
    CrankReport,
    CrankStep,
    changes_only_by_paying,
    is_cluster_closable,
    next_crank,
)
from ionet.errors import IonetError
from ionet.job_instructions import JobInstructions
from ionet.jobs import JobReference, find_job_addresses
from ionet.programs.escrow import instructions
from ionet.results import Landed, Settlement
from ionet.tokens import (
    build_create_associated_token_account,
    can_be_paid,
    can_pay,
    find_associated_token_address,
)

_ALL_CRANKS = frozenset(Crank)


class AsyncKeeper(AsyncEpochKeeper):
    """What anyone may do: apply deadlines, move what is due, close what is empty; run epochs."""

    async def expire(self, job: JobReference) -> Settlement:
        """Expire a request nobody accepted, or write the end of a job that has run out."""
        return await self._crank(job, Crank.EXPIRE)

    async def settle(self, job: JobReference) -> Settlement:
        """Pay the provider what is due."""
        return await self._crank(job, Crank.SETTLE)

    async def release(self, job: JobReference) -> Settlement:
        """Make a stopped job final once its window is over, and pay the provider the rest."""
        return await self._crank(job, Crank.RELEASE)

    async def refund(self, job: JobReference) -> Settlement:
        """Pay the client what is owed."""
        return await self._crank(job, Crank.REFUND)

    async def sweep_fee(
        self, job: JobReference, *, create_token_account: bool = False
    ) -> Settlement:
        """Move the fee due to the treasury, creating its token account if asked and missing."""
        build = await self._network.build_for(job)
        treasury = (await self._network.fetch_config()).treasury
        steps = [build.sweep_fee(find_associated_token_address(treasury, build.at.mint))]
        if create_token_account:
            payer, mint = self._network.payer.pubkey(), build.at.mint
            steps.insert(
                0, build_create_associated_token_account(payer=payer, owner=treasury, mint=mint)
            )
        return await self._network.change_job(build, steps)

    async def close(self, job: JobReference) -> Settlement:
        """Close a job that holds nothing; rent and unspent tip go back to who paid them."""
        return await self._crank(job, Crank.CLOSE)

    async def close_cluster(self, cluster: Pubkey) -> Landed:
        """Return the rent of a cluster none of whose members is left."""
        account = await self._network.fetch_cluster(cluster)
        instruction = instructions.close_cluster(
            cluster=cluster, rent_payer=account.rent_payer, program_id=self._network.programs.escrow
        )
        return await self._network.land([instruction])

    async def crank_all(self) -> CrankReport:
        """Do whatever is due on every job, then close the clusters that are left empty.

        One job that fails is reported and holds up no other.
        """
        jobs = [address for address, _ in await self._network.scan_jobs()]
        report = await crank_jobs(self._network, jobs)
        failures, closed = list(report.failures), list[Pubkey]()
        now = (await self._network.connection.get_clock()).unix_timestamp
        for address, cluster in await self._network.scan_clusters():
            if not is_cluster_closable(cluster, now):
                continue
            try:
                await self.close_cluster(address)
            except IonetError as error:
                failures.append(CrankFailure(address, "close_cluster", error))
            else:
                closed.append(address)
        return CrankReport(report.steps, tuple(failures), tuple(closed), report.unpayable)

    async def _crank(self, job: JobReference, crank: Crank) -> Settlement:
        build = await self._network.build_for(job)
        return await run_crank(self._network, build, crank, self._network.signer.pubkey())


async def crank_jobs(
    network: AsyncNetwork, jobs: Iterable[Pubkey], *, allowed: AbstractSet[Crank] = _ALL_CRANKS
) -> CrankReport:
    """Run whatever is due and allowed on these jobs, each crank once per job."""
    # Asked for once: a client that can only read is no failure of each job.
    caller = network.signer.pubkey()
    steps: list[CrankStep] = []
    failures: list[CrankFailure] = []
    unpayable: list[Pubkey] = []
    for address in jobs:
        tried = set(Crank) - allowed
        while (crank := await _next_crank(network, address, tried)) is not None:
            tried.add(crank)
            try:
                if crank is Crank.SETTLE and await _is_settle_wasted(network, address):
                    unpayable.append(address)
                    continue
                settlement = await run_crank(
                    network, await network.build_for(address), crank, caller
                )
            except IonetError as error:
                failures.append(CrankFailure(address, crank.value, error))
            else:
                steps.append(CrankStep(address, crank, settlement))
    return CrankReport(tuple(steps), tuple(failures), unpayable=tuple(unpayable))


async def run_crank(
    network: AsyncNetwork, build: JobInstructions, crank: Crank, caller: Pubkey
) -> Settlement:
    """Land one permissionless instruction on a job."""
    match crank:
        case Crank.EXPIRE:
            instruction = build.expire(caller)
        case Crank.RELEASE:
            instruction = build.release(caller)
        case Crank.SETTLE:
            instruction = build.settle()
        case Crank.REFUND:
            instruction = build.refund()
        case Crank.SWEEP_FEE:
            treasury = (await network.fetch_config()).treasury
            instruction = build.sweep_fee(find_associated_token_address(treasury, build.at.mint))
        case Crank.CLOSE:
            instruction = build.close()
    needs_signer = crank in (Crank.EXPIRE, Crank.RELEASE)
    return await network.change_job(build, [instruction], sign=needs_signer)


async def _next_crank(
    network: AsyncNetwork, address: Pubkey, tried: AbstractSet[Crank]
) -> Crank | None:
    job = await network.find_job(address)
    if job is None:
        return None
    cluster = await network.find_cluster_of(address, job)
    device = await network.find_device_of(job)
    now = (await network.connection.get_clock()).unix_timestamp
    return next_crank(job, now, cluster, device, tried=tried)


async def _is_settle_wasted(network: AsyncNetwork, address: Pubkey) -> bool:
    """Return whether ``settle_job`` would land, cost its fee, and change nothing.

    It never fails because of the payee, so a provider who cannot be paid would be tried for ever.
    """
    job = await network.fetch_job(address)
    cluster = await network.find_cluster_of(address, job)
    offer = await network.fetch_offer(job.offer)
    device = await network.find_device_of(job, offer.device)
    now = (await network.connection.get_clock()).unix_timestamp
    if not changes_only_by_paying(job, now, cluster, device):
        return False
    at = find_job_addresses(address, job, offer, network.programs.escrow)
    vault, payee = await network.connection.get_accounts([at.vault, at.provider_token])
    return not (can_pay(vault) and can_be_paid(payee, offer.provider))
