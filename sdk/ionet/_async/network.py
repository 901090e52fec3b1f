"""What all sides of the market share: reading accounts, and landing a change to a job."""

from __future__ import annotations

from collections.abc import Sequence

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.accounts import AsyncAccounts
from ionet._async.sender import AsyncSender
from ionet._async.verification import AsyncVerification
from ionet.amounts import Amount, base_units_of
from ionet.connection import AsyncConnection
from ionet.deployment import Programs
from ionet.errors import AccountNotFoundError, AmountError, QuoteError, SignerError
from ionet.filters import cluster_filter, job_filter, offer_filter
from ionet.job_instructions import JobInstructions
from ionet.jobs import (
    JobAddresses,
    JobReference,
    address_of,
    find_job_addresses,
    find_job_cluster,
)
from ionet.offers import OfferView
from ionet.programs import escrow
from ionet.programs.escrow.accounts import Cluster, Config, Job, Offer
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.programs.escrow.pdas import find_config
from ionet.programs.verification.accounts import Device
from ionet.results import Landed, Settlement
from ionet.signers import Signer

_UNSTOPPED = frozenset({JobState.OPEN, JobState.ACTIVE})


class AsyncNetwork:
    """The programs of one network, as one wallet sees them.

    Args:
        connection: The chain.
        signer: Signs as client, provider, keeper or authority; None to read only.
        payer: Pays network fees, rent and tips; by default the signer.
        programs: Where the programs are.
        unit_price: Priority fee in micro-lamports per compute unit.
        unit_limit: Compute limit of every transaction; None asks a simulation before each.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        signer: Signer | None,
        *,
        payer: Signer | None,
        programs: Programs,
        unit_price: int,
        unit_limit: int | None,
    ) -> None:
        self.connection = connection
        self.programs = programs
        self.verification = AsyncVerification(connection, programs.verification)
        self._accounts = AsyncAccounts(connection, programs.escrow)
        self._signer = signer
        self._payer = payer if payer is not None else signer
        self._unit_price = unit_price
        self._unit_limit = unit_limit
        self._genesis_hash: Hash | None = None

    @property
    def signer(self) -> Signer:
        """The wallet's signer; raises ``SignerError`` if the client was made to read only."""
        if self._signer is None:
            raise SignerError("this client has no signer: it can only read")
        return self._signer

    @property
    def payer(self) -> Signer:
        """Who pays network fees, rent and tips; raises ``SignerError`` if there is none."""
        if self._payer is None:
            raise SignerError("this client has no payer: it can only read")
        return self._payer

    @property
    def sender(self) -> AsyncSender:
        """The stages of sending, for whoever wants them one by one."""
        return AsyncSender(
            self.connection,
            self.payer,
            programs=self.programs,
            unit_price=self._unit_price,
            unit_limit=self._unit_limit,
        )

    async def land(
        self, instructions: Sequence[Instruction], signers: Sequence[Signer] = ()
    ) -> Landed:
        """Send one transaction and wait for it; see ``AsyncSender.execute``."""
        return await self.sender.execute(instructions, signers)

    async def build_for(self, job: JobReference) -> JobInstructions:
        """Return the builder of a job's instructions, with the accounts around it found."""
        return JobInstructions(
            await self.fetch_job_addresses(address_of(job)), self.programs.escrow
        )

    async def change_job(
        self, build: JobInstructions, steps: Sequence[Instruction], *, sign: bool = False
    ) -> Settlement:
        """Land instructions on a job and return where its money is afterwards.

        Args:
            build: The job's builder.
            steps: The instructions.
            sign: Whether the wallet's signer must sign, besides the payer.
        """
        landed = await self.land(steps, [self.signer] if sign else [])
        for event in landed.events:
            if isinstance(event, escrow.events.JobClosed) and event.job == build.at.job:
                return Settlement.of_closed(event, landed)
        return Settlement.of_job(await self.fetch_job(build.at.job), landed)

    async def fetch_config(self) -> Config:
        """Return the escrow's parameters."""
        address = find_config(program_id=self.programs.escrow)[0]
        config = await self._accounts.find(Config, address)
        if config is None:
            raise AccountNotFoundError(f"config {address}: does not exist on this network")
        return config

    async def fetch_offer(self, address: Pubkey) -> Offer:
        """Return the offer."""
        return await self._accounts.fetch(Offer, address)

    async def find_job(self, address: Pubkey) -> Job | None:
        """Return the job, or None when it does not exist or is closed."""
        return await self._accounts.find(Job, address)

    async def fetch_job(self, address: Pubkey) -> Job:
        """Return the job; ``AccountNotFoundError`` when it does not exist or is closed."""
        job = await self.find_job(address)
        if job is None:
            raise AccountNotFoundError(f"job {address}: does not exist, or is closed")
        return job

    async def find_cluster(self, address: Pubkey) -> Cluster | None:
        """Return the cluster, or None when it does not exist or is closed."""
        return await self._accounts.find(Cluster, address)

    async def fetch_cluster(self, address: Pubkey) -> Cluster:
        """Return the cluster; ``AccountNotFoundError`` when it does not exist or is closed."""
        cluster = await self.find_cluster(address)
        if cluster is None:
            raise AccountNotFoundError(f"cluster {address}: does not exist, or is closed")
        return cluster

    async def find_cluster_of(self, address: Pubkey, job: Job) -> Cluster | None:
        """Return the job's cluster, or None when it has none."""
        if job.member == 0:
            return None
        return await self.find_cluster(find_job_cluster(address, job, self.programs.escrow))

    async def find_device_of(self, job: Job, device: Pubkey | None = None) -> Device | None:
        """Return the device by which a rental is paid; None for other kinds and stopped rentals.

        No running rental's device is ever deregistered.

        Args:
            job: The job.
            device: Its device's address; by default read from its offer.
        """
        if job.kind is not JobKind.RENTAL or job.state not in _UNSTOPPED:
            return None
        if device is None:
            device = (await self.fetch_offer(job.offer)).device
        return await self.verification.find_device(device)

    async def fetch_job_addresses(self, address: Pubkey, job: Job | None = None) -> JobAddresses:
        """Return the addresses around a job, reading the job if it is not given, and its offer."""
        if job is None:
            job = await self.fetch_job(address)
        offer = await self.fetch_offer(job.offer)
        return find_job_addresses(address, job, offer, self.programs.escrow)

    async def scan_offers(self, *, provider: Pubkey | None = None) -> list[tuple[Pubkey, Offer]]:
        """Return all offers, or one provider's, by address."""
        return await self._accounts.scan(Offer, offer_filter(provider=provider))

    async def view_offers(
        self, offers: Sequence[tuple[Pubkey, Offer]], config: Config
    ) -> list[OfferView]:
        """Return offers with their devices as of now, and the fee that jobs would carry."""
        devices = await self.verification.find_views([offer.device for _, offer in offers])
        return [
            OfferView(address, offer, config.fee_bps, device)
            for (address, offer), device in zip(offers, devices, strict=True)
        ]

    async def fetch_offer_view(self, address: Pubkey) -> OfferView:
        """Return one offer, likewise."""
        offer = await self.fetch_offer(address)
        (view,) = await self.view_offers([(address, offer)], await self.fetch_config())
        return view

    async def scan_jobs(
        self, *, client: Pubkey | None = None, state: JobState | None = None
    ) -> list[tuple[Pubkey, Job]]:
        """Return all jobs, or one client's, or those in one state as written, by address."""
        return await self._accounts.scan(Job, job_filter(client=client, state=state))

    async def scan_clusters(self) -> list[tuple[Pubkey, Cluster]]:
        """Return all clusters, by address."""
        return await self._accounts.scan(Cluster, cluster_filter())

    async def units_of(self, amount: Amount | int, name: str, mint: Pubkey) -> int:
        """Return the base units of an amount, which must be in the token of ``mint``.

        An ``int`` is taken as base units of that token and asks nothing of the network.

        Raises:
            AmountError: in another token, or out of range; the message names ``name``.
        """
        if isinstance(amount, Amount):
            self.mint_of(await self.fetch_config(), amount, mint)
        return base_units_of(amount, name)

    async def check_deposit(self, total: int, most: Amount | int | None, mint: Pubkey) -> None:
        """Refuse a deposit of ``total`` base units above ``most``; None refuses none.

        Raises:
            QuoteError: above it.
            AmountError: ``most`` is in another token than ``mint``, or out of range.
        """
        if most is not None and total > await self.units_of(most, "max_deposit", mint):
            raise QuoteError(f"deposit {total} base units: above max_deposit {most}")

    async def genesis_hash(self) -> Hash:
        """Return the hash that vouchers on this network carry; asked for once."""
        if self._genesis_hash is None:
            self._genesis_hash = Hash(bytes((await self.fetch_config()).genesis_hash))
        return self._genesis_hash

    def mint_of(self, config: Config, amount: Amount, expected: Pubkey | None = None) -> Pubkey:
        """Return the mint that an amount's token has on this network.

        Raises:
            AmountError: the network has no such mint, or ``expected`` is another one.
        """
        mint = config.mints[amount.mint_slot]
        if mint == Pubkey.default():
            raise AmountError(f"amount {amount}: this network has no {amount.symbol} mint")
        if expected is not None and mint != expected:
            raise AmountError(f"amount {amount}: is not in the token of mint {expected}")
        return mint
