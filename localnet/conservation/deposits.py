"""Lamports in the accounts of the verification program: rent, and what is put up (ADR 009).

A device holds its rent, and while it is active a deposit; an attestor its rent and a bond; every
other account its rent. What is put up comes back to who put it up, rent to who paid it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.errors import AccountDecodeError
from ionet.localnet.conservation.step import Step, Violation
from ionet.localnet.rent import minimum_balance
from ionet.programs.verification.accounts import (
    Answers,
    Attestor,
    Device,
    Epoch,
    FreeIndex,
    Report,
    decode_account,
)
from ionet.programs.verification.constants import FOREVER


@dataclass(frozen=True, slots=True)
class Holding:
    """An account of the verification program: its lamports, and whose they are.

    Attributes:
        lamports: All of them.
        rent: What its size demands.
        put_up: Deposit or bond.
        owner: Who put it up; None where nothing ever is.
        rent_payer: Who paid the rent; None where the account does not tell.
        is_closable: Whether the account can be closed.
        registered_slot: Of a device: tells it from a later one at the same address.
        has_left: Of an attestor: only another one, at the same address, can be there again.
        is_bare: Whether nothing may be put up now.
    """

    lamports: int
    rent: int
    put_up: int = 0
    owner: Pubkey | None = None
    rent_payer: Pubkey | None = None
    is_closable: bool = False
    registered_slot: int = 0
    has_left: bool = False
    is_bare: bool = True


@dataclass(frozen=True, slots=True)
class HoldingChange:
    """An account of the program that a transaction wrote.

    Attributes:
        address: Its address.
        before: It before; None if there was none.
        after: It afterwards; None if it is closed.
        prefund: Lamports that waited at the address of an account since created.
    """

    address: Pubkey
    before: Holding | None
    after: Holding | None
    prefund: int = 0


def holding_changes(step: Step) -> tuple[HoldingChange, ...]:
    """List the accounts concerned, in message order; closed and made again, one counts twice."""
    return tuple(
        change
        for address, states in step.written.items()
        for change in _changes(step, address, *states)
    )


def check_deposits(step: Step, changes: tuple[HoldingChange, ...]) -> Iterator[Violation]:
    """Yield each rule that an account of the verification program breaks."""
    # Only where nothing else of the transaction could give lamports is more than needed too much.
    is_exact = step.is_followed
    for change in changes:
        before, after = change.before, change.after
        for rule, holds in (
            *_state_rules(after),
            ("only devices, attestors and freed indexes are closed", _may_close(before, after)),
            ("lamports move by what is put up", _moves_as_booked(change, is_exact=is_exact)),
        ):
            if not holds:
                yield Violation(change.address, rule, f"{_describe(before)} -> {_describe(after)}")


def flows_of(change: HoldingChange) -> Iterator[tuple[Pubkey, int]]:
    """Yield who gained how many lamports by a change, negative for what was paid or put up."""
    before, after = change.before, change.after
    for sign, holding in ((1, before), (-1, after)):
        if holding is not None and holding.owner is not None:
            yield holding.owner, sign * holding.put_up
    if before is None and after is not None and after.rent_payer is not None:
        yield after.rent_payer, -max(after.rent - change.prefund, 0)
    if after is None and before is not None and before.rent_payer is not None:
        # With what somebody donated: exactly what was put up is the owner's.
        yield before.rent_payer, before.lamports - before.put_up


def _state_rules(after: Holding | None) -> Iterator[tuple[str, bool]]:
    if after is not None:
        yield "lamports >= rent + what is put up", after.lamports >= after.rent + after.put_up
        yield (
            "a deposit is there while a device is active, a bond always, and nothing else",
            (after.put_up == 0) == after.is_bare,
        )


def _may_close(before: Holding | None, after: Holding | None) -> bool:
    return before is None or after is not None or before.is_closable


def _moves_as_booked(change: HoldingChange, *, is_exact: bool) -> bool:
    before, after = change.before, change.after
    if after is None:
        return True
    if before is None:
        booked = max(change.prefund, after.rent) + after.put_up
    else:
        booked = before.lamports + after.put_up - before.put_up
    return after.lamports == booked if is_exact else after.lamports >= booked


def _describe(holding: Holding | None) -> str:
    if holding is None:
        return "none"
    return f"lamports {holding.lamports} (rent {holding.rent}, put up {holding.put_up})"


def _changes(
    step: Step, address: Pubkey, old: Account | None, new: Account | None
) -> Iterator[HoldingChange]:
    before, after = _holding(step, address, old), _holding(step, address, new)
    if before is not None and after is not None and not _is_same_life(before, after):
        yield HoldingChange(address, before, None)
        yield HoldingChange(address, None, after)
    elif before is not None or after is not None:
        prefund = 0 if old is None or before is not None else old.lamports
        yield HoldingChange(address, before, after, prefund)


def _is_same_life(before: Holding, after: Holding) -> bool:
    is_back = before.has_left and not after.has_left
    return before.registered_slot == after.registered_slot and not is_back


def _holding(step: Step, address: Pubkey, account: Account | None) -> Holding | None:
    if account is None or step.verification is None or account.owner != step.verification:
        return None
    held = Holding(account.lamports, minimum_balance(len(account.data)))
    try:
        state = decode_account(address, account, program_id=step.verification)
    except AccountDecodeError:
        return held
    match state:
        case Device():
            return replace(
                held,
                put_up=state.deposit,
                owner=state.owner,
                rent_payer=state.rent_payer,
                is_closable=True,
                registered_slot=state.registered_slot,
                is_bare=state.active_until != FOREVER,
            )
        case Attestor():
            return replace(
                held,
                put_up=state.bond,
                owner=state.authority,
                rent_payer=state.rent_payer,
                is_closable=True,
                has_left=state.active_until != FOREVER,
                is_bare=False,
            )
        case FreeIndex():
            return replace(held, rent_payer=state.rent_payer, is_closable=True)
        case Answers() | Epoch() | Report():
            return replace(held, rent_payer=state.rent_payer)
        case _:
            return held
