"""What a client asks for when opening a job, and whether a job that exists is that."""

from __future__ import annotations

from dataclasses import dataclass

from solders.pubkey import Pubkey

from ionet import money
from ionet.durations import checked_duration
from ionet.errors import IdempotencyError
from ionet.offers import OfferView, Quote, quote
from ionet.programs.escrow.accounts import Job
from ionet.programs.escrow.enums import JobKind, JobState

_NEVER_EXTENDED = frozenset(
    {JobState.OPEN, JobState.DECLINED, JobState.EXPIRED, JobState.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job that a client wants.

    Attributes:
        offer: The offer as the client saw it.
        duration: Seconds from start to scheduled end.
        kind: What is paid for.
        deposit: Base units, for metered jobs and deliverables; None for a rental.
    """

    offer: OfferView
    duration: int
    kind: JobKind = JobKind.RENTAL
    deposit: int | None = None

    def quote(self) -> Quote:
        """Compute what it costs; see ``ionet.offers.quote``."""
        return quote(self.offer, self.duration, kind=self.kind, deposit=self.deposit)

    def check_same(self, address: Pubkey, job: Job) -> int:
        """Return what was paid in for ``job`` at its opening, if that is what is asked for.

        A rental may have been opened at another rate than the offer has now. A job that has started
        may have been extended, so it may be longer and hold more than asked for.

        Raises:
            IdempotencyError: it is another request; names the field and both values.
            DurationError: the duration asked for is none.
        """
        duration = checked_duration(self.duration, "duration")
        _expect(address, "offer", job.offer, self.offer.address)
        _expect(address, "kind", job.kind, self.kind)
        may_have_grown = job.state not in _NEVER_EXTENDED
        if not (may_have_grown and job.duration > duration):
            _expect(address, "duration", job.duration, duration)
        deposit = self.deposit
        if deposit is None:
            return money.price(job.rate, duration)
        if not (may_have_grown and job.deposit > deposit):
            _expect(address, "deposit", job.deposit, deposit)
        return deposit


def _expect(address: Pubkey, name: str, actual: object, asked: object) -> None:
    if actual != asked:
        raise IdempotencyError(
            f"job {address}: this key opened it with {name} {_show(actual)}, not {_show(asked)};"
            f" another job needs another key"
        )


def _show(value: object) -> str:
    return value.name.lower() if isinstance(value, JobKind) else str(value)
