"""Builds of the programs, one with a planted bug; see ``fixtures/README.md``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ionet.lanes import PROGRAM_ARCH
from ionet.localnet import Program
from ionet.localnet.programs import shipped_programs

FEE_OFF_BY_ONE = Path(__file__).parent / "fixtures" / f"fee-off-by-one.{PROGRAM_ARCH}.so"


def fee_off_by_one() -> tuple[Program, ...]:
    """Return the shipped programs with an escrow whose fee is one base unit too high."""
    planted = FEE_OFF_BY_ONE.read_bytes()
    return tuple(
        replace(program, elf=planted) if program.name == "escrow" else program
        for program in shipped_programs()
    )
