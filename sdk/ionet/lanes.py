"""The one module that knows which solders is installed.

Two lanes are supported: *current* (solders 0.28 and later) and *anchorpy* (solders 0.26 and 0.27,
which anchorpy 0.21 forces). Their LiteSVM differs in what it enforces, in which program builds it
loads, and in names; everything above this module sees one behaviour.

The ``with_*`` methods of LiteSVM change the instance in place, but the stubs that solders ships
call them ``set_*``; ``_Tunable`` states what really exists.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from importlib.metadata import version
from typing import Protocol, cast

from solders.account import Account
from solders.compute_budget import ComputeBudget
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.rent import Rent
from solders.transaction_metadata import (
    FailedTransactionMetadata,
    SimulatedTransactionInfo,
    TransactionMetadata,
)

IS_CURRENT = hasattr(LiteSVM, "get_program_accounts")
"""True in the current lane, False in the anchorpy lane."""

PROGRAM_ARCH = "v3" if IS_CURRENT else "v0"
"""The SBPF version to load: Agave 2.2, inside solders 0.26, loads v0 only."""

ENFORCES_RENT = IS_CURRENT
"""Whether LiteSVM itself fails a transaction that leaves an account below rent exemption."""

CHARGES_PRIORITY_FEE = IS_CURRENT
"""Whether LiteSVM itself charges the priority fee (litesvm issue 262)."""

LAMPORTS_PER_BYTE = 6_960
"""Rent-exempt lamports per byte, over 128 bytes of overhead and the data, in both lanes."""

MAX_COMPUTE_UNITS = 1_400_000


class _Tunable(Protocol):
    """The set-up methods of LiteSVM under the names that exist at run time."""

    def with_sigverify(self, sigverify: bool, /) -> object: ...  # noqa: FBT001 -- solders' own
    def with_blockhash_check(self, check: bool, /) -> object: ...  # noqa: FBT001
    def with_transaction_history(self, capacity: int, /) -> object: ...
    def with_log_bytes_limit(self, limit: int | None, /) -> object: ...
    def with_compute_budget(self, budget: ComputeBudget, /) -> object: ...


def runtime_version() -> str:
    """Name the runtime that executes programs, e.g. ``solders 0.29.0``."""
    return f"solders {version('solders')}"


def new_litesvm(*, is_metered: bool = True) -> LiteSVM:
    """Start a LiteSVM whose own admission checks are off and whose rent is the same in each lane.

    Signatures, blockhashes and repeats are left to the caller: LiteSVM accepts one blockhash only
    and forgets signatures. Logs are unlimited, because the SPL Token builds of the lanes log
    differently and a limit would cut events at different places.

    Args:
        is_metered: False ignores the compute limit that a transaction asks for and gives it the
            maximum, so that limits tuned to one lane do not fail in the other.
    """
    svm = LiteSVM()
    tunable = cast("_Tunable", svm)
    tunable.with_sigverify(False)  # noqa: FBT003 -- solders takes it by position
    tunable.with_blockhash_check(False)  # noqa: FBT003
    tunable.with_transaction_history(0)
    tunable.with_log_bytes_limit(None)
    if not is_metered:
        tunable.with_compute_budget(_unlimited_budget())
    svm.set_rent(_rent())
    return svm


def _unlimited_budget() -> ComputeBudget:
    # The constructor gained required feature flags in 0.28; with none active the costs are those
    # of the older runtime, and costs do not matter where nothing is metered.
    make = cast("type[object]", ComputeBudget)
    flags = [False] * len(inspect.signature(make).parameters)
    budget = cast("ComputeBudget", make(*flags))
    budget.compute_unit_limit = MAX_COMPUTE_UNITS
    return budget


def _rent() -> Rent:
    # The older form counts per byte and year, and its default is 3,480 over two years: the same.
    return Rent(LAMPORTS_PER_BYTE) if IS_CURRENT else Rent.default()


def program_fault(svm: LiteSVM, address: Pubkey, elf: bytes) -> str | None:
    """Load a program; return why it was refused, or None when it is loaded.

    Raises no panic: in the anchorpy lane LiteSVM answers a bad ELF with ``PanicException``, which
    is a ``BaseException`` and prints a Rust stack trace, so the header is checked before.
    """
    if (fault := _elf_fault(elf)) is not None:
        return fault
    try:
        svm.add_program(address, elf)
    except Exception as error:
        return str(error)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return str(error)
    return None


def _elf_fault(elf: bytes) -> str | None:
    # ELF64 header: magic 0..4, class 4, byte order 5, machine 18..20, e_flags 48..52.
    if len(elf) < 64 or elf[:4] != b"\x7fELF":
        return "not an ELF file"
    machine = int.from_bytes(elf[18:20], "little")
    if elf[4:6] != b"\x02\x01" or machine not in (247, 263):
        return "not a 64-bit little-endian BPF file"
    flags = int.from_bytes(elf[48:52], "little")
    if flags != 0 and not IS_CURRENT:
        return f"SBPF version {flags}, but this runtime loads version 0 only"
    return None


def charged_fee(meta: TransactionMetadata) -> int | None:
    """Return the fee in lamports that LiteSVM reports, or None where it reports none."""
    fee = getattr(meta, "fee", None)
    return cast("int", fee()) if callable(fee) else None


def simulated_accounts(
    result: SimulatedTransactionInfo | FailedTransactionMetadata,
) -> Sequence[tuple[Pubkey, Account]]:
    """Return the accounts after a simulation that succeeded, else nothing."""
    return result.post_accounts() if isinstance(result, SimulatedTransactionInfo) else ()
