"""Transaction errors of solders as lane-independent ``TransactionFault`` values."""

from __future__ import annotations

from solders.transaction_status import (
    InstructionErrorCustom,
    TransactionErrorInstructionError,
    TransactionErrorType,
)

from ionet.connection import TransactionFault


def to_fault(err: TransactionErrorType) -> TransactionFault:
    """Translate an error; kinds are the runtime's own variant names."""
    if not isinstance(err, TransactionErrorInstructionError):
        return TransactionFault(_variant(err, "TransactionError"))
    inner = err.err
    if isinstance(inner, InstructionErrorCustom):
        return TransactionFault("Custom", err.index, inner.code)
    return TransactionFault(_variant(inner, "InstructionError"), err.index)


def _variant(err: object, prefix: str) -> str:
    # Variants without fields print as "<Enum>.<Variant>"; each variant with fields is a class.
    name = type(err).__name__
    if name.endswith("Fieldless"):
        return str(err).rpartition(".")[2]
    return name.removeprefix(prefix)
