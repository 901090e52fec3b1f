"""Builds of the escrow program with a planted bug; see ``fixtures/README.md``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ionet.lanes import PROGRAM_ARCH
from ionet.localnet import Program
from ionet.localnet.programs import shipped_programs

_FIXTURES = Path(__file__).parent / "fixtures"


def fee_off_by_one() -> Program:
    """Return the escrow program with a fee that is one base unit too high."""
    (escrow,) = (program for program in shipped_programs() if program.name == "escrow")
    elf = (_FIXTURES / f"fee-off-by-one.{PROGRAM_ARCH}.so").read_bytes()
    return replace(escrow, elf=elf)
