"""A job as its client holds it."""

from __future__ import annotations

from collections.abc import Sequence

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet import money
from ionet._async.market import AsyncMarket
from ionet.amounts import Amount
from ionet.durations import checked_duration
from ionet.errors import QuoteError, RequestLostError, WaitTimeoutError
from ionet.job_instructions import JobInstructions
from ionet.jobs import JobAddresses
from ionet.programs.escrow.accounts import Cluster, Job
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.results import Settlement
from ionet.standing import FLAG_ACCEPTED, Standing, standing_of
from ionet.voucher import Voucher, sign_voucher

_POLL_SECONDS = 1.0
_LEAST_SECONDS = 0.01
"""A wait that no clock rounds to nothing, so that polling always ends."""

_LOST = frozenset({JobState.DECLINED, JobState.EXPIRED, JobState.CANCELLED})


class AsyncJobHandle:
    """One job, with what its client can do to it.

    Attributes:
        account: The job as last read; a method that changes the job reads it again.
        at: The addresses around it.
        opening: Where the money was right after opening; None if the job existed before.
    """

    def __init__(
        self,
        market: AsyncMarket,
        account: Job,
        at: JobAddresses,
        opening: Settlement | None = None,
    ) -> None:
        self._market = market
        self._build = JobInstructions(at, market.program_id)
        self.account = account
        self.at = at
        self.opening = opening

    @property
    def address(self) -> Pubkey:
        """Address of the job."""
        return self.at.job

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address}, {self.account.state!r})"

    async def refresh(self) -> Job:
        """Read the job again and return it; ``AccountNotFoundError`` once it is closed."""
        self.account = await self._market.fetch_job(self.address)
        return self.account

    async def settlement(self) -> Settlement:
        """Read where the job's money is; ``AccountNotFoundError`` once it is closed."""
        return Settlement.of_job(await self.refresh())

    async def standing(self) -> Standing:
        """Read the job and work out its state, deadlines and dues at the chain's clock."""
        job = await self.refresh()
        cluster = await self.fetch_cluster()
        clock = await self._market.connection.get_clock()
        return standing_of(job, clock.unix_timestamp, cluster)

    async def fetch_cluster(self) -> Cluster | None:
        """Read the job's cluster; None when it has none."""
        return await self._market.find_cluster_of(self.address, self.account)

    async def wait_accepted(self, timeout: float) -> Job:
        """Wait until the provider has accepted; a cluster's member may still wait for others.

        Args:
            timeout: Seconds, on the connection's clock.

        Raises:
            RequestLostError: it was declined, expired or cancelled.
            WaitTimeoutError: nothing happened in time.
        """
        connection = self._market.connection
        deadline = await connection.monotonic() + timeout
        while True:
            job = await self.refresh()
            if job.state in _LOST:
                raise RequestLostError(f"job {self.address}: is {job.state.name.lower()}")
            if job.state is not JobState.OPEN or job.flags & FLAG_ACCEPTED:
                return job
            left = deadline - await connection.monotonic()
            if not left > 0:  # also where the timeout is not a number
                raise WaitTimeoutError(f"job {self.address}: not accepted within {timeout} s")
            await connection.sleep(max(min(_POLL_SECONDS, left), _LEAST_SECONDS))

    async def extend(self, duration: int = 0, *, deposit: Amount | int | None = None) -> Settlement:
        """Add time at the job's own rate (rental), or time and a deposit (metered).

        Args:
            duration: Seconds to add.
            deposit: Base units to add to a metered job; a rental's is the price of the time.
        """
        job = await self.refresh()
        added = checked_duration(duration, "duration") if duration else 0
        units = await self._added_deposit(job, added, deposit)
        client = self._market.signer.pubkey()
        return await self._change([self._build.extend(client, duration=added, deposit=units)])

    async def end(self) -> Settlement:
        """Stop the job, or withdraw the request; what is not earned is refunded."""
        return await self._change([self._build.end(self._market.signer.pubkey())])

    async def release(self) -> Settlement:
        """Make a stopped job final and pay the provider, without waiting for its window."""
        return await self._change([self._build.release(self._market.signer.pubkey())])

    async def sign_voucher(self, cumulative: Amount | int) -> Voucher:
        """Promise the provider ``cumulative`` base units in total; nothing is sent."""
        return sign_voucher(
            self._market.signer,
            genesis_hash=await self._market.genesis_hash(),
            program_id=self._market.program_id,
            job=self.address,
            opened_slot=self.account.opened_slot,
            cumulative=await self._market.units_of(cumulative, "cumulative", self.at.mint),
        )

    async def _change(self, instructions: Sequence[Instruction]) -> Settlement:
        landed = await self._market.land(instructions, [self._market.signer])
        return Settlement.of_job(await self.refresh(), landed)

    async def _added_deposit(self, job: Job, duration: int, deposit: Amount | int | None) -> int:
        if job.kind is not JobKind.RENTAL:
            amount = 0 if deposit is None else deposit
            return await self._market.units_of(amount, "deposit", self.at.mint)
        if deposit is not None:
            raise QuoteError(f"deposit {deposit}: a rental's deposit is the price of its time")
        return money.price(job.rate, job.duration + duration) - job.deposit
