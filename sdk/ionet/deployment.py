"""Where the programs of a market are, and what their refusals and events mean.

One address per program tells their words apart: programs number their errors alike and name some
events alike, and a program at any other address is a stranger, whatever it imitates. A program's
errors and events are loaded when it first refuses or says something: most callers need neither.

::

    programs = Programs()                              # the shipped addresses
    programs = Programs(escrow=key)                    # one of them deployed elsewhere
    programs.parse_logs(logs)                          # events of all of them, in order
    programs.find_error(program, code)                 # the class of a program's refusal
    error_from_fault(fault, logs=logs, signature=None, programs=programs)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeAlias

from solders.pubkey import Pubkey

from ionet.errors import ArgumentError, ProgramError
from ionet.logs import read_events
from ionet.programs import escrow as escrow_program
from ionet.programs import verification as verification_program
from ionet.programs.escrow.constants import PROGRAM_ID as ESCROW_ID
from ionet.programs.shared.errors import ERRORS as SHARED_ERRORS
from ionet.programs.verification.constants import PROGRAM_ID as VERIFICATION_ID

if TYPE_CHECKING:
    from ionet.events import Event

_ErrorTable: TypeAlias = Mapping[int, type[ProgramError]]


@dataclass(frozen=True, slots=True)
class Programs:
    """The addresses of a market's programs; by default those that ship with the package.

    Attributes:
        escrow: Offers, jobs and their money.
        verification: Devices, attestors, epochs.

    Raises:
        ArgumentError: two programs have one address.
    """

    escrow: Pubkey = ESCROW_ID
    verification: Pubkey = VERIFICATION_ID

    def __post_init__(self) -> None:
        names: dict[Pubkey, str] = {}
        for name in (field.name for field in fields(self)):
            program: Pubkey = getattr(self, name)
            if names.setdefault(program, name) != name:
                raise ArgumentError(f"{name} {program}: is the address of {names[program]} as well")

    def find_error(self, program: Pubkey, code: int) -> type[ProgramError] | None:
        """Return the class of a refusal; None for a stranger, or a code of a newer version."""
        load = self._errors().get(program)
        return None if load is None else load().get(code)

    def find_error_by_code(self, code: int) -> tuple[Pubkey | None, type[ProgramError]] | None:
        """Return what a code means where nothing tells which program refused.

        One program has it: that program and its class. Several mean the same by it: no program,
        and the class that theirs inherit. Else None: it is of none, or a guess.
        """
        tables = [(program, load()) for program, load in self._errors().items()]
        found = [(program, table[code]) for program, table in tables if code in table]
        if len(found) == 1:
            return found[0]
        return (None, SHARED_ERRORS[code]) if code in SHARED_ERRORS else None

    def parse_logs(self, logs: Iterable[str]) -> list[Event]:
        """List the events of all programs of the market in order; see ``logs.read_events``."""
        return read_events(
            logs,
            {
                str(self.escrow): lambda data: escrow_program.events.decode_event(data),
                str(self.verification): lambda data: verification_program.events.decode_event(data),
            },
        )

    def _errors(self) -> Mapping[Pubkey, Callable[[], _ErrorTable]]:
        return {
            self.escrow: lambda: escrow_program.errors.ERRORS,
            self.verification: lambda: verification_program.errors.ERRORS,
        }
