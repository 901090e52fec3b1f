"""The check that runs after every transaction of a demo or a replay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ionet.localnet.conservation.books import check_books, job_changes
from ionet.localnet.conservation.deposits import check_deposits, holding_changes
from ionet.localnet.conservation.rent import check_rent
from ionet.localnet.conservation.step import GetAccount, Step, Violation
from ionet.localnet.conservation.tokens import check_tokens
from ionet.localnet.genesis import Program
from ionet.localnet.vm import Landed


class ConservationCheck:
    """Checks all that a transaction wrote of jobs, of their vaults and of the verification program.

    Args:
        get_account: Reads the chain as it is after the transaction.
        programs: Where the programs named ``escrow`` and ``verification`` are looked up; without
            the escrow nothing is checked.
    """

    def __init__(self, get_account: GetAccount, programs: Iterable[Program]) -> None:
        self._get_account = get_account
        addresses = {program.name: program.address for program in programs}
        self._escrow = addresses.get("escrow")
        self._verification = addresses.get("verification")

    def after(self, landed: Landed) -> Violation | None:
        """Return the first violation of the transaction that has just landed, or None.

        A failed transaction is not looked at: the runtime puts back all but the fee.
        """
        if self._escrow is None or landed.outcome.err is not None:
            return None
        step = Step.of(
            landed,
            escrow=self._escrow,
            verification=self._verification,
            get_account=self._get_account,
        )
        return next(_violations(step), None)


def _violations(step: Step) -> Iterator[Violation]:
    changes = job_changes(step)
    for change in changes:
        yield from check_books(change)
    yield from check_tokens(step, changes)
    holdings = holding_changes(step)
    yield from check_deposits(step, holdings)
    yield from check_rent(step, changes, holdings)
