"""Where the programs of a market are, and what their refusals and events mean.

One address per program tells their words apart: programs number their errors alike and name some
events alike, and a program at any other address is a stranger, whatever it imitates.

::

    programs = Programs()                              # the shipped addresses
    programs = Programs(escrow=key)                    # one of them deployed elsewhere
    programs.parse_logs(logs)                          # events of all of them, in order
    programs.find_error(program, code)                 # the class of a program's refusal
    error_from_fault(fault, logs=logs, signature=None, programs=programs)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeAlias

from solders.pubkey import Pubkey

from ionet.errors import ArgumentError, ProgramError
from ionet.logs import read_events
from ionet.programs.escrow import constants as escrow_constants
from ionet.programs.escrow import errors as escrow_errors
from ionet.programs.escrow import events as escrow_events
from ionet.programs.shared.errors import ERRORS as SHARED_ERRORS
from ionet.programs.verification import constants as verification_constants
from ionet.programs.verification import errors as verification_errors
from ionet.programs.verification import events as verification_events

Event: TypeAlias = escrow_events.Event | verification_events.Event
"""Any event of any program of the market."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The addresses of a market's programs; by default those that ship with the package.

    Attributes:
        escrow: Offers, jobs and their money.
        verification: Devices, attestors, epochs.

    Raises:
        ArgumentError: two programs have one address.
    """

    escrow: Pubkey = escrow_constants.PROGRAM_ID
    verification: Pubkey = verification_constants.PROGRAM_ID

    def __post_init__(self) -> None:
        names: dict[Pubkey, str] = {}
        for name in (field.name for field in fields(self)):
            program: Pubkey = getattr(self, name)
            if names.setdefault(program, name) != name:
                raise ArgumentError(f"{name} {program}: is the address of {names[program]} as well")

    def find_error(self, program: Pubkey, code: int) -> type[ProgramError] | None:
        """Return the class of a refusal; None for a stranger, or a code of a newer version."""
        table = self._errors().get(program)
        return None if table is None else table.get(code)

    def find_error_by_code(self, code: int) -> tuple[Pubkey | None, type[ProgramError]] | None:
        """Return what a code means where nothing tells which program refused.

        One program has it: that program and its class. Several mean the same by it: no program,
        and the class that theirs inherit. Else None: it is of none, or a guess.
        """
        found = [
            (program, table[code]) for program, table in self._errors().items() if code in table
        ]
        if len(found) == 1:
            return found[0]
        return (None, SHARED_ERRORS[code]) if code in SHARED_ERRORS else None

    def parse_logs(self, logs: Iterable[str]) -> list[Event]:
        """List the events of all programs of the market in order; see ``logs.read_events``."""
        return read_events(
            logs,
            {
                str(self.escrow): escrow_events.decode_event,
                str(self.verification): verification_events.decode_event,
            },
        )

    def _errors(self) -> Mapping[Pubkey, Mapping[int, type[ProgramError]]]:
        return {self.escrow: escrow_errors.ERRORS, self.verification: verification_errors.ERRORS}
