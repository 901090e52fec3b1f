"""What several programs declare alike: enums and errors that Python has once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tools.codegen.model import Enumeration, Fault, Idl, IdlError

SHARED = "shared"
"""The package that holds them, next to the programs' own."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Enums and errors that at least two programs declare, in the order of the first of them."""

    enums: tuple[Enumeration, ...] = ()
    errors: tuple[Fault, ...] = ()


def find_shared(idls: Sequence[Idl]) -> Shared:
    """Return what the programs have in common: errors where equal, enums of one name always.

    Raises:
        IdlError: naming an enum that two programs declare differently.
    """
    enums = Counter(enum for idl in idls for enum in idl.enums)
    for name, declarations in Counter(enum.name for enum in enums).items():
        if declarations > 1:
            raise IdlError(f"enum {name}: two programs declare it differently")
    errors = Counter(fault for idl in idls for fault in idl.errors)
    return Shared(
        tuple(enum for enum, count in enums.items() if count > 1),
        tuple(fault for fault, count in errors.items() if count > 1),
    )
