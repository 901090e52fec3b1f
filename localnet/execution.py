"""Run one transaction in LiteSVM, with the same rules in both lanes.

In the anchorpy lane LiteSVM charges no priority fee and lets accounts fall below rent exemption.
There the priority fee is taken from the fee payer before execution, and after it the rent rule is
applied: a violation puts every written account back and leaves only the fee charged, which is what
the newer runtime does by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import (
    FailedTransactionMetadata,
    SimulatedTransactionInfo,
    TransactionMetadata,
)

from ionet.connection import SimulationOutcome, TransactionFault, TransactionRefusedError
from ionet.lanes import (
    CHARGES_PRIORITY_FEE,
    ENFORCES_RENT,
    charged_fee,
    simulated_accounts,
)
from ionet.localnet.faults import to_fault
from ionet.localnet.message import AccountKeys, Fee, network_fee
from ionet.localnet.rent import first_violation, is_transition_allowed

EMPTY = Account(0, b"", SYSTEM_PROGRAM)
"""Setting this removes an account: the runtime takes 0 lamports for absence."""
_RENT_FAULT = TransactionFault("InsufficientFundsForRent")


@dataclass(frozen=True, slots=True)
class Execution:
    """What a landed transaction did: compute in units (CU), fee in lamports."""

    fault: TransactionFault | None
    logs: tuple[str, ...]
    units: int
    fee: int


def execute(svm: LiteSVM, tx: VersionedTransaction, keys: AccountKeys) -> Execution:
    """Execute and commit; the fee payer pays whenever the transaction lands.

    Raises:
        TransactionRefusedError: the runtime refused it before execution; nothing has changed.
    """
    payer = keys.all[0]
    if ENFORCES_RENT and CHARGES_PRIORITY_FEE:
        return _execute_as_is(svm, tx, payer)
    before = {key: svm.get_account(key) for key in keys.writable}
    fee = network_fee(tx)
    _take_priority_fee(svm, payer, before.get(payer), fee, tx)
    try:
        done = _execute_as_is(svm, tx, payer)
    except TransactionRefusedError:
        _put_back(svm, {payer: before.get(payer)})
        raise
    if done.fault is None and first_violation(
        (key, account, svm.get_account(key)) for key, account in before.items()
    ):
        _put_back(svm, before)
        _charge(svm, payer, fee.total)
        return replace(done, fault=_RENT_FAULT)
    return done


def simulate(svm: LiteSVM, tx: VersionedTransaction, keys: AccountKeys) -> SimulationOutcome:
    """Execute without committing anything."""
    if ENFORCES_RENT and CHARGES_PRIORITY_FEE:
        return _simulate_as_is(svm, tx)[0]
    payer = keys.all[0]
    before = {key: svm.get_account(key) for key in keys.writable}
    try:
        _take_priority_fee(svm, payer, before.get(payer), network_fee(tx), tx)
    except TransactionRefusedError as refused:
        return SimulationOutcome(refused.fault, (), 0)
    outcome, after = _simulate_as_is(svm, tx)
    _put_back(svm, {payer: before.get(payer)})
    changes = ((key, account, after.get(key)) for key, account in before.items())
    if outcome.err is None and first_violation(changes):
        return replace(outcome, err=_RENT_FAULT)
    return outcome


def _execute_as_is(svm: LiteSVM, tx: VersionedTransaction, payer: Pubkey) -> Execution:
    before = svm.get_balance(payer)
    result = svm.send_transaction(tx)
    fault = None
    if isinstance(result, FailedTransactionMetadata):
        fault = to_fault(result.err())
        # A failed transaction changes nothing but the fee payer, so an unchanged balance is the
        # mark of one that was refused before execution and did not land.
        if svm.get_balance(payer) == before:
            _refuse(tx, fault)
    meta = result.meta() if isinstance(result, FailedTransactionMetadata) else result
    reported = charged_fee(meta)
    fee = network_fee(tx).total if reported is None else reported
    return Execution(fault, tuple(meta.logs()), meta.compute_units_consumed(), fee)


def _simulate_as_is(
    svm: LiteSVM, tx: VersionedTransaction
) -> tuple[SimulationOutcome, Mapping[Pubkey, Account]]:
    result = svm.simulate_transaction(tx)
    meta: TransactionMetadata = result.meta()
    fault = None if isinstance(result, SimulatedTransactionInfo) else to_fault(result.err())
    outcome = SimulationOutcome(fault, tuple(meta.logs()), meta.compute_units_consumed())
    return outcome, dict(simulated_accounts(result))


def _refuse(tx: VersionedTransaction, fault: TransactionFault) -> NoReturn:
    message = f"transaction {tx.signatures[0]} was refused before execution: {fault.kind}"
    raise TransactionRefusedError(fault, message)


def _take_priority_fee(
    svm: LiteSVM, payer: Pubkey, account: Account | None, fee: Fee, tx: VersionedTransaction
) -> None:
    if fee.priority == 0 or account is None:
        return
    if account.lamports < fee.total:
        _refuse(tx, TransactionFault("InsufficientFundsForFee"))
    if not is_transition_allowed(account, _with_lamports(account, account.lamports - fee.total)):
        _refuse(tx, _RENT_FAULT)
    _charge(svm, payer, fee.priority)


def _charge(svm: LiteSVM, payer: Pubkey, lamports: int) -> None:
    account = svm.get_account(payer)
    if account is not None:
        svm.set_account(payer, _with_lamports(account, account.lamports - lamports))


def _put_back(svm: LiteSVM, accounts: Mapping[Pubkey, Account | None]) -> None:
    for address, account in accounts.items():
        # Setting a program or a sysvar is more than storing bytes: leave what did not change.
        if svm.get_account(address) != account:
            svm.set_account(address, EMPTY if account is None else account)


def _with_lamports(account: Account, lamports: int) -> Account:
    """Copy an account with another balance."""
    return Account(lamports, account.data, account.owner, account.executable, account.rent_epoch)
