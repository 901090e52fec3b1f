"""Which accounts to ask a node for: kind, layout version, and perhaps one field.

Filtering by version keeps a scan alive when the program writes a newer layout: accounts that this
package cannot read are left out instead of failing the whole scan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from solders.pubkey import Pubkey

from ionet.programs.escrow.accounts import Cluster, Job, Offer
from ionet.programs.escrow.constants import ACCOUNT_VERSION
from ionet.programs.escrow.enums import JobState
from ionet.programs.verification.accounts import Attestor, Device
from ionet.programs.verification.constants import ACCOUNT_VERSION as VERIFICATION_VERSION


class AccountKind(Protocol):
    """What the generated account classes say of their layout."""

    DISCRIMINATOR: ClassVar[bytes]
    LENGTH: ClassVar[int]
    OFFSETS: ClassVar[Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Filters of ``get_program_accounts``.

    Attributes:
        data_size: Exact length of the account's data.
        memcmp: Pairs of offset and the bytes that must be there.
    """

    data_size: int
    memcmp: tuple[tuple[int, bytes], ...]


def offer_filter(*, provider: Pubkey | None = None) -> AccountFilter:
    """Select all offers, or one provider's."""
    fields = () if provider is None else ((Offer.OFFSETS["provider"], bytes(provider)),)
    return _filter(Offer, ACCOUNT_VERSION, fields)


def job_filter(*, client: Pubkey | None = None, state: JobState | None = None) -> AccountFilter:
    """Select all jobs, or one client's, or those in one state as written."""
    fields: tuple[tuple[int, bytes], ...] = ()
    if client is not None:
        fields += ((Job.OFFSETS["client"], bytes(client)),)
    if state is not None:
        fields += ((Job.OFFSETS["state"], bytes([state])),)
    return _filter(Job, ACCOUNT_VERSION, fields)


def cluster_filter() -> AccountFilter:
    """Select all clusters."""
    return _filter(Cluster, ACCOUNT_VERSION)


def device_filter(*, owner: Pubkey | None = None) -> AccountFilter:
    """Select all devices, or one owner's."""
    fields = () if owner is None else ((Device.OFFSETS["owner"], bytes(owner)),)
    return _filter(Device, VERIFICATION_VERSION, fields)


def attestor_filter() -> AccountFilter:
    """Select all attestors."""
    return _filter(Attestor, VERIFICATION_VERSION)


def _filter(
    kind: type[AccountKind], version: int, fields: tuple[tuple[int, bytes], ...] = ()
) -> AccountFilter:
    head = ((0, kind.DISCRIMINATOR), (kind.OFFSETS["version"], bytes([version])))
    return AccountFilter(kind.LENGTH, (*head, *fields))
