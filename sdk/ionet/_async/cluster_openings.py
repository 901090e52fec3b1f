"""Opening a cluster: all of it, or what is missing of one that a key has begun."""

from __future__ import annotations

from collections.abc import Sequence

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet.amounts import Amount
from ionet.errors import IdempotencyError
from ionet.job_requests import JobRequest
from ionet.openings import Opening, RequestTerms
from ionet.programs.escrow import instructions
from ionet.programs.escrow.accounts import Cluster
from ionet.programs.escrow.pdas import find_cluster, find_job
from ionet.results import Landed
from ionet.tx import pack


async def fill_cluster(
    network: AsyncNetwork,
    cluster_id: int,
    requests: Sequence[JobRequest],
    terms: RequestTerms,
    max_deposit: Amount | int | None,
) -> list[Landed]:
    """Open a cluster and its members, or those which are missing of one that exists.

    Args:
        network: The network, as the client sees it.
        cluster_id: Id of the cluster; members have the ids from there on.
        requests: One for each member, by place.
        terms: Windows and tip.
        max_deposit: Refuse to pay in more than this, the members that exist included.

    Raises:
        IdempotencyError: the cluster exists with other members.
        QuoteError: dearer than ``max_deposit``, or an offer does not take such a job.
        OpeningExpiredError: the time to open it is over, and it does not exist.
    """
    client = network.signer.pubkey()
    address = find_cluster(client, cluster_id, program_id=network.programs.escrow)[0]
    cluster = await network.find_cluster(address)
    paid_in = 0
    if cluster is not None:
        paid_in = await _check_members(network, address, cluster, requests)
    places = [
        place
        for place in range(len(requests))
        # Bit j - 1 of ``members`` says that member j was opened.
        if cluster is None or not cluster.members >> place & 1
    ]
    quotes = {place: requests[place].quote() for place in places}
    total = paid_in + sum(priced.deposit for priced in quotes.values())
    await network.check_deposit(total, max_deposit, requests[0].offer.mint)
    if not places:
        return []
    now = (await network.connection.get_clock()).unix_timestamp
    first = find_job(client, cluster_id + places[0], program_id=network.programs.escrow)[0]
    valid_until = terms.valid_until_at(now, address if cluster is None else first)
    openings = [
        Opening(
            id=cluster_id + place,
            offer=requests[place].offer,
            quote=quotes[place],
            terms=terms,
            valid_until=valid_until,
            cluster=address,
            member=place + 1,
        )
        for place in places
    ]
    steps = _member_steps(network, openings)
    if cluster is None:
        steps.insert(0, _cluster_step(network, address, cluster_id, len(requests), terms))
    draft = await network.sender.build([], [network.signer])
    groups = pack(draft, [[step] for step in steps])
    return [await network.land(group, [network.signer]) for group in groups]


async def _check_members(
    network: AsyncNetwork, address: Pubkey, cluster: Cluster, requests: Sequence[JobRequest]
) -> int:
    """Return what was paid in for the members that exist, if they are those asked for now."""
    if cluster.size != len(requests):
        raise IdempotencyError(
            f"cluster {address}: this key opened it with {cluster.size} members, not"
            f" {len(requests)}; another cluster needs another key"
        )
    paid_in = 0
    for place, request in enumerate(requests):
        job_id = cluster.id + place
        member = find_job(cluster.client, job_id, program_id=network.programs.escrow)[0]
        # A member that is closed again has left nothing to compare with, and is not opened again.
        if (job := await network.find_job(member)) is not None:
            paid_in += request.check_same(member, job)
    return paid_in


def _member_steps(network: AsyncNetwork, openings: Sequence[Opening]) -> list[Instruction]:
    client, payer = network.signer.pubkey(), network.payer.pubkey()
    return [
        opening.build(client=client, payer=payer, program_id=network.programs.escrow)
        for opening in openings
    ]


def _cluster_step(
    network: AsyncNetwork, address: Pubkey, cluster_id: int, size: int, terms: RequestTerms
) -> Instruction:
    return instructions.open_cluster(
        payer=network.payer.pubkey(),
        client=network.signer.pubkey(),
        cluster=address,
        id=cluster_id,
        size=size,
        accept_within=terms.accept_within,
        program_id=network.programs.escrow,
    )
