"""The client: one wallet on one network, with all sides of the market."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from solders.pubkey import Pubkey

from ionet._async.attestor import AsyncAttestor
from ionet._async.governance import AsyncGovernance
from ionet._async.keeper import AsyncKeeper
from ionet._async.market import AsyncMarket
from ionet._async.network import AsyncNetwork
from ionet._async.provider import AsyncProvider
from ionet._async.renter import AsyncRenter
from ionet._async.sender import AsyncSender
from ionet.connection import AsyncConnection
from ionet.deployment import Programs
from ionet.report_journal import Journal
from ionet.signers import SignerSource, resolve_signer


class AsyncClient:
    """A wallet's view of the market.

    A context manager, which closes the connection. Not safe to use from several threads at once.

    Args:
        connection: The chain.
        signer: Who acts as client, provider, keeper or authority: a signer or a key pair file.
            None makes a client that can only read.
        payer: Pays network fees, rent and tips; by default the signer.
        programs: Where the programs are; by default those that ship with the package.
        unit_price: Priority fee in micro-lamports per compute unit.
        unit_limit: Compute limit of every transaction; None asks a simulation before each.
        journal: Where an attestor's reports are kept until they are revealed: a
            ``ReportJournal(path)``, which its maker closes. Nobody else needs one.

    Attributes:
        renter: The client's side: offers, jobs, clusters.
        provider: The provider's side: devices, offers, requests, pay.
        attestor: The attestor's side: a seat, duties, reports.
        market: What anyone may look up: devices, offers.
        keeper: Permissionless cranks of jobs and epochs.
        governance: Parameters and pause of the escrow; of the other program as
            ``governance.verification``.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        signer: SignerSource | None = None,
        *,
        payer: SignerSource | None = None,
        programs: Programs | None = None,
        unit_price: int = 0,
        unit_limit: int | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.connection = connection
        self._network = AsyncNetwork(
            connection,
            None if signer is None else resolve_signer(signer),
            payer=None if payer is None else resolve_signer(payer),
            programs=Programs() if programs is None else programs,
            unit_price=unit_price,
            unit_limit=unit_limit,
        )
        self.renter = AsyncRenter(self._network)
        self.provider = AsyncProvider(self._network)
        self.attestor = AsyncAttestor(self._network, journal)
        self.market = AsyncMarket(self._network)
        self.keeper = AsyncKeeper(self._network)
        self.governance = AsyncGovernance(self._network)

    @property
    def pubkey(self) -> Pubkey:
        """The wallet's public key; raises ``SignerError`` if the client can only read."""
        return self._network.signer.pubkey()

    @property
    def sender(self) -> AsyncSender:
        """The stages build, simulate, sign, send and confirm, for whoever wants them one by one."""
        return self._network.sender

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection; idempotent."""
        await self.connection.close()
