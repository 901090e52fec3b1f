"""Addresses around a job: found from the job and its offer, asked of nobody."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from solders.pubkey import Pubkey

from ionet.programs.escrow.accounts import Job, Offer
from ionet.programs.escrow.pdas import find_cluster, find_vault
from ionet.tokens import find_associated_token_address

_CLUSTER_ID_MASK = ~0x3F


class HasAddress(Protocol):
    """Anything that stands for one account, as handles, requests and views do."""

    @property
    def address(self) -> Pubkey:
        """The account's address."""
        ...


JobReference: TypeAlias = Pubkey | HasAddress
"""A job: its address, or a handle or request that has it."""


DeviceReference: TypeAlias = Pubkey | HasAddress
"""A device: the address of its account, or a view that has it."""


def address_of(account: Pubkey | HasAddress) -> Pubkey:
    """Return the address of what stands for an account."""
    return account if isinstance(account, Pubkey) else account.address


@dataclass(frozen=True, slots=True)
class JobAddresses:
    """Every address that an instruction on a job may name.

    Attributes:
        job: The job.
        offer: The offer it took.
        device: The device of the offer, its account.
        cluster: Its cluster, or the job once more when it has none.
        vault: Its token account.
        mint: Token that it is paid in.
        client_token: The client's associated token account.
        provider_token: The provider's associated token account.
        rent_payer: Who gets the rent back.
    """

    job: Pubkey
    offer: Pubkey
    device: Pubkey
    cluster: Pubkey
    vault: Pubkey
    mint: Pubkey
    client_token: Pubkey
    provider_token: Pubkey
    rent_payer: Pubkey


def find_job_addresses(address: Pubkey, job: Job, offer: Offer, program_id: Pubkey) -> JobAddresses:
    """Find the addresses around the job at ``address``, whose offer is ``offer``."""
    return JobAddresses(
        job=address,
        offer=job.offer,
        device=offer.device,
        cluster=find_job_cluster(address, job, program_id),
        vault=find_vault(address, program_id=program_id)[0],
        mint=offer.mint,
        client_token=find_associated_token_address(job.client, offer.mint),
        provider_token=find_associated_token_address(offer.provider, offer.mint),
        rent_payer=job.rent_payer,
    )


def find_job_cluster(address: Pubkey, job: Job, program_id: Pubkey) -> Pubkey:
    """Find the job's cluster; a job without one stands in for it."""
    if job.member == 0:
        return address
    return find_cluster(job.client, job.id - job.member + 1, program_id=program_id)[0]


def job_id_of(idempotency_key: str | None) -> int:
    """Return the job id of a key, the first 8 bytes of its SHA-256; without a key a random one."""
    return _id_of("", idempotency_key)


def cluster_id_of(idempotency_key: str | None) -> int:
    """Return the cluster id of a key; its 64 possible members have ids below 2**64.

    In a domain of its own, so that one key used for a job and for a cluster means two ids.
    """
    return _id_of("ionet:cluster:", idempotency_key) & _CLUSTER_ID_MASK


def _id_of(domain: str, idempotency_key: str | None) -> int:
    if idempotency_key is None:
        return secrets.randbits(64)
    digest = hashlib.sha256((domain + idempotency_key).encode()).digest()
    return int.from_bytes(digest[:8], "little")
