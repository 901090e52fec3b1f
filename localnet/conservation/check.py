"""The check that runs after every transaction of a demo or a replay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ionet.localnet.conservation.books import check_books, job_changes
from ionet.localnet.conservation.rent import check_rent
from ionet.localnet.conservation.step import GetAccount, Step, Violation
from ionet.localnet.conservation.tokens import check_tokens
from ionet.localnet.genesis import Program
from ionet.localnet.vm import Landed


class ConservationCheck:
    """Checks every job that a transaction wrote, and every job whose vault it wrote.

    Args:
        get_account: Reads the chain as it is after the transaction.
        programs: Where the program named ``escrow`` is looked up; without it nothing is checked.
    """

    def __init__(self, get_account: GetAccount, programs: Iterable[Program]) -> None:
        self._get_account = get_account
        self._escrow = next((p.address for p in programs if p.name == "escrow"), None)

    def after(self, landed: Landed) -> Violation | None:
        """Return the first violation of the transaction that has just landed, or None.

        A failed transaction is not looked at: the runtime puts back all but the fee.
        """
        if self._escrow is None or landed.outcome.err is not None:
            return None
        step = Step.of(landed, escrow=self._escrow, get_account=self._get_account)
        return next(_violations(step), None)


def _violations(step: Step) -> Iterator[Violation]:
    changes = job_changes(step)
    for change in changes:
        yield from check_books(change)
    yield from check_tokens(step, changes)
    yield from check_rent(step, changes)
