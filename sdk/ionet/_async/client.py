"""The client: one wallet on one network, with all sides of the market."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from solders.pubkey import Pubkey

from ionet._async.governance import AsyncGovernance
from ionet._async.keeper import AsyncKeeper
from ionet._async.network import AsyncNetwork
from ionet._async.provider import AsyncProvider
from ionet._async.renter import AsyncRenter
from ionet._async.sender import AsyncSender
from ionet.connection import AsyncConnection
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.signers import SignerSource, resolve_signer


class AsyncClient:
    """A wallet's view of the market.

    A context manager, which closes the connection. Not safe to use from several threads at once.

    Args:
        connection: The chain.
        signer: Who acts as client, provider, keeper or authority: a signer or a key pair file.
            None makes a client that can only read.
        payer: Pays network fees, rent and tips; by default the signer.
        program_id: The escrow program.
        unit_price: Priority fee in micro-lamports per compute unit.
        unit_limit: Compute limit of every transaction; None asks a simulation before each.

    Attributes:
        renter: The client's side: offers, jobs, clusters.
        provider: The provider's side: post, accept, settle, redeem.
        keeper: Permissionless cranks.
        governance: Parameters and pause.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        signer: SignerSource | None = None,
        *,
        payer: SignerSource | None = None,
        program_id: Pubkey = PROGRAM_ID,
        unit_price: int = 0,
        unit_limit: int | None = None,
    ) -> None:
        self.connection = connection
        self._network = AsyncNetwork(
            connection,
            None if signer is None else resolve_signer(signer),
            payer=None if payer is None else resolve_signer(payer),
            program_id=program_id,
            unit_price=unit_price,
            unit_limit=unit_limit,
        )
        self.renter = AsyncRenter(self._network)
        self.provider = AsyncProvider(self._network)
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
