"""From the runtime's fault to one exception that says both what happened and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet.connection import TransactionFault
from ionet.deployment import Programs
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

_TOKEN_PROGRAM = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
_SYSTEM_PROGRAM = Pubkey.from_string("11111111111111111111111111111111")

_PROGRAMS = Programs()

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
    programs: Programs = _PROGRAMS,
) -> FaultError:
    """Return the exception for a transaction that failed.

    It is a ``TransactionFailedError`` as well when it landed, and a ``NotSentError`` when not.

    Args:
        fault: The runtime's verdict.
        logs: The transaction's log lines; they tell which program refused.
        signature: Of the landed transaction; None when a simulation failed.
        programs: The market's programs, whose error codes have classes.
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
    program, cause = _refusal(fault.custom_code, lines, programs)
    program_error = cast("type[ProgramError]", _with_outcome(cause, outcome))
    return program_error(fault=fault, program=program, logs=lines, signature=signature)


def _refusal(
    code: int, logs: Sequence[str], programs: Programs
) -> tuple[Pubkey | None, type[ProgramError]]:
    failure = first_failure(logs)
    if failure is None:
        # Programs that ours call have no code as high as our own, which begin at 6000.
        return programs.find_error_by_code(code) or (None, UnknownProgramError)
    program = _address(failure.program)
    if program is None:
        return None, UnknownProgramError
    return program, programs.find_error(program, code) or _class_of(program)


def _address(base58: str) -> Pubkey | None:
    try:
        return Pubkey.from_string(base58)
    except ValueError:  # from a node that does not speak as the runtime does
        return None


def _class_of(program: Pubkey) -> type[ProgramError]:
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
