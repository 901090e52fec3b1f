"""Money is conserved: for each job, after each transaction.

``deposit == paid + fee + refunded + held`` with ``held >= 0``, where ``held`` is what remains, and
the vault holds at least that much (ADR 004). What the provider and the treasury got never exceeds
the shares of what was earned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.errors import AccountDecodeError
from ionet.localnet.genesis import Program
from ionet.programs.escrow.accounts import Job
from ionet.programs.escrow.pdas import find_vault
from ionet.tokens import decode_token_account

BPS = 10_000


@dataclass(frozen=True, slots=True)
class Violation:
    """A job whose money does not add up: the rule, and the amounts found."""

    job: Pubkey
    rule: str
    found: str


class ConservationCheck:
    """Checks every job that a transaction wrote, and every job whose vault it wrote.

    Args:
        get_account: Reads the chain as it is after the transaction.
        programs: Where the program named ``escrow`` is looked up; without it nothing is checked.
    """

    def __init__(
        self, get_account: Callable[[Pubkey], Account | None], programs: Iterable[Program]
    ) -> None:
        self._get_account = get_account
        self._escrow = next((p.address for p in programs if p.name == "escrow"), None)
        self._job_of_vault: dict[Pubkey, Pubkey] = {}

    def after(self, written: Iterable[tuple[Pubkey, Account | None]]) -> Violation | None:
        """Return the first violation among the accounts a transaction wrote, or None."""
        if self._escrow is None:
            return None
        for address, account in written:
            job = self._job_of_vault.get(address)
            if job is not None:
                address, account = job, self._get_account(job)
            violation = self._check(self._escrow, address, account)
            if violation is not None:
                return violation
        return None

    def _check(self, escrow: Pubkey, address: Pubkey, account: Account | None) -> Violation | None:
        if account is None or account.owner != escrow:
            return None
        try:
            job = Job.decode(address, account, program_id=escrow)
        except AccountDecodeError:
            return None  # another kind of account of the program
        vault = find_vault(address, program_id=escrow)[0]
        self._job_of_vault[vault] = address
        return self._violation(address, job, vault)

    def _violation(self, address: Pubkey, job: Job, vault: Pubkey) -> Violation | None:
        held = job.deposit - job.paid - job.fee - job.refunded
        fee_due = job.earned * job.fee_bps // BPS
        account = self._get_account(vault)
        balance = 0 if account is None else decode_token_account(vault, account).amount
        for rule, holds in (
            ("deposit == paid + fee + refunded + held, held >= 0", held >= 0),
            ("vault >= held", balance >= held),
            ("earned <= deposit", job.earned <= job.deposit),
            ("fee <= floor(earned * fee_bps / 10000)", job.fee <= fee_due),
            ("paid <= earned - fee due", job.paid <= job.earned - fee_due),
        ):
            if not holds:
                found = (
                    f"deposit {job.deposit}, paid {job.paid}, fee {job.fee},"
                    f" refunded {job.refunded}, earned {job.earned}, held {held}, vault {balance}"
                )
                return Violation(address, rule, found)
        return None
