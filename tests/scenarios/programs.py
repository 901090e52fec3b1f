"""Builds of the escrow program with a planted bug; see ``fixtures/README.md``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ionet.lanes import PROGRAM_ARCH
from ionet.localnet import Program
from ionet.localnet.programs import shipped_programs

FEE_OFF_BY_ONE = Path(__file__).parent / "fixtures" / f"fee-off-by-one.{PROGRAM_ARCH}.so"


def fee_off_by_one() -> Program:
    """Return the escrow program with a fee that is one base unit too high."""
    (escrow,) = (program for program in shipped_programs() if program.name == "escrow")
    return replace(escrow, elf=FEE_OFF_BY_ONE.read_bytes())
