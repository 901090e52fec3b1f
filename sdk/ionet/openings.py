"""What a client signs when opening a job: checked here, before anything is paid."""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.durations import hours, minutes
from ionet.errors import OpeningExpiredError, QuoteError
from ionet.offers import OfferView, Quote
from ionet.programs.escrow import instructions
from ionet.programs.escrow.constants import (
    MAX_ACCEPT_WITHIN,
    MAX_REVIEW_WINDOW,
    MAX_TIP,
    MAX_VALID_FOR,
    MIN_REVIEW_WINDOW,
)
from ionet.programs.escrow.enums import JobKind
from ionet.programs.escrow.pdas import find_job, find_vault
from ionet.tokens import find_associated_token_address

ACCEPT_WITHIN = minutes(5)
"""Seconds that a provider has to accept, unless the client says otherwise."""

VALID_FOR = hours(24) - minutes(10)
"""Seconds in which a repeated opening finds the job and does not pay again.

Not the 24 h allowed: a clock read ahead of the block that lands would ask for more than that.
"""

LANDING_MARGIN = minutes(2)
"""Seconds from reading the clock to landing, by which a validity outlasts the time to accept.

A transaction lands within 150 blocks, about a minute, or never.
"""

REVIEW_WINDOW = hours(24)
"""Seconds in which the client of a deliverable may examine a result, unless he says otherwise."""


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """Windows and tip of a request, within the program's bounds.

    Attributes:
        accept_within: Seconds for the provider to accept, 1 to 900.
        valid_for: Seconds after which the job can be closed, from ``accept_within`` and 2 min to
            24 h; None for 10 min less.
        valid_until: The Unix second instead of ``valid_for``.
        review_window: Seconds to examine a deliverable's result, 1 h to 7 days; None for 24 h.
            Other kinds have none.
        tip: Lamports for whoever expires the request, at most 20,000; else returned.

    Raises:
        QuoteError: naming the value and the rule.
    """

    accept_within: int = ACCEPT_WITHIN
    valid_for: int | None = None
    valid_until: int | None = None
    review_window: int | None = None
    tip: int = 0

    def __post_init__(self) -> None:
        _check("accept_within", self.accept_within, 1, MAX_ACCEPT_WITHIN, "s")
        self._check_validity()
        _check("tip", self.tip, 0, MAX_TIP, "lamports")
        if self.review_window is not None:
            _check("review_window", self.review_window, MIN_REVIEW_WINDOW, MAX_REVIEW_WINDOW, "s")

    def _check_validity(self) -> None:
        if self.valid_for is not None:
            low = self.accept_within + LANDING_MARGIN
            _check("valid_for", self.valid_for, low, MAX_VALID_FOR, "s")
        if self.valid_until is None:
            return
        if type(self.valid_until) is not int:
            raise QuoteError(f"valid_until {self.valid_until!r}: must be a Unix second")
        if self.valid_for is not None:
            raise QuoteError(
                f"valid_until {self.valid_until}: give it or valid_for ({self.valid_for} s)"
            )

    def valid_until_at(self, now: int, address: Pubkey) -> int:
        """Return the Unix second until which an opening of ``address``, made now, is good.

        Args:
            now: The chain's Unix second, read after it was found that ``address`` does not exist.
            address: The job or cluster to open.

        Raises:
            OpeningExpiredError: ``valid_until`` has come.
            QuoteError: ``valid_until`` is too near or too far.
        """
        if self.valid_until is None:
            return now + (VALID_FOR if self.valid_for is None else self.valid_for)
        if now >= self.valid_until:
            raise OpeningExpiredError(
                f"valid_until {self.valid_until}: it is {now} and {address} does not exist: it was"
                f" opened and closed, or never opened; use a new key to pay again"
            )
        low = now + self.accept_within
        _check("valid_until", self.valid_until, low, now + MAX_VALID_FOR, "(Unix second)")
        return self.valid_until

    def review_window_of(self, kind: JobKind) -> int:
        """Return the seconds to write into the request: 0 unless it is for a deliverable."""
        if kind is JobKind.DELIVERABLE:
            return REVIEW_WINDOW if self.review_window is None else self.review_window
        if self.review_window is not None:
            raise QuoteError(
                f"review_window {self.review_window} s: a {kind.name.lower()} job has none"
            )
        return 0


@dataclass(frozen=True, slots=True)
class Opening:
    """One ``open_job``, complete but for the wallet.

    Attributes:
        id: The job's id, unique among the client's jobs.
        offer: The offer as the client saw it.
        quote: What it costs.
        terms: Windows and tip.
        valid_until: Unix second until which the opening is good and the job stays.
        cluster: The cluster it belongs to, if any.
        member: Its place there, from 1; 0 without a cluster.
    """

    id: int
    offer: OfferView
    quote: Quote
    terms: RequestTerms
    valid_until: int
    cluster: Pubkey | None = None
    member: int = 0

    def build(self, *, client: Pubkey, payer: Pubkey, program_id: Pubkey) -> Instruction:
        """Return the instruction; the deposit leaves the client's associated token account."""
        job = find_job(client, self.id, program_id=program_id)[0]
        return instructions.open_job(
            payer=payer,
            client=client,
            job=job,
            offer=self.offer.address,
            cluster=job if self.cluster is None else self.cluster,
            vault=find_vault(job, program_id=program_id)[0],
            client_token=find_associated_token_address(client, self.offer.mint),
            mint=self.offer.mint,
            id=self.id,
            kind=self.quote.kind,
            member=self.member,
            deposit=self.quote.deposit,
            rate=self.offer.rate,
            duration=self.quote.duration,
            # A member is accepted up to its cluster's deadline.
            accept_within=0 if self.member else self.terms.accept_within,
            review_window=self.terms.review_window_of(self.quote.kind),
            valid_until=self.valid_until,
            tip=self.terms.tip,
            terms_hash=self.offer.terms_hash,
            program_id=program_id,
        )


def _check(name: str, value: int, low: int, high: int, unit: str) -> None:
    if type(value) is not int or not low <= value <= high:
        raise QuoteError(f"{name} {value!r} {unit}: must be {low} to {high}")
