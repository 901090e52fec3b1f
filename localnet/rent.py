"""The runtime's rent rule, for the lane whose LiteSVM does not apply it.

Source: Agave ``svm-rent-collector`` (``RentState``, ``transition_allowed``): after a transaction
an account is empty, rent exempt, or was already below exemption, kept its size and did not grow.
"""

from __future__ import annotations

from collections.abc import Iterable

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.lanes import LAMPORTS_PER_BYTE

ACCOUNT_OVERHEAD = 128
"""Bytes of storage that each account pays for beside its data."""
_INCINERATOR = Pubkey.from_string("1nc1nerator11111111111111111111111111111111")


def minimum_balance(data_len: int) -> int:
    """Return the lamports that make an account of ``data_len`` bytes rent exempt."""
    return (ACCOUNT_OVERHEAD + data_len) * LAMPORTS_PER_BYTE


def is_transition_allowed(before: Account | None, after: Account | None) -> bool:
    """Tell whether an account may go from one state to the other within a transaction."""
    if after is None or after.lamports == 0:
        return True
    if after.lamports >= minimum_balance(len(after.data)):
        return True
    return (
        before is not None
        and 0 < before.lamports < minimum_balance(len(before.data))
        and len(before.data) == len(after.data)
        and after.lamports <= before.lamports
    )


def first_violation(
    changes: Iterable[tuple[Pubkey, Account | None, Account | None]],
) -> Pubkey | None:
    """Return the first address whose (before, after) breaks the rule, or None."""
    for address, before, after in changes:
        if address != _INCINERATOR and not is_transition_allowed(before, after):
            return address
    return None
