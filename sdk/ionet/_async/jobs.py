"""A job as its client holds it."""

from __future__ import annotations

from collections.abc import Sequence

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet import money
from ionet._async.network import AsyncNetwork
from ionet.amounts import Amount
from ionet.durations import checked_duration
from ionet.errors import QuoteError, RequestLostError, VoucherError, WaitTimeoutError
from ionet.job_instructions import JobInstructions
from ionet.jobs import JobAddresses
from ionet.programs.escrow.accounts import Cluster, Job
from ionet.programs.escrow.constants import FLAG_ACCEPTED
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.programs.escrow.errors import NothingToExtend
from ionet.results import Settlement
from ionet.standing import Standing, standing_of
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
        network: AsyncNetwork,
        account: Job,
        at: JobAddresses,
        opening: Settlement | None = None,
    ) -> None:
        self._network = network
        self._build = JobInstructions(at, network.programs.escrow)
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
        self.account = await self._network.fetch_job(self.address)
        return self.account

    async def settlement(self) -> Settlement:
        """Read where the job's money is; ``AccountNotFoundError`` once it is closed."""
        return Settlement.of_job(await self.refresh())

    async def standing(self) -> Standing:
        """Read the job and work out its state, deadlines and dues at the chain's clock."""
        job = await self.refresh()
        cluster = await self.fetch_cluster()
        device = await self._network.find_device_of(job, self.at.device)
        clock = await self._network.connection.get_clock()
        return standing_of(job, clock.unix_timestamp, cluster, device)

    async def fetch_cluster(self) -> Cluster | None:
        """Read the job's cluster; None when it has none."""
        return await self._network.find_cluster_of(self.address, self.account)

    async def wait_accepted(self, timeout: float) -> Job:
        """Wait until the provider has accepted; a cluster's member may still wait for others.

        Args:
            timeout: Seconds, on the connection's clock.

        Raises:
            RequestLostError: it was declined, expired or cancelled.
            WaitTimeoutError: nothing happened in time.
        """
        connection = self._network.connection
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

        Added to ``account``, the job as this handle last read it: after a lost answer, repeat the
        call on the same handle, and nothing is added twice. Reading the job in between, as
        ``refresh``, ``settlement``, ``standing`` and waiting do, makes it another extension.

        Args:
            duration: Seconds to add.
            deposit: Base units to add to a metered job; a rental's is the price of the time.

        Raises:
            QuoteError: nothing to add, or somebody else has extended the job meanwhile.
        """
        known = self.account
        added = checked_duration(duration, "duration") if duration else 0
        if known.kind is JobKind.RENTAL:
            total = self._rental_deposit(known.duration + added, deposit)
        else:
            amount = 0 if deposit is None else deposit
            total = known.deposit + await self._network.units_of(amount, "deposit", self.at.mint)
        wanted = (known.duration + added, total)
        if wanted == (known.duration, known.deposit):
            raise QuoteError(f"extension by {added} s and 0 base units: adds nothing")
        job = await self._network.fetch_job(self.address)
        if (job.duration, job.deposit) not in (wanted, (known.duration, known.deposit)):
            raise QuoteError(
                f"job {self.address}: has {job.duration} s and {job.deposit} base units now, not"
                f" {known.duration} s and {known.deposit} as this handle read; refresh it first"
            )
        return await self._grow(job, *wanted)

    async def extend_to(
        self, total_duration: int, *, total_deposit: Amount | int | None = None
    ) -> Settlement:
        """Extend up to these totals, which is safe to repeat anywhere; less is left as it is.

        Args:
            total_duration: Seconds from start to scheduled end.
            total_deposit: Base units of a metered job; None keeps what it has. A rental's is the
                price of its time.
        """
        job = await self._network.fetch_job(self.address)
        duration = max(checked_duration(total_duration, "total_duration"), job.duration)
        if job.kind is JobKind.RENTAL:
            return await self._grow(job, duration, self._rental_deposit(duration, total_deposit))
        amount = job.deposit if total_deposit is None else total_deposit
        units = await self._network.units_of(amount, "total_deposit", self.at.mint)
        return await self._grow(job, duration, max(units, job.deposit))

    async def end(self) -> Settlement:
        """Stop the job, or withdraw the request; what is not earned is refunded."""
        return await self._change([self._build.end(self._network.signer.pubkey())])

    async def release(self) -> Settlement:
        """Make a stopped job final and pay the provider, without waiting for its window."""
        return await self._change([self._build.release(self._network.signer.pubkey())])

    async def sign_voucher(self, cumulative: Amount | int) -> Voucher:
        """Promise the provider ``cumulative`` base units in total; nothing is sent.

        Raises:
            VoucherError: the job is not metered, or the amount is above its deposit.
        """
        network = self._network
        units = await network.units_of(cumulative, "cumulative", self.at.mint)
        if self.account.kind is not JobKind.METERED:
            raise VoucherError(f"job {self.address}: is paid by no vouchers, it is not metered")
        # Asked for again only where it matters: another handle may have extended the job.
        if units > self.account.deposit:
            deposit = (await network.fetch_job(self.address)).deposit
            if units > deposit:
                raise VoucherError(f"cumulative {units} base units: above the deposit {deposit}")
        return sign_voucher(
            network.signer,
            genesis_hash=await network.genesis_hash(),
            program_id=network.programs.escrow,
            job=self.address,
            opened_slot=self.account.opened_slot,
            cumulative=units,
        )

    async def _change(self, instructions: Sequence[Instruction]) -> Settlement:
        landed = await self._network.land(instructions, [self._network.signer])
        return Settlement.of_job(await self.refresh(), landed)

    async def _grow(self, job: Job, duration: int, deposit: int) -> Settlement:
        """Land an extension to these totals, unless the job has them already."""
        if (job.duration, job.deposit) != (duration, deposit):
            client = self._network.signer.pubkey()
            build = self._build.extend(client, duration=duration, deposit=deposit)
            try:
                return await self._change([build])
            except NothingToExtend:
                # An earlier attempt, whose answer was lost, may have landed just now.
                job = await self._network.fetch_job(self.address)
                if (job.duration, job.deposit) != (duration, deposit):
                    raise
        self.account = job
        return Settlement.of_job(job)

    def _rental_deposit(self, duration: int, deposit: Amount | int | None) -> int:
        if deposit is not None:
            raise QuoteError(f"deposit {deposit}: a rental's deposit is the price of its time")
        return money.price(self.account.rate, duration)
