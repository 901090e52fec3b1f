"""Faults become one exception that is both its cause and its outcome."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet import errors
from ionet.connection import TransactionFault
from ionet.deployment import Programs
from ionet.errors import (
    FaultError,
    IonetError,
    NotSentError,
    OutcomeUnknownError,
    ProgramError,
    RuntimeFaultError,
    SystemProgramError,
    TokenProgramError,
    TransactionFailedError,
    UnknownProgramError,
)
from ionet.faults import error_from_fault
from ionet.programs.escrow import errors as escrow
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.errors import EscrowError, WrongState
from ionet.programs.shared import errors as shared
from ionet.programs.verification import errors as verification
from ionet.programs.verification.constants import PROGRAM_ID as VERIFICATION
from ionet.programs.verification.errors import EpochNotCurrent, VerificationError
from tests.codec.surfaces import SURFACES, Surface

TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
SYSTEM = "11111111111111111111111111111111"
FOREIGN = "Job1111111111111111111111111111111111111111"
LANDED = Signature.from_bytes(bytes(range(64)))


def custom(code: int, index: int = 1) -> TransactionFault:
    return TransactionFault("Custom", index, code)


def failure(*programs: str, code: int) -> list[str]:
    """Return the logs of a chain of calls whose innermost program fails."""
    calls = [f"Program {name} invoke [{depth + 1}]" for depth, name in enumerate(programs)]
    ends = [f"Program {name} failed: custom program error: {code:#x}" for name in programs]
    return [*calls, *reversed(ends)]


CODES = [
    pytest.param(surface, code, id=f"{surface.name}-{code}")
    for surface in SURFACES
    for code in surface.errors.ERRORS
]


@pytest.mark.parametrize(("surface", "code"), CODES)
def test_each_code_has_its_class(surface: Surface, code: int) -> None:
    cls = surface.errors.ERRORS[code]
    logs = failure(str(surface.program_id), code=code)
    error = error_from_fault(custom(code), logs=logs, signature=LANDED)
    assert isinstance(error, cls)
    assert isinstance(error, TransactionFailedError)
    assert (error.code, error.program, error.instruction_index) == (code, surface.program_id, 1)
    assert (error.signature, error.logs) == (LANDED, tuple(logs))
    assert str(error) == f"{surface.name}: {cls.name} {code}: {cls.message} (instruction 1)"
    assert surface.errors.from_code(code) is cls
    assert type(error).__name__ == cls.__name__ == cls.name


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_codes_names_and_messages_are_distinct(surface: Surface) -> None:
    table = surface.errors.ERRORS
    for values in (
        {error.code for error in table.values()},
        {error.name for error in table.values()},
        {error.message for error in table.values()},
    ):
        assert len(values) == len(table)
    assert surface.errors.from_code(5_999) is None


def test_outcomes_never_mix() -> None:
    logs = failure(str(PROGRAM_ID), code=6100)
    refused = error_from_fault(custom(6100), logs=logs, signature=None)
    failed = error_from_fault(custom(6100), logs=logs, signature=LANDED)
    assert isinstance(refused, WrongState)
    assert isinstance(refused, NotSentError)
    assert not isinstance(refused, TransactionFailedError | OutcomeUnknownError)
    assert refused.signature is None
    assert isinstance(failed, WrongState)
    assert not isinstance(failed, NotSentError | OutcomeUnknownError)
    again = error_from_fault(custom(6100), logs=logs, signature=LANDED)
    assert type(again) is type(failed)


@pytest.mark.parametrize(
    ("programs", "code", "cause", "name"),
    [
        ((str(PROGRAM_ID), TOKEN), 1, TokenProgramError, "InsufficientFunds"),
        ((str(PROGRAM_ID), TOKEN), 17, TokenProgramError, "AccountFrozen"),
        ((TOKEN,), 99, TokenProgramError, "Unknown"),
        ((str(PROGRAM_ID), SYSTEM), 0, SystemProgramError, "AccountAlreadyInUse"),
        ((str(PROGRAM_ID), SYSTEM), 1, SystemProgramError, "ResultWithNegativeLamports"),
        ((SYSTEM,), 9, SystemProgramError, "Unknown"),
        ((FOREIGN,), 6100, UnknownProgramError, "Unknown"),
        ((FOREIGN, str(PROGRAM_ID)), 6100, WrongState, "WrongState"),
        ((str(PROGRAM_ID),), 7_000, UnknownProgramError, "Unknown"),
        ((str(VERIFICATION),), 6100, EpochNotCurrent, "EpochNotCurrent"),
        ((str(VERIFICATION), SYSTEM), 1, SystemProgramError, "ResultWithNegativeLamports"),
        ((str(VERIFICATION),), 6138, UnknownProgramError, "Unknown"),
    ],
)
def test_the_innermost_program_names_the_cause(
    programs: tuple[str, ...], code: int, cause: type[ProgramError], name: str
) -> None:
    error = error_from_fault(custom(code), logs=failure(*programs, code=code), signature=LANDED)
    assert isinstance(error, cause)
    assert (error.name, error.code) == (name, code)
    assert error.program == Pubkey.from_string(programs[-1])


@pytest.mark.parametrize(
    ("code", "cause", "program"),
    [
        (6138, escrow.ClusterStillOpen, PROGRAM_ID),
        (6160, verification.AnswersTooLate, VERIFICATION),
        (6003, shared.MissingSigner, None),  # both programs mean the same by it
        (6100, UnknownProgramError, None),  # both have it, for different things
        (1, UnknownProgramError, None),
    ],
)
def test_without_logs_a_code_is_named_where_it_means_one_thing(
    code: int, cause: type[ProgramError], program: Pubkey | None
) -> None:
    error = error_from_fault(custom(code), signature=None)
    assert isinstance(error, cause)
    assert error.program == program
    assert isinstance(error, EscrowError | VerificationError) == (program is not None)


def test_another_deployment_is_mapped_by_its_address() -> None:
    elsewhere = Pubkey.from_string(FOREIGN)
    logs = failure(FOREIGN, code=6100)
    for programs, cause in (
        (Programs(escrow=elsewhere), WrongState),
        (Programs(verification=elsewhere), EpochNotCurrent),
        (Programs(), UnknownProgramError),
    ):
        error = error_from_fault(custom(6100), logs=logs, signature=None, programs=programs)
        assert isinstance(error, cause)
        assert error.program == elsewhere


def test_what_programs_refuse_alike_is_caught_together_or_apart() -> None:
    for cls in shared.ERRORS.values():
        ours, theirs = escrow.ERRORS[cls.code], verification.ERRORS[cls.code]
        assert issubclass(ours, cls)
        assert issubclass(theirs, cls)
        assert (ours.name, ours.message) == (theirs.name, theirs.message) == (cls.name, cls.message)
        assert not issubclass(ours, VerificationError)
        assert not issubclass(theirs, EscrowError)
    assert {6003, 6020} <= set(shared.ERRORS)
    assert 6100 not in shared.ERRORS


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (TransactionFault("BlockhashNotFound"), "transaction: BlockhashNotFound: its blockhash"),
        (TransactionFault("MissingRequiredSignature", 2), "instruction 2: MissingRequiredSig"),
        (TransactionFault("SomethingNew"), "transaction: SomethingNew: the runtime refused"),
    ],
)
def test_runtime_faults_keep_their_kind(fault: TransactionFault, text: str) -> None:
    error = error_from_fault(fault, signature=None)
    assert isinstance(error, RuntimeFaultError)
    assert isinstance(error, NotSentError)
    assert error.kind == fault.kind
    assert str(error).startswith(text)


@given(
    code=st.none() | st.integers(0, (1 << 32) - 1),
    logs=st.lists(st.text() | st.just(f"Program {'1' * 44} invoke [1]")),
    is_landed=st.booleans(),
)
def test_any_fault_has_an_exception(code: int | None, logs: list[str], is_landed: bool) -> None:
    logs.append(f"Program {'1' * 44} failed: x")
    fault = TransactionFault("Custom" if code is not None else "ProgramFailedToComplete", 0, code)
    error = error_from_fault(fault, logs=logs, signature=LANDED if is_landed else None)
    assert isinstance(error, FaultError)
    assert isinstance(error, TransactionFailedError if is_landed else NotSentError)


def test_the_tree_is_the_one_drawn() -> None:
    drawn = errors.__doc__ or ""
    for name, cls in vars(errors).items():
        if isinstance(cls, type) and issubclass(cls, Exception):
            assert issubclass(cls, IonetError)
            assert name in drawn
    for cls in (EscrowError, VerificationError):
        assert cls.__name__ in drawn
        assert issubclass(cls, ProgramError)
