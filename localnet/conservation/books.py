"""What a transaction wrote into the books of a job, and the rules that books keep (ADR 004)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.errors import AccountDecodeError
from ionet.localnet.conservation.step import Step, Violation, token_account
from ionet.programs.escrow.accounts import Job
from ionet.programs.escrow.events import JobClosed
from ionet.programs.escrow.pdas import find_vault

BPS = 10_000


@dataclass(frozen=True, slots=True)
class Totals:
    """A job's cumulative amounts, in base units."""

    deposit: int = 0
    paid: int = 0
    fee: int = 0
    refunded: int = 0

    @classmethod
    def of(cls, source: Job | JobClosed) -> Self:
        """Read them off an account or off the event that ends it."""
        return cls(source.deposit, source.paid, source.fee, source.refunded)

    @property
    def held(self) -> int:
        """What remains in the vault."""
        return self.deposit - self.paid - self.fee - self.refunded

    def is_within(self, later: Totals) -> bool:
        """Whether no amount is higher than it is later."""
        return (
            self.deposit <= later.deposit
            and self.paid <= later.paid
            and self.fee <= later.fee
            and self.refunded <= later.refunded
        )


@dataclass(frozen=True, slots=True)
class Life:
    """The part of one job's life that lies within a transaction.

    Attributes:
        job: The job, for what never changes: client, offer, rent payer.
        start: Its amounts before; nothing if it was opened.
        end: Its amounts afterwards; if it was closed, those that ``JobClosed`` gives.
        closing: How it was closed.
    """

    job: Job
    start: Totals
    end: Totals
    closing: JobClosed | None = None

    @property
    def surplus(self) -> int:
        """What had been donated to the vault and left it as the job was closed."""
        return 0 if self.closing is None else self.closing.surplus


@dataclass(frozen=True, slots=True)
class JobChange:
    """A job that a transaction wrote, or whose vault it wrote.

    Attributes:
        address: The job's address.
        vault: Its vault's address.
        before: The job before; None if there was none.
        after: The job afterwards.
        balances: What the vault held before and after.
        has_vault: Whether there is a vault afterwards.
        lives: Usually one. A job can be closed and another opened at its address at once. None
            where the accounts and the ``JobClosed`` events contradict each other.
    """

    address: Pubkey
    vault: Pubkey
    before: Job | None
    after: Job | None
    balances: tuple[int, int]
    has_vault: bool
    lives: tuple[Life, ...]


def job_changes(step: Step) -> tuple[JobChange, ...]:
    """List the jobs concerned, each once, in message order."""
    addresses = (
        address
        for written, states in step.written.items()
        for state in states
        for address in _jobs_of(step, written, state)
    )
    return tuple(_change(step, address) for address in dict.fromkeys(addresses))


def check_books(change: JobChange) -> Iterator[Violation]:
    """Yield each rule that the books of a job break."""
    if not change.lives:
        found = f"there before: {change.before is not None}, after: {change.after is not None}"
        yield Violation(change.address, "a job begins by opening and ends by JobClosed", found)
        return
    before, after = change.balances
    moved = sum(life.end.held - life.start.held - life.surplus for life in change.lives)
    for rule, holds in (
        ("amounts never fall", all(life.start.is_within(life.end) for life in change.lives)),
        (
            "a closed job holds nothing",
            all(life.end.held == 0 for life in change.lives if life.closing is not None),
        ),
        *_state_rules(change.after, after),
        # More than booked is a donation; less was taken from somebody.
        ("vault moves by deposit - paid - fee - refunded, or gains", after - before >= moved),
        ("the vault of a closed job is gone", change.after is not None or not change.has_vault),
    ):
        if not holds:
            yield Violation(change.address, rule, _describe(change))


def _state_rules(job: Job | None, vault: int) -> Iterator[tuple[str, bool]]:
    if job is None:
        return
    held = Totals.of(job).held
    fee_due = job.earned * job.fee_bps // BPS
    yield "deposit == paid + fee + refunded + held, held >= 0", held >= 0
    yield "vault >= held", vault >= held
    yield "earned <= deposit", job.earned <= job.deposit
    yield "fee <= floor(earned * fee_bps / 10000)", job.fee <= fee_due
    yield "paid <= earned - fee due", job.paid <= job.earned - fee_due


def _describe(change: JobChange) -> str:
    last = change.lives[-1]
    end = last.end
    earned = "" if change.after is None else f", earned {change.after.earned}"
    return (
        f"deposit {end.deposit}, paid {end.paid}, fee {end.fee}, refunded {end.refunded}{earned},"
        f" held {last.start.held} -> {end.held},"
        f" vault {change.balances[0]} -> {change.balances[1]}, surplus {last.surplus}"
    )


def _jobs_of(step: Step, address: Pubkey, account: Account | None) -> Iterator[Pubkey]:
    """Yield the address if it is a job, or the job whose vault it is."""
    if _job(step, address, account) is not None:
        yield address
    elif (holding := token_account(address, account)) is not None:
        is_job = any(_job(step, holding.owner, state) for state in step.states(holding.owner))
        if is_job and find_vault(holding.owner, program_id=step.escrow)[0] == address:
            yield holding.owner


def _change(step: Step, address: Pubkey) -> JobChange:
    before, after = (_job(step, address, state) for state in step.states(address))
    closings = [e for e in step.events if isinstance(e, JobClosed) and e.job == address]
    vault = find_vault(address, program_id=step.escrow)[0]
    holdings = [token_account(vault, state) for state in step.states(vault)]
    balances = [0 if holding is None else holding.amount for holding in holdings]
    return JobChange(
        address,
        vault,
        before,
        after,
        (balances[0], balances[1]),
        step.states(vault)[1] is not None,
        _lives(before, after, closings),
    )


def _lives(before: Job | None, after: Job | None, closings: list[JobClosed]) -> tuple[Life, ...]:
    """Tell the lives apart; none where accounts and events contradict each other.

    A job cannot be opened and closed in one transaction: it closes only once its opening can no
    longer land, which takes a second at least.
    """
    match before, after, closings:
        case Job() as old, Job() as new, [] if old.opened_slot == new.opened_slot:
            return (Life(old, Totals.of(old), Totals.of(new)),)
        case Job() as old, None, [JobClosed() as closing]:
            return (_closed(old, closing),)
        case Job() as old, Job() as new, [JobClosed() as closing] if (
            old.opened_slot != new.opened_slot
        ):
            return _closed(old, closing), _opened(new)
        case None, Job() as new, []:
            return (_opened(new),)
        case _:
            return ()


def _opened(job: Job) -> Life:
    return Life(job, Totals(), Totals.of(job))


def _closed(job: Job, closing: JobClosed) -> Life:
    return Life(job, Totals.of(job), Totals.of(closing), closing)


def _job(step: Step, address: Pubkey, account: Account | None) -> Job | None:
    if account is None or account.owner != step.escrow:
        return None
    try:
        return Job.decode(address, account, program_id=step.escrow)
    except AccountDecodeError:
        return None  # another kind of account of the program
