"""What calls return: a landed transaction, and where a job's money stands after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solders.signature import Signature

from ionet.codec import Unknown
from ionet.offers import OfferView
from ionet.programs.escrow.accounts import Job
from ionet.programs.escrow.enums import JobState

if TYPE_CHECKING:
    from ionet.events import Event
    from ionet.programs.escrow.events import JobClosed


@dataclass(frozen=True, slots=True)
class Landed:
    """A transaction that landed and succeeded.

    Attributes:
        signature: Its identity.
        slot: Slot of its block.
        unix_timestamp: Unix second of its block.
        units_consumed: Compute units it used.
        fee: Network fee in lamports.
        events: What the market's programs said, in order.
        logs: All log lines, as the runtime gave them.
    """

    signature: Signature
    slot: int
    unix_timestamp: int
    units_consumed: int
    fee: int
    events: tuple[Event, ...]
    logs: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a job's money is, in base units: ``deposit == paid + fee + refunded + held``.

    Attributes:
        deposit: Paid in by the client.
        paid: Paid to the provider, net of fees.
        fee: Swept to the treasury.
        refunded: Paid back to the client.
        held: Still in the vault, booked for one of them.
        state: The job's state as written; None once the job is closed.
        transaction: What brought it here; None when it was only read.
    """

    deposit: int
    paid: int
    fee: int
    refunded: int
    held: int
    state: JobState | Unknown | None
    transaction: Landed | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of_job(cls, job: Job, transaction: Landed | None = None) -> Settlement:
        """Read the settlement of a job that exists."""
        held = job.deposit - job.paid - job.fee - job.refunded
        return cls(job.deposit, job.paid, job.fee, job.refunded, held, job.state, transaction)

    @classmethod
    def of_closed(cls, event: JobClosed, transaction: Landed | None = None) -> Settlement:
        """Read the final settlement of a job that is gone, from its last event."""
        held = event.deposit - event.paid - event.fee - event.refunded
        return cls(event.deposit, event.paid, event.fee, event.refunded, held, None, transaction)


@dataclass(frozen=True, slots=True)
class OfferChange:
    """An offer after it was posted or updated.

    Attributes:
        offer: The offer as it is now.
        transaction: What brought it here.
    """

    offer: OfferView
    transaction: Landed = field(repr=False)
