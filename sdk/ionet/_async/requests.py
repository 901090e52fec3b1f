"""A request as its provider sees it."""

from __future__ import annotations

from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet.job_instructions import JobInstructions
from ionet.jobs import JobAddresses
from ionet.programs.escrow.accounts import Cluster, Job
from ionet.results import Settlement


class AsyncRequest:
    """An open job that waits for its provider.

    Attributes:
        account: The job as last read.
        at: The addresses around it.
        cluster: Its cluster as last read; None when it has none.
    """

    def __init__(
        self,
        network: AsyncNetwork,
        account: Job,
        at: JobAddresses,
        cluster: Cluster | None = None,
    ) -> None:
        self._network = network
        self._build = JobInstructions(at, network.programs.escrow)
        self.account = account
        self.at = at
        self.cluster = cluster

    @property
    def address(self) -> Pubkey:
        """Address of the job."""
        return self.at.job

    @property
    def is_acceptable(self) -> bool:
        """Whether its cluster, if any, is complete: until then the program refuses to accept."""
        cluster = self.cluster
        return cluster is None or cluster.members.bit_count() == cluster.size

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address}, {self.account.duration} s)"

    async def accept(self) -> Settlement:
        """Accept: the job starts, or in a cluster waits for the other members.

        Raises:
            JobChanged: the client has closed the job and opened another under the same id since.
            ClusterIncomplete: not all members of its cluster are opened.
        """
        provider, opened_slot = self._network.signer.pubkey(), self.account.opened_slot
        accepting = self._build.accept(provider, opened_slot=opened_slot)
        return await self._network.change_job(self._build, [accepting], sign=True)

    async def decline(self) -> Settlement:
        """Refuse: the client is refunded, and its cluster fails."""
        provider = self._network.signer.pubkey()
        return await self._network.change_job(
            self._build, [self._build.decline(provider)], sign=True
        )
