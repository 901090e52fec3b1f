"""Where lamports went as accounts were closed or deposits returned: to whoever had paid them.

The runtime keeps the sum of lamports: what a transaction's accounts lose together is its fee. So
it is enough that nobody gains more than is told (rent that came back, tips) less the fee: what
anybody is short of then paid for accounts that the transaction created.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.localnet.conservation.books import JobChange
from ionet.localnet.conservation.deposits import HoldingChange, flows_of
from ionet.localnet.conservation.step import Step, Violation
from ionet.programs.escrow.accounts import Cluster
from ionet.programs.escrow.events import ClusterClosed, JobExpired


@dataclass(frozen=True, slots=True)
class Closing:
    """What was closed, and the lamports that came back.

    Attributes:
        addresses: A job and its vault, or a cluster.
        rent_payer: Who had paid for them, as they say themselves.
        rent: What the event says that came back.
    """

    addresses: tuple[Pubkey, ...]
    rent_payer: Pubkey
    rent: int


def check_rent(
    step: Step, changes: Iterable[JobChange], holdings: Sequence[HoldingChange]
) -> Iterator[Violation]:
    """Yield each account whose lamports moved otherwise than a closing or a return says.

    Nothing is checked where nothing was closed and no holding was written, or where the transaction
    calls a program that may move lamports by itself.
    """
    closings = (*_closed_jobs(changes), *_closed_clusters(step))
    if not (closings or holdings) or not step.is_followed:
        return
    tips = [event for event in step.events if isinstance(event, JobExpired)]
    told: Counter[Pubkey] = Counter({step.payer: -step.fee})
    for event in tips:
        told[event.caller] += event.tip
    for holding in holdings:
        for payee, lamports in flows_of(holding):
            told[payee] += lamports
    for closing in closings:
        told[closing.rent_payer] += closing.rent
        left = sum(event.tip for event in tips if event.job in closing.addresses)
        there = sum(_lamports(step.states(address)[0]) for address in closing.addresses)
        if closing.rent != there - left:
            found = f"returned {closing.rent} lamports of {there}, tip {left}"
            yield Violation(closing.addresses[0], "what is closed returns all its rent", found)
    settled = {address for closing in closings for address in closing.addresses}
    settled |= {holding.address for holding in holdings}
    for address, (before, after) in step.written.items():
        if before is None or address in settled or _is_created(before, after):
            continue
        gain = _lamports(after) - before.lamports
        if gain > told[address]:
            found = f"gained {gain} lamports, told {told[address]}"
            yield Violation(address, "only returned rent and tips are gained", found)


def _closed_jobs(changes: Iterable[JobChange]) -> Iterator[Closing]:
    for change in changes:
        for life in change.lives:
            if life.closing is not None:
                addresses = (change.address, change.vault)
                yield Closing(addresses, life.job.rent_payer, life.closing.rent)


def _closed_clusters(step: Step) -> Iterator[Closing]:
    for event in step.events:
        if isinstance(event, ClusterClosed):
            account = step.states(event.cluster)[0]
            if account is not None:
                cluster = Cluster.decode(event.cluster, account, program_id=step.escrow)
                yield Closing((event.cluster,), cluster.rent_payer, event.rent)


def _is_created(before: Account, after: Account | None) -> bool:
    """Whether somebody's lamports were waiting at the address of an account since created."""
    return after is not None and after.owner != before.owner


def _lamports(account: Account | None) -> int:
    return 0 if account is None else account.lamports
