"""Clusters: rentals that start together, or not at all."""

from __future__ import annotations

from solders.pubkey import Pubkey

from ionet._async.jobs import AsyncJobHandle
from ionet._async.network import AsyncNetwork
from ionet.durations import checked_duration
from ionet.errors import QuoteError, RequestLostError, WaitTimeoutError
from ionet.programs.escrow.accounts import Cluster
from ionet.programs.escrow.enums import JobState
from ionet.results import Landed, Settlement

_POLL_SECONDS = 1.0
_LEAST_SECONDS = 0.01
"""A wait that no clock rounds to nothing, so that polling always ends."""

_UNSTOPPED = frozenset({JobState.OPEN, JobState.ACTIVE})
"""States of members that may still be extended."""


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
        network: AsyncNetwork,
        address: Pubkey,
        account: Cluster,
        members: tuple[AsyncJobHandle, ...],
        opened_by: tuple[Landed, ...],
    ) -> None:
        self._network = network
        self.address = address
        self.account = account
        self.members = members
        self.opened_by = opened_by

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address}, {self.account.size} members)"

    async def refresh(self) -> Cluster:
        """Read the cluster again and return it; ``AccountNotFoundError`` once it is closed."""
        self.account = await self._network.fetch_cluster(self.address)
        return self.account

    async def wait_started(self, timeout: float) -> Cluster:
        """Wait until all members are accepted, which starts them.

        Args:
            timeout: Seconds, on the connection's clock.

        Raises:
            RequestLostError: a member was declined, cancelled or expired.
            WaitTimeoutError: not all were accepted in time.
        """
        connection = self._network.connection
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
        """Add seconds to the members that have not stopped, one transaction each.

        Added to the shortest of them as this handle last read them, and the others brought to the
        same end: repeated after a failure in between, it extends only those it did not reach.
        """
        lengths = [job.account.duration for job in await self._unstopped()]
        if not lengths:
            raise QuoteError(f"cluster {self.address}: no member is left to extend")
        return await self.extend_to(min(lengths) + checked_duration(duration, "duration"))

    async def extend_to(self, total_duration: int) -> tuple[Settlement, ...]:
        """Extend the members that have not stopped up to this many seconds; safe to repeat."""
        return tuple([await job.extend_to(total_duration) for job in await self._unstopped()])

    async def end(self) -> tuple[Settlement, ...]:
        """End every member, one transaction each; before the start this withdraws the cluster."""
        return tuple([await job.end() for job in self.members])

    async def settlements(self) -> tuple[Settlement, ...]:
        """Read where the money of every member is."""
        return tuple([await job.settlement() for job in self.members])

    async def _unstopped(self) -> list[AsyncJobHandle]:
        """Return the members that may still be extended, without reading their handles anew."""
        jobs = [await self._network.find_job(member.address) for member in self.members]
        return [
            member
            for member, job in zip(self.members, jobs, strict=True)
            if job is not None and job.state in _UNSTOPPED
        ]
