"""Where tokens went: every owner gains or loses what was booked for them, and nobody else.

What moved is read from balances, not from instructions, so that no way of moving tokens is missed.
What the transaction's own plain token instructions moved is added to what the escrow booked; a
transaction that calls anything else which could move tokens is not followed (its vaults still
are, by ``books``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.token import ID as TOKEN_PROGRAM

from ionet.errors import AccountDecodeError
from ionet.localnet.conservation.books import JobChange, Life
from ionet.localnet.conservation.step import (
    COMPUTE_BUDGET,
    ED25519,
    MEMO,
    Call,
    Step,
    Violation,
    token_account,
)
from ionet.programs.escrow.accounts import Config, Offer
from ionet.programs.escrow.pdas import find_config
from ionet.tokens import ASSOCIATED_TOKEN_PROGRAM, decode_mint

Holder: TypeAlias = tuple[Pubkey, Pubkey]
"""Mint and owner. A mint as its own owner holds what was burned, and lacks what was minted."""
Moves: TypeAlias = Counter[Holder]
"""Base units gained, negative if lost. The moves of a transaction add up to 0 for each mint."""

NATIVE_MINT = Pubkey.from_string("So11111111111111111111111111111111111111112")
STILL = frozenset({SYSTEM_PROGRAM, COMPUTE_BUDGET, ED25519, MEMO})
"""Programs that move no tokens."""
_CREATE_ASSOCIATED = (b"", b"\x00", b"\x01")
_STILL_TAGS = frozenset(bytes([tag]) for tag in (0, 1, 4, 5, 9, 10, 11, 13, 16, 18, 20))
"""Initialise, approve, revoke, freeze, thaw, and close, which demands an empty account."""
_ENDS = {
    b"\x03": (0, 1),
    b"\x0c": (0, 2),
    b"\x07": (0, 1),
    b"\x0e": (0, 1),
    b"\x08": (0, 1),
    b"\x0f": (0, 1),
}
"""Transfer, TransferChecked, MintTo (Checked), Burn (Checked): places of giver and taker."""
_AMOUNT = slice(1, 9)
MINT_LENGTH = 82


def check_tokens(step: Step, changes: Iterable[JobChange]) -> Iterator[Violation]:
    """Yield each owner whose tokens moved otherwise than booked."""
    expected = _plain_moves(step)
    config = find_config(program_id=step.escrow)[0]
    if expected is None or config in step.written:  # the treasury may have changed underway
        return
    for change in changes:
        for life in change.lives:
            try:
                _book(expected, step, change.address, life)
            except AccountDecodeError as error:
                yield Violation(change.address, "a job has an offer and a config", str(error))
                return
    found = _found_moves(step)
    for mint, owner in dict.fromkeys((*expected, *found)):
        moved, booked = found[mint, owner], expected[mint, owner]
        # Native SOL is lamports as well, which move by other rules.
        if moved != booked and mint != NATIVE_MINT:
            amounts = f"mint {mint}: moved {moved:+}, booked {booked:+}"
            yield Violation(owner, "tokens of each owner move by what is booked", amounts)


def _book(moves: Moves, step: Step, job: Pubkey, life: Life) -> None:
    """Add what the escrow says that it moved for a job.

    Raises:
        AccountDecodeError: the job's offer, or the config that a fee needs, is not there.
    """
    start, end = life.start, life.end
    offer = Offer.decode(life.job.offer, _present(step, life.job.offer), program_id=step.escrow)
    mint, client = offer.mint, life.job.client
    moves[mint, client] += end.refunded - start.refunded - (end.deposit - start.deposit)
    moves[mint, offer.provider] += end.paid - start.paid
    moves[mint, job] += end.held - start.held - life.surplus
    if end.fee != start.fee:
        moves[mint, _treasury(step)] += end.fee - start.fee
    if life.closing is not None:
        moves[mint, mint if life.closing.is_surplus_burned else client] += life.surplus


def _treasury(step: Step) -> Pubkey:
    address = find_config(program_id=step.escrow)[0]
    return Config.decode(address, _present(step, address), program_id=step.escrow).treasury


def _present(step: Step, address: Pubkey) -> Account:
    account = step.states(address)[1]
    if account is None:
        raise AccountDecodeError(f"account {address}: does not exist")
    return account


def _found_moves(step: Step) -> Moves:
    """Read from balances what every owner gained, and from supplies what was burned."""
    moves: Moves = Counter()
    for address, states in step.written.items():
        for sign, state in zip((-1, 1), states, strict=True):
            if (holding := token_account(address, state)) is not None:
                moves[holding.mint, holding.owner] += sign * holding.amount
            elif (supply := _supply(address, state)) is not None:
                moves[address, address] -= sign * supply
    return moves


def _supply(address: Pubkey, account: Account | None) -> int | None:
    if account is None or account.owner != TOKEN_PROGRAM or len(account.data) != MINT_LENGTH:
        return None
    try:
        return decode_mint(address, account).supply
    except AccountDecodeError:
        return None  # not initialised: nothing was minted


def _plain_moves(step: Step) -> Moves | None:
    """Add up the transaction's own token instructions; None if not all it calls is known."""
    moves: Moves = Counter()
    for call in step.calls or ():
        if call.program == TOKEN_PROGRAM:
            if not _add_plain(moves, step, call):
                return None
        elif call.program == ASSOCIATED_TOKEN_PROGRAM:
            if call.data not in _CREATE_ASSOCIATED:
                return None
        elif call.program not in (step.escrow, step.verification, *STILL):
            return None
    return None if step.calls is None else moves


def _add_plain(moves: Moves, step: Step, call: Call) -> bool:
    """Add one token instruction; tell whether it is understood."""
    tag, amount = call.data[:1], int.from_bytes(call.data[_AMOUNT], "little")
    if tag in _STILL_TAGS:
        return True
    places = _ENDS.get(tag)
    if places is None:
        return False
    giver, taker = (_holder(step, call.accounts[place]) for place in places)
    if giver is None or taker is None:
        return False
    moves[giver] -= amount
    moves[taker] += amount
    return True


def _holder(step: Step, address: Pubkey) -> Holder | None:
    """Return whose tokens an account holds; None if it changes hands or is there for a moment."""
    states = step.states(address)
    if any(_supply(address, state) is not None for state in states):
        return address, address
    holdings = (token_account(address, state) for state in states)
    holders = {(holding.mint, holding.owner) for holding in holdings if holding is not None}
    return holders.pop() if len(holders) == 1 else None
