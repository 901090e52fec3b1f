"""Follows jobs through their events, moving each amount as the program said it moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.devices import Result, result_of
from ionet.epochs import starts_at
from ionet.events import Event
from ionet.localnet.demo_record import Executed
from ionet.localnet.demo_report import JobLine, Money, Service
from ionet.programs.escrow.accounts import Job
from ionet.programs.escrow.enums import EndReason, JobKind, JobState
from ionet.programs.escrow.events import (
    FeeSwept,
    JobAccepted,
    JobCancelled,
    JobClosed,
    JobDeclined,
    JobEnded,
    JobExpired,
    JobExtended,
    JobOpened,
    JobRefunded,
    JobReleased,
    JobSettled,
    JobStarted,
    OfferPosted,
    VoucherSettled,
)
from ionet.programs.escrow.pdas import find_vault
from ionet.programs.verification.constants import EPOCH_SECONDS
from ionet.programs.verification.events import DeviceTallied
from ionet.tokens import decode_token_account

GetAccount: TypeAlias = Callable[[Pubkey], Account | None]


def money_moved(event: Event) -> Money:
    """Return what one event moved: into escrow, or out of it to one payee; ``held`` is left 0."""
    match event:
        case JobOpened():
            return Money(deposit=event.deposit)
        case JobExtended():
            return Money(deposit=event.added_deposit)
        case JobSettled() | VoucherSettled() | JobReleased():
            return Money(paid=event.net)
        case FeeSwept():
            return Money(fee=event.amount)
        case JobDeclined() | JobCancelled() | JobExpired() | JobEnded() | JobRefunded():
            return Money(refunded=event.refund)
        case _:
            return Money()


@dataclass(slots=True)
class _Followed:
    opened: JobOpened
    offer: OfferPosted
    moved: Money = field(default_factory=Money)
    started_at: int = 0
    ended: JobEnded | None = None
    closed: JobClosed | None = None

    def take(self, event: Event) -> None:
        """Take note of one of the job's events."""
        self.moved += money_moved(event)
        match event:
            case JobAccepted() | JobStarted():
                self.started_at = event.started_at
            case JobEnded():
                self.ended = event
            case JobClosed():
                self.closed = event
            case _:
                pass

    def service(self, unseen: Iterable[tuple[int, int]]) -> Service | None:
        """Return what its device did, if it is a rental that ran and ended.

        Args:
            unseen: Unix seconds, first and end of each epoch in which the device is not paid.
        """
        if self.ended is None or self.opened.kind is not JobKind.RENTAL:
            return None
        is_early = self.ended.reason is EndReason.CLIENT
        dark = [
            max(first, self.started_at)
            for first, end in unseen
            if first < self.ended.ended_at and end > self.started_at
        ]
        return Service(
            device=self.offer.device,
            rate=self.opened.rate,
            started_at=self.started_at,
            ended_at=self.ended.ended_at,
            seen=self.ended.seen_seconds,
            minimum=self.offer.min_charge if is_early else 0,
            unseen_from=min(dark, default=None),
        )


def follow_jobs(
    executed: Sequence[Executed],
    *,
    names: Mapping[Pubkey, str],
    labels: Mapping[Pubkey, str],
    get_account: GetAccount,
    escrow: Pubkey,
    genesis: int,
) -> tuple[JobLine, ...]:
    """Return a line for each job that was opened, in the order of opening.

    Args:
        executed: What landed.
        names: Names of providers, by address.
        labels: Names of jobs, by address.
        get_account: Reads the chain as it is now, for jobs that are not closed.
        escrow: The escrow program.
        genesis: Unix second at which epoch 0 begins.
    """
    unseen = _unseen_epochs(executed, genesis)
    return tuple(
        JobLine(
            label=labels.get(address, str(address)),
            address=address,
            kind=_lower(job.opened.kind),
            provider=names.get(job.offer.provider, str(job.offer.provider)),
            state="closed" if job.closed else _state(address, get_account(address), escrow),
            rent=job.closed.rent if job.closed else 0,
            money=job.moved + Money(held=_vault_balance(address, get_account, escrow)),
            final=None if job.closed is None else _final(job.closed),
            service=job.service(unseen.get(job.offer.device, ())),
        )
        for address, job in _followed(executed).items()
    )


def _followed(executed: Iterable[Executed]) -> dict[Pubkey, _Followed]:
    """Gather what each job's events say, by its address."""
    offers: dict[Pubkey, OfferPosted] = {}
    jobs: dict[Pubkey, _Followed] = {}
    for event in (event for transaction in executed for event in transaction.events):
        if isinstance(event, OfferPosted):
            offers[event.offer] = event
        elif isinstance(event, JobOpened):
            jobs[event.job] = _Followed(event, offers[event.offer])
        job = jobs.get(getattr(event, "job", Pubkey.default()))
        if job is not None:
            job.take(event)
    return jobs


def _unseen_epochs(
    executed: Iterable[Executed], genesis: int
) -> dict[Pubkey, list[tuple[int, int]]]:
    """Return, by device, first second and end of each epoch in which it was found to be unseen."""
    unseen: dict[Pubkey, list[tuple[int, int]]] = {}
    for event in (event for transaction in executed for event in transaction.events):
        if isinstance(event, DeviceTallied) and result_of(event.nibble) is Result.UNSEEN:
            # What an epoch finds decides the next one.
            first = starts_at(genesis, event.epoch_number + 1)
            unseen.setdefault(event.device, []).append((first, first + EPOCH_SECONDS))
    return unseen


def _vault_balance(job: Pubkey, get_account: GetAccount, escrow: Pubkey) -> int:
    """Read what the job's vault holds; a vault that is gone holds nothing."""
    vault = find_vault(job, program_id=escrow)[0]
    account = get_account(vault)
    return 0 if account is None else decode_token_account(vault, account).amount


def _final(closed: JobClosed) -> Money:
    return Money(closed.deposit, closed.paid, closed.fee, closed.refunded, 0)


def _state(address: Pubkey, account: Account | None, escrow: Pubkey) -> str:
    # Without an event that says so nothing closes a job: "missing" is a finding.
    if account is None:
        return "missing"
    return _lower(Job.decode(address, account, program_id=escrow).state)


def _lower(value: JobKind | JobState | Unknown) -> str:
    return f"unknown {value.tag}" if isinstance(value, Unknown) else value.name.lower()
