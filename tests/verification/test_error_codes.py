"""Every error of the program is provoked by a test, or its absence has a reason."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ionet.programs.verification import errors
from tests.verification.harness.guard import guards

_NO_TOKENS = "The program takes no token account and no mint."
_NO_SIGNATURES = "The program reads no other instruction of a transaction."
UNREACHABLE: dict[type[errors.VerificationError], str] = {
    errors.NotTokenAccount: _NO_TOKENS,
    errors.WrongMint: _NO_TOKENS,
    errors.WrongTokenOwner: _NO_TOKENS,
    errors.UnsupportedMint: _NO_TOKENS,
    errors.ConservationBroken: "The program books no deposits; the runtime counts lamports.",
    errors.InvalidBoolean: "No instruction takes a boolean.",
    errors.ArithmeticOverflow: "The sum of two accounts' lamports is below the supply of SOL.",
    errors.RuntimeRefused: (
        "Needs a runtime whose rent threshold is neither one nor two years, or that lacks a sysvar:"
        " no transaction can bring that about."
    ),
    errors.NoPreviousInstruction: _NO_SIGNATURES,
    errors.NotEd25519: _NO_SIGNATURES,
    errors.WrongSignatureLength: _NO_SIGNATURES,
    errors.WrongSignatureCount: _NO_SIGNATURES,
    errors.WrongSignaturePadding: _NO_SIGNATURES,
    errors.WrongSignatureOffsets: _NO_SIGNATURES,
    errors.WrongSignatureInstruction: _NO_SIGNATURES,
    errors.WrongSignatureKey: _NO_SIGNATURES,
    errors.WrongSignatureMessage: _NO_SIGNATURES,
}


def _declared() -> set[type[errors.VerificationError]]:
    for path in Path(__file__).parent.glob("test_*.py"):
        import_module(f"tests.verification.{path.stem}")
    return {error for error in guards.declared if issubclass(error, errors.VerificationError)}


def test_every_error_is_provoked_or_has_a_reason() -> None:
    missing = set(errors.ERRORS.values()) - _declared() - UNREACHABLE.keys()
    assert not missing, sorted(error.__name__ for error in missing)


def test_no_reason_is_kept_for_an_error_that_is_provoked() -> None:
    assert not UNREACHABLE.keys() & _declared()
