"""From the runtime's fault to one exception that says both what happened and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet.connection import TransactionFault
from ionet.errors import (
    FaultError,
    NotSentError,
    ProgramError,
    RuntimeFaultError,
    SystemProgramError,
    TokenProgramError,
    TransactionFailedError,
    UnknownProgramError,
)
from ionet.logs import first_failure
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.errors import ERRORS

_TOKEN_PROGRAM = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
_SYSTEM_PROGRAM = Pubkey.from_string("11111111111111111111111111111111")

_FIRST_OWN_CODE = 6_000
"""Anchor's convention: below it are codes that many programs share."""

_KINDS = {
    "AccountInUse": "another transaction holds one of its accounts: send it again",
    "AccountNotFound": "the fee payer does not exist",
    "AlreadyProcessed": "this very transaction has landed before",
    "BlockhashNotFound": "its blockhash is unknown or older than 150 blocks",
    "ComputationalBudgetExceeded": "it used more compute units than its limit",
    "ProgramFailedToComplete": "a program crashed or ran out of compute units",
    "InsufficientFundsForFee": "the fee payer cannot pay the fee",
    "InsufficientFundsForRent": "an account would be left below the rent-exempt minimum",
    "InvalidAccountOwner": "an account is owned by another program than expected",
    "InvalidAccountForFee": "the fee payer is not an ordinary wallet",
    "MissingRequiredSignature": "an account that must sign did not",
    "SignatureFailure": "a signature does not verify",
    "ProgramAccountNotFound": "a program does not exist on this network",
    "IncorrectProgramId": "an account belongs to another program",
    "UnsupportedProgramId": "a program does not exist on this network",
    "MissingAccount": "an account that an instruction needs is not in its list",
    "PrivilegeEscalation": "a program passed on a signature or write access that it does not have",
    "InsufficientFunds": "an account holds fewer lamports than are moved",
}


def error_from_fault(
    fault: TransactionFault,
    *,
    logs: Sequence[str] = (),
    signature: Signature | None,
    program_id: Pubkey = PROGRAM_ID,
) -> FaultError:
    """Return the exception for a transaction that failed.

    It is a ``TransactionFailedError`` as well when it landed, and a ``NotSentError`` when not.

    Args:
        fault: The runtime's verdict.
        logs: The transaction's log lines; they tell which program refused.
        signature: Of the landed transaction; None when a simulation failed.
        program_id: Address of the escrow program.
    """
    outcome = NotSentError if signature is None else TransactionFailedError
    lines = tuple(logs)
    if fault.custom_code is None:
        words = _KINDS.get(fault.kind, "the runtime refused")
        where = "transaction" if fault.instruction_index is None else "instruction"
        index = "" if fault.instruction_index is None else f" {fault.instruction_index}"
        message = f"{where}{index}: {fault.kind}: {words}"
        runtime_error = _with_outcome(RuntimeFaultError, outcome)
        return runtime_error(message, fault=fault, logs=lines, signature=signature)
    program = _refusing_program(fault.custom_code, lines, program_id)
    cause = _class_of(program, fault.custom_code, program_id)
    program_error = cast("type[ProgramError]", _with_outcome(cause, outcome))
    return program_error(fault=fault, program=program, logs=lines, signature=signature)


def _refusing_program(code: int, logs: Sequence[str], program_id: Pubkey) -> Pubkey | None:
    failure = first_failure(logs)
    if failure is not None:
        return _address(failure.program)
    # Without logs only a code of our own band can be told: no program that escrow calls has one.
    return program_id if code >= _FIRST_OWN_CODE and code in ERRORS else None


def _address(base58: str) -> Pubkey | None:
    try:
        return Pubkey.from_string(base58)
    except ValueError:  # from a node that does not speak as the runtime does
        return None


def _class_of(program: Pubkey | None, code: int, program_id: Pubkey) -> type[ProgramError]:
    if program == program_id:
        return ERRORS.get(code, UnknownProgramError)
    if program == _TOKEN_PROGRAM:
        return TokenProgramError
    return SystemProgramError if program == _SYSTEM_PROGRAM else UnknownProgramError


_Outcome: TypeAlias = type[NotSentError | TransactionFailedError]
_COMBINED: dict[tuple[type[FaultError], _Outcome], type[FaultError]] = {}


def _with_outcome(cause: type[FaultError], outcome: _Outcome) -> type[FaultError]:
    """Return the class that is both; it goes by the name of its cause."""
    known = _COMBINED.get((cause, outcome))
    if known is None:
        body = {"__doc__": cause.__doc__, "__module__": cause.__module__}
        known = cast("type[FaultError]", type(cause.__name__, (cause, outcome), body))
        _COMBINED[cause, outcome] = known
    return known
