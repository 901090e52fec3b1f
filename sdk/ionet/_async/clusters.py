"""Clusters: rentals that start together, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from solders.pubkey import Pubkey

from ionet._async.jobs import AsyncJobHandle
from ionet._async.market import AsyncMarket
from ionet.errors import QuoteError, RequestLostError, WaitTimeoutError
from ionet.openings import Opening
from ionet.programs.escrow import instructions
from ionet.programs.escrow.accounts import Cluster
from ionet.results import Landed, Settlement
from ionet.tx import pack

_POLL_SECONDS = 1.0
_LEAST_SECONDS = 0.01
"""A wait that no clock rounds to nothing, so that polling always ends."""


class AsyncClusterHandle:
    """One cluster, with what its client can do to all members.

    Attributes:
        address: Address of the cluster.
        account: The cluster as last read.
        members: Handles of the member jobs that were not closed when this was read, by place.
        opened_by: The transactions that opened it; empty if it existed before.
    """

    def __init__(
        self,
        market: AsyncMarket,
        address: Pubkey,
        account: Cluster,
        members: tuple[AsyncJobHandle, ...],
        opened_by: tuple[Landed, ...],
    ) -> None:
        self._market = market
        self.address = address
        self.account = account
        self.members = members
        self.opened_by = opened_by

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address}, {self.account.size} members)"

    async def refresh(self) -> Cluster:
        """Read the cluster again and return it; ``AccountNotFoundError`` once it is closed."""
        self.account = await self._market.fetch_cluster(self.address)
        return self.account

    async def wait_started(self, timeout: float) -> Cluster:
        """Wait until all members are accepted, which starts them.

        Args:
            timeout: Seconds, on the connection's clock.

        Raises:
            RequestLostError: a member was declined, cancelled or expired.
            WaitTimeoutError: not all were accepted in time.
        """
        connection = self._market.connection
        deadline = await connection.monotonic() + timeout
        while True:
            cluster = await self.refresh()
            if cluster.started_at:
                return cluster
            if cluster.is_failed:
                raise RequestLostError(f"cluster {self.address}: a member was lost")
            left = deadline - await connection.monotonic()
            if not left > 0:  # also where the timeout is not a number
                raise WaitTimeoutError(f"cluster {self.address}: not started within {timeout} s")
            await connection.sleep(max(min(_POLL_SECONDS, left), _LEAST_SECONDS))

    async def extend(self, duration: int) -> tuple[Settlement, ...]:
        """Add seconds to every member, one transaction each; see ``JobHandle.extend``."""
        return tuple([await job.extend(duration) for job in self.members])

    async def end(self) -> tuple[Settlement, ...]:
        """End every member, one transaction each; before the start this withdraws the cluster."""
        return tuple([await job.end() for job in self.members])

    async def settlements(self) -> tuple[Settlement, ...]:
        """Read where the money of every member is."""
        return tuple([await job.settlement() for job in self.members])


async def fill_cluster(
    market: AsyncMarket, cluster_id: int, address: Pubkey, openings: Sequence[Opening]
) -> list[Landed]:
    """Open a cluster and its members, or those which are missing of one that exists."""
    client, payer = market.signer.pubkey(), market.payer.pubkey()
    groups = [
        [opening.build(client=client, payer=payer, program_id=market.program_id)]
        for opening in openings
    ]
    existing = await market.find_cluster(address)
    if existing is None:
        first = instructions.open_cluster(
            payer=payer,
            client=client,
            cluster=address,
            id=cluster_id,
            size=len(openings),
            accept_within=openings[0].terms.accept_within,
            program_id=market.program_id,
        )
        groups.insert(0, [first])
    else:
        if existing.size != len(openings):
            raise QuoteError(
                f"cluster {address}: exists with {existing.size} members, not {len(openings)}"
            )
        # Bit j - 1 of ``members`` says that member j was opened.
        groups = [group for j, group in enumerate(groups) if not existing.members >> j & 1]
    draft = await market.sender.build([], [market.signer])
    return [
        await market.land(instructions_, [market.signer]) for instructions_ in pack(draft, groups)
    ]
