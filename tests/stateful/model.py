"""The market in plain Python: what ADR 003 and 004 say, written apart from program and SDK.

Amounts are base units, times Unix seconds, rounding by ``Fraction``. Where the program keeps
running totals, the model states what is owed as a function of what happened: how long a job ran,
who stopped it, which voucher was the highest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.stateful.devices import DeviceModel

RENTAL, METERED, DELIVERABLE = range(3)
OPEN, ACTIVE, ENDING, DISPUTED, RULED, DECLINED, EXPIRED, CANCELLED = range(8)
HOLD_BACK = 6 * 3_600
WINDOW_OF = {RENTAL: 6 * 3_600, METERED: 3_600}


class Refused(Exception):  # noqa: N818 -- an outcome, not an accident
    """The program must refuse with this error."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def price(rate: int, seconds: int) -> int:
    """Return what a client pays for so long: rounded up."""
    return ceil(Fraction(rate * seconds, 3_600))


def gross_of(rate: int, seconds: int) -> int:
    """Return what a provider earns in so long: rounded down."""
    return floor(Fraction(rate * seconds, 3_600))


def fee_of(gross: int, bps: int) -> int:
    """Return the treasury's share: rounded down."""
    return floor(Fraction(gross * bps, 10_000))


@dataclass
class OfferModel:
    """An offer and what its counters must say."""

    rate: int
    min_duration: int
    max_duration: int
    min_charge: int
    kinds: int
    device: DeviceModel
    live_job: Any = None
    seconds: int = 0
    gross: int = 0
    fee: int = 0
    jobs: int = 0
    expired: int = 0


@dataclass
class ClusterModel:
    """A cluster: ``places`` were opened, of which so many are accepted or not closed."""

    size: int
    accept_by: int
    started_at: int = 0
    is_failed: bool = False
    accepted: int = 0
    unclosed: int = 0
    places: set[int] = field(default_factory=set)


@dataclass
class JobModel:
    """A job: what was agreed, what happened, what was paid.

    Attributes:
        device: Of its offer.
        booked_seconds: While it runs, how long a run has been booked.
        ran: Seconds from start to stop; None before the stop.
        charged: Seconds that are charged at least, once its client ended it.
        voucher: The highest amount signed and handed in, metered jobs.
        donated: In the vault beyond what is held.
    """

    kind: int
    device: DeviceModel
    deposit: int
    rate: int
    duration: int
    fee_bps: int
    min_charge: int
    opened_at: int
    accept_by: int
    valid_until: int
    review_window: int
    tip: int
    member: int = 0
    state: int = OPEN
    started_at: int = 0
    is_accepted: bool = False
    is_final: bool = False
    is_submitted: bool = False
    booked_seconds: int = 0
    ran: int | None = None
    charged: int = 0
    voucher: int = 0
    paid: int = 0
    fee: int = 0
    refunded: int = 0
    donated: int = 0

    # What is owed

    @property
    def is_stopped(self) -> bool:
        """Whether it no longer holds its device."""
        return self.state not in (OPEN, ACTIVE)

    @property
    def held_seconds(self) -> int:
        """Seen seconds at the end of a stopped rental whose pay waits."""
        if self.kind != RENTAL or self.ran is None:
            return 0
        return self._seen(max(0, self.ran - HOLD_BACK), self.ran)

    @property
    def seen_seconds(self) -> int:
        """Seconds that count."""
        if self.kind != RENTAL:
            return 0
        return self._seen(0, self.booked_seconds if self.ran is None else self.ran)

    def _seen(self, since: int, until: int) -> int:
        return self.device.seen(self.started_at + since, self.started_at + until)

    @property
    def earned(self) -> int:
        """What the provider has earned, fee included."""
        if self.kind == METERED:
            return min(self.voucher, self.deposit)
        if self.kind == DELIVERABLE:
            return self.deposit if self.is_submitted else 0
        return min(self.deposit, gross_of(self.rate, max(self.seen_seconds, self.charged)))

    @property
    def released_seconds(self) -> int:
        """Seen seconds of a rental whose pay is released."""
        return self.seen_seconds - (0 if self.is_final else self.held_seconds)

    @property
    def released(self) -> int:
        """What the provider could have been paid by now, fee included."""
        if self.is_final or self.kind == METERED:
            return self.earned
        if self.kind == DELIVERABLE:
            return 0
        return min(self.earned, gross_of(self.rate, self.released_seconds))

    @property
    def released_fee(self) -> int:
        """The treasury's share of what is released."""
        return fee_of(self.released, self.fee_bps)

    @property
    def release_at(self) -> int:
        """When its window is over."""
        assert self.ran is not None
        window = WINDOW_OF.get(self.kind, self.review_window if self.is_submitted else 0)
        return self.started_at + self.ran + window

    @property
    def held(self) -> int:
        """What the vault holds of the deposit."""
        return self.deposit - self.paid - self.fee - self.refunded

    def due_to_client(self, now: int) -> int:
        """Return what the client can be paid now."""
        if not self.is_stopped:
            return 0
        may_earn = self.state == ENDING and self.kind == METERED and not self.is_final
        if may_earn and now < self.release_at:
            return 0
        return self.deposit - self.earned - self.refunded

    @property
    def due_to_provider(self) -> int:
        """What the provider can be paid now."""
        return self.released - self.released_fee - self.paid

    # What time and people do

    def elapse(self, now: int, cluster: ClusterModel | None) -> bool:
        """Apply what time alone decides; True if the scheduled end was written."""
        if self.state == OPEN and self.is_accepted and cluster and cluster.started_at:
            self.start(cluster.started_at)
        if self.state == ACTIVE and now >= self.started_at + self.duration:
            self.stop(self.duration)
            return True
        return False

    def start(self, at: int) -> None:
        """Begin to run."""
        self.state, self.started_at, self.is_accepted = ACTIVE, at, False

    def run_for(self, now: int) -> int:
        """Return for how long it has run, at most its duration."""
        return min(now - self.started_at, self.duration)

    def stop(self, after: int, *, charged: int = 0) -> None:
        """End so many seconds after the start."""
        is_seen_at_first = self._seen(0, 1) > 0
        self.state, self.ran = ENDING, after
        self.charged = charged if is_seen_at_first else 0

    def book(self, now: int) -> None:
        """Account a running rental up to one hold-back ago."""
        if self.state == ACTIVE and self.kind == RENTAL:
            self.booked_seconds = max(0, self.booked_seconds, self.run_for(now) - HOLD_BACK)

    def expect(self, *states: int) -> None:
        """Refuse in any other state."""
        if self.state not in states:
            raise Refused("WrongState")

    def copy(self) -> JobModel:
        """Return the same job, to try something on."""
        return replace(self)
