"""The ``jobs`` section of ``tests/vectors/money.json``: what is due of a job at a moment.

Each case is a job as an account stores it (fields that are 0 or false are left out), the clock, and
what an instruction would then find. Both follow by closed formulas from what happened to the job:
no state machine takes part. Every second of a device counts as seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

START = 1_800_000_000
HOUR = 3_600
DAY = 86_400
HOLD_BACK = 6 * HOUR
RENTAL_WINDOW = 6 * HOUR
VOUCHER_GRACE = HOUR
PRICE = 2_490_000
"""Base units per hour: 2.49 USDC."""

Case = dict[str, Any]


def jobs() -> list[Case]:
    """Return all cases; names are unique."""
    cases = [*_running(), *_elapsed(), *_stopped(), *_other_kinds(), *_never_started(), *_bounds()]
    names = [case["name"] for case in cases]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise SystemExit(f"cases of one name: {repeated}")
    return cases


def _running() -> list[Case]:
    moments = (0, 1, HOLD_BACK - 1, HOLD_BACK, HOLD_BACK + 1, DAY - 1)
    return [
        *(rental(f"rental runs for {run} s, never settled", run=run) for run in moments),
        *(
            rental(f"rental runs for {run} s, settled at 8 h", run=run, settled_at=8 * HOUR)
            for run in (8 * HOUR, 8 * HOUR + 1, DAY - 1)
        ),
        rental("rental settled and swept at 8 h", run=8 * HOUR, settled_at=8 * HOUR, is_swept=True),
        rental("rental whose clock is behind its start", run=-5),
        rental("rental at one unit per hour", run=DAY - 1, rate=1),
        rental("rental at a rate below the hour", run=8 * HOUR + 17, rate=3_599),
    ]


def _elapsed() -> list[Case]:
    return [
        *(
            rental(f"rental {run - DAY:+} s from its end, never settled", run=run)
            for run in (DAY - 1, DAY, DAY + 1, DAY + RENTAL_WINDOW)
        ),
        rental("rental past its end, settled at 8 h", run=DAY, settled_at=8 * HOUR),
        rental("rental past its end, settled a second before", run=DAY, settled_at=DAY - 1),
        rental("rental shorter than the hold-back, past its end", run=HOUR, duration=HOUR),
        rental("rental as long as the hold-back, at its end", run=HOLD_BACK, duration=HOLD_BACK),
        rental("rental one second longer than the hold-back", run=DAY, duration=HOLD_BACK + 1),
        rental("rental with an odd price refunds the excess unit", run=DAY, rate=7, duration=3_601),
        rental("free of fees", run=DAY, fee_bps=0),
        rental("at the highest fee", run=DAY, fee_bps=1_000),
    ]


def _stopped() -> list[Case]:
    by_client = [
        rental(f"ended by the client at {at} s, minimum charge 60 s", stop=at, by_client=True)
        for at in (0, 1, 59, 60, 61, HOLD_BACK, HOLD_BACK + 1, DAY - 1)
    ]
    by_provider = [rental(f"quit at {at} s", stop=at) for at in (0, 1, 60, HOLD_BACK + 1)]
    window = [
        rental(f"quit at 8 h, {late:+} s from its release", stop=8 * HOUR, late=late)
        for late in (-1, 0, 1)
    ]
    return [
        *by_client,
        *by_provider,
        *window,
        rental("quit at 9 h, settled at 8 h", stop=9 * HOUR, settled_at=8 * HOUR),
        rental("quit at 9 h, final, nothing paid", stop=9 * HOUR, is_final=True),
        rental("quit at 9 h, final, settled", stop=9 * HOUR, settled_at=8 * HOUR, is_final=True),
        rental("ended at 1 s, final", stop=1, by_client=True, is_final=True),
    ]


def rental(name: str, **happened: Any) -> Case:
    """Return the case of a rental; keywords as :class:`Rental`."""
    return Rental(**happened).case(name)


@dataclass(frozen=True, kw_only=True)
class Rental:
    """What happened to a rental that started at ``START``; times are seconds after it.

    Attributes:
        run: The clock; of a stopped job, its stop.
        rate: Base units per hour.
        duration: Scheduled seconds.
        fee_bps: Share of the treasury.
        settled_at: When it was last settled and paid.
        is_swept: Whether the fee was swept right after that.
        stop: When somebody stopped it; None if nobody did.
        by_client: Whether the client did, who is charged 60 s at least.
        late: Puts the clock this far from the release.
        is_final: Whether it has been released.
    """

    run: int = 0
    rate: int = PRICE
    duration: int = DAY
    fee_bps: int = 250
    settled_at: int = 0
    is_swept: bool = False
    stop: int | None = None
    by_client: bool = False
    late: int | None = None
    is_final: bool = False

    def case(self, name: str) -> Case:
        """Return the account that stores this, and what is due."""
        accounted = _past_hold_back(self.settled_at)
        booked = _pay(self.rate, accounted)
        paid, fee = _net(booked, self.fee_bps), self.is_swept * _share(booked, self.fee_bps)
        # A sweep settles nothing: while the job runs it finds what was settled last.
        swept_of = booked if self.is_running else self.released
        return _case(
            name,
            self.terms | self.progress(accounted, booked) | {"paid": paid, "fee": fee},
            START + self.now,
            state="active" if self.is_running else "ending",
            release_at=None if self.is_running else START + self.ran + RENTAL_WINDOW,
            due_to_provider=_net(self.released, self.fee_bps) - paid,
            due_to_client=0 if self.is_running else self.deposit - self.earned,
            due_to_treasury=_share(swept_of, self.fee_bps) - fee,
        )

    @property
    def terms(self) -> Case:
        """The fields that the progress of the job leaves alone."""
        return {
            "kind": "rental",
            "state": "active" if self.stop is None else "ending",
            "rate": self.rate,
            "duration": self.duration,
            "deposit": self.deposit,
            "fee_bps": self.fee_bps,
            "min_charge": 60,
            "started_at": START,
            "is_final": self.is_final,
        }

    def progress(self, accounted: int, booked: int) -> Case:
        """Return what was booked: by the last settlement while it runs, and by the stop."""
        if self.stop is None:
            return {"earned": booked, "seen_to": accounted, "seen_seconds": accounted}
        return {
            "earned": self.earned,
            "seen_to": self.ran,
            "seen_seconds": self.ran,
            "held_seconds": self.ran - _past_hold_back(self.ran),
        }

    @property
    def now(self) -> int:
        """The clock."""
        if self.stop is None:
            return self.run
        return self.stop if self.late is None else self.stop + RENTAL_WINDOW + self.late

    @property
    def is_running(self) -> bool:
        """Whether neither anybody nor time has stopped it."""
        return self.stop is None and self.now < self.duration

    @property
    def ran(self) -> int:
        """How long it has run."""
        return min(max(self.now, 0), self.duration) if self.stop is None else self.stop

    @property
    def deposit(self) -> int:
        """Price of the whole duration."""
        return ceil(Fraction(self.rate * self.duration, HOUR))

    @property
    def earned(self) -> int:
        """Gross pay for the time it has run, all of it."""
        return _pay(self.rate, max(self.ran, 60) if self.by_client else self.ran)

    @property
    def released(self) -> int:
        """The part of it that can be paid now."""
        return self.earned if self.is_final else _pay(self.rate, _past_hold_back(self.ran))


def _other_kinds() -> list[Case]:
    review = 3 * HOUR
    return [
        metered("metered job runs, a voucher unpaid", run=100, earned=500),
        metered("metered job runs, its voucher paid", run=100, earned=500, is_paid=True),
        metered("metered job, last second of grace", run=DAY + VOUCHER_GRACE - 1, earned=500),
        metered("metered job past its grace", run=DAY + VOUCHER_GRACE, earned=500),
        metered("metered job at its end", run=DAY, earned=500),
        metered("metered job ended early", run=60, stop=60, earned=500),
        metered("metered job ended early, past its grace", run=60 + VOUCHER_GRACE, stop=60),
        metered("metered job final within its grace", run=61, stop=60, earned=41, is_final=True),
        deliverable("deliverable runs", run=DAY - 1),
        deliverable("deliverable at its end with nothing submitted", run=DAY),
        deliverable("deliverable quit", run=200, stop=200),
        deliverable("result submitted", run=HOUR, stop=HOUR, review=review),
        deliverable("result reviewed", run=HOUR + review, stop=HOUR, review=review),
        deliverable("result final", run=HOUR, stop=HOUR, review=review, is_final=True),
    ]


def metered(
    name: str,
    *,
    run: int,
    earned: int = 0,
    deposit: int = 10_000,
    fee_bps: int = 250,
    is_paid: bool = False,
    stop: int | None = None,
    is_final: bool = False,
) -> Case:
    """Return a metered job of a day with vouchers over ``earned``; times after the start."""
    paid, fee = (_net(earned, fee_bps), _share(earned, fee_bps)) if is_paid else (0, 0)
    job = {
        "kind": "metered",
        "state": "active" if stop is None else "ending",
        "duration": DAY,
        "deposit": deposit,
        "fee_bps": fee_bps,
        "started_at": START,
        "seen_to": stop or 0,
        "earned": earned,
        "paid": paid,
        "fee": fee,
        "is_final": is_final,
    }
    ran = min(run, DAY) if stop is None else stop
    is_running = stop is None and run < DAY
    may_earn_more = is_running or (not is_final and run < ran + VOUCHER_GRACE)
    return _case(
        name,
        job,
        START + run,
        state="active" if is_running else "ending",
        release_at=None if is_running else START + ran + VOUCHER_GRACE,
        due_to_provider=_net(earned, fee_bps) - paid,
        due_to_client=0 if may_earn_more else deposit - earned,
        due_to_treasury=_share(earned, fee_bps) - fee,
    )


def deliverable(
    name: str,
    *,
    run: int,
    deposit: int = 80_000_001,
    stop: int | None = None,
    review: int = 0,
    is_final: bool = False,
) -> Case:
    """Return a deliverable of a day; submitted at its stop if it has a time for ``review``."""
    earned = deposit if review else 0
    job = {
        "kind": "deliverable",
        "state": "active" if stop is None else "ending",
        "duration": DAY,
        "deposit": deposit,
        "fee_bps": 250,
        "review_window": review or HOUR,
        "started_at": START,
        "seen_to": stop or 0,
        "earned": earned,
        "is_submitted": bool(review),
        "is_final": is_final,
    }
    ran = min(run, DAY) if stop is None else stop
    is_running = stop is None and run < DAY
    released = earned if is_final else 0
    return _case(
        name,
        job,
        START + run,
        state="active" if is_running else "ending",
        release_at=None if is_running else START + ran + review,
        due_to_provider=_net(released, 250),
        due_to_client=0 if is_running else deposit - earned,
        due_to_treasury=_share(released, 250),
    )


def _never_started() -> list[Case]:
    """Return requests, and members of a cluster that starts them without touching them."""
    job = {"kind": "rental", "rate": PRICE, "duration": DAY, "deposit": 59_760_000, "fee_bps": 250}
    waiting = job | {"state": "open", "is_accepted": True}
    nothing_due: Case = {"due_to_provider": 0, "due_to_treasury": 0}
    returned = [
        _case(
            f"{state}, {refunded} refunded",
            job | {"state": state, "refunded": refunded},
            START,
            state=state,
            due_to_client=59_760_000 - refunded,
            **nothing_due,
        )
        for state in ("declined", "expired", "cancelled")
        for refunded in (0, 59_760_000)
    ]
    started = rental("started with its cluster", run=8 * HOUR)
    ended = rental("started with its cluster and ended, both unwritten", run=DAY)
    members = [
        case | {"job": case["job"] | waiting | {"started_at": 0}, "cluster_started_at": START}
        for case in (started, ended)
    ]
    is_open: Case = {"state": "open", "due_to_client": 0} | nothing_due
    return [
        _case("open", job | {"state": "open"}, START, **is_open),
        _case("waiting for its cluster", waiting, START, **is_open),
        *members,
        *returned,
    ]


def _bounds() -> list[Case]:
    most: Case = {"rate": 10**13, "duration": 30 * DAY, "fee_bps": 1_000}
    return [
        rental("longest and dearest rental at its end", run=30 * DAY, **most),
        rental("longest and dearest rental, one second before", run=30 * DAY - 1, **most),
        metered("largest deposit, half used", run=DAY, deposit=2**64 - 1, earned=2**63),
        metered(
            "largest deposit at the highest fee, all used",
            run=DAY,
            deposit=2**64 - 1,
            earned=2**64 - 1,
            fee_bps=1_000,
        ),
    ]


def _case(name: str, job: Case, now: int, **expected: Any) -> Case:
    held = job["deposit"] - job.get("paid", 0) - job.get("fee", 0) - job.get("refunded", 0)
    return {
        "name": name,
        "job": {field: value for field, value in job.items() if value},
        "now": now,
        "cluster_started_at": 0,
        "expected": {"release_at": None, **expected, "held": held},
    }


def _past_hold_back(seconds: int) -> int:
    return max(seconds - HOLD_BACK, 0)


def _pay(rate: int, seconds: int) -> int:
    return floor(Fraction(rate * seconds, HOUR))


def _share(gross: int, bps: int) -> int:
    return floor(Fraction(gross * bps, 10_000))


def _net(gross: int, bps: int) -> int:
    return gross - _share(gross, bps)
