"""Emits enums, constants and error classes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from tools.codegen.model import Enumeration, Fault, Idl
from tools.codegen.shared import SHARED, Shared
from tools.codegen.text import docstring, module, upper_snake


def enums_module(idl: Idl, shared: Shared) -> str:
    """Return ``enums.py``; what is shared is imported, so there is one class of it."""
    imports = ["from enum import IntEnum", "from ionet.codec import variant_table"]
    for enum in idl.enums:
        if enum in shared.enums:
            table = f"{upper_snake(enum.name)}_OF_TAG"
            names = f"{table} as {table}, {enum.name} as {enum.name}"
            imports.append(f"from ionet.programs.{SHARED}.enums import {names}")
    body = [line for enum in idl.enums if enum not in shared.enums for line in _enum(enum)]
    summary = f"Enums of the {idl.name} program; each ``*_OF_TAG`` gives the meaning of every byte."
    return module(idl.name, summary, imports, body)


def constants_module(idl: Idl) -> str:
    """Return ``constants.py``: published constants, and every fixed address."""
    body = [
        f'PROGRAM_ID: Final = Pubkey.from_string("{idl.address}")',
        f'"""Address of the {idl.name} program; a deployment elsewhere passes its own."""',
    ]
    for name, address in fixed_addresses(idl).items():
        body.append(f'{name}: Final = Pubkey.from_string("{address}")')
    for constant in idl.constants:
        body.append(f"{constant.name}: Final = {constant.value:_}")
        body.append(docstring(constant.docs, indent=0))
    imports = ["from typing import Final", "from solders.pubkey import Pubkey"]
    return module(idl.name, f"Constants of the {idl.name} program.", imports, body)


def shared_enums_module(shared: Shared) -> str:
    """Return ``enums.py`` of what the programs share."""
    imports = ["from enum import IntEnum", "from ionet.codec import variant_table"]
    body = [line for enum in shared.enums for line in _enum(enum)]
    return module("*", "Enums that several programs declare alike.", imports, body)


def shared_errors_module(shared: Shared) -> str:
    """Return ``errors.py`` of what the programs share: a base of each program's own class."""
    imports = [
        "from collections.abc import Mapping",
        "from types import MappingProxyType",
        "from ionet.errors import ProgramError",
    ]
    body = [
        *(line for fault in shared.errors for line in _error(fault, "ProgramError")),
        *_error_table(shared.errors, "ProgramError"),
    ]
    summary = (
        "Errors that several programs declare alike."
        " Each is a base of every such program's own class: catching it here catches all of them."
    )
    return module("*", summary, imports, body)


def errors_module(idl: Idl, shared: Shared) -> str:
    """Return ``errors.py``: one class per code, named as the program names it."""
    base = f"{idl.title}Error"
    imports = [
        "from collections.abc import Mapping",
        "from types import MappingProxyType",
        "from ionet.errors import ProgramError",
        f"from ionet.programs.{SHARED} import errors as {SHARED}",
    ]
    body = [
        f"class {base}(ProgramError):",
        docstring(f"The {idl.name} program refused."),
        f'    program_name = "{idl.name}"',
        *(
            line
            for fault in idl.errors
            for line in (_shared_error if fault in shared.errors else _error)(fault, base)
        ),
        *_error_table(idl.errors, base),
        f"def from_code(code: int) -> type[{base}] | None:",
        '    """Return the class of a code; None when this version does not know it."""',
        "    return ERRORS.get(code)",
    ]
    return module(idl.name, f"Errors of the {idl.name} program.", imports, body)


def fixed_addresses(idl: Idl) -> dict[str, str]:
    """Return the addresses that instructions fix, by the name of their constant."""
    return {
        account.name.upper(): account.address
        for instruction in idl.instructions
        for account in instruction.accounts
        if account.address is not None
    }


def _enum(enum: Enumeration) -> Iterator[str]:
    yield f"class {enum.name}(IntEnum):"
    yield docstring(enum.docs)
    for tag, variant in enumerate(enum.variants):
        yield f"    {upper_snake(variant)} = {tag}"
    yield f"{upper_snake(enum.name)}_OF_TAG = variant_table({enum.name})"


def _error(fault: Fault, base: str) -> Iterator[str]:
    yield f"class {fault.name}({base}):"
    yield docstring(fault.message)
    yield f"    code = {fault.code}"
    yield f'    name = "{fault.name}"'
    parts = textwrap.wrap(fault.message, 80, drop_whitespace=False)
    yield f"    message = ({' '.join(repr(part) for part in parts)})"


def _error_table(faults: Iterable[Fault], base: str) -> Iterator[str]:
    yield f"ERRORS: Mapping[int, type[{base}]] = MappingProxyType("
    yield "    {error.code: error for error in ("
    yield from (f"    {fault.name}," for fault in faults)
    yield ")})"
    yield '"""The class of each code."""'


def _shared_error(fault: Fault, base: str) -> Iterator[str]:
    yield f"class {fault.name}({base}, {SHARED}.{fault.name}):"
    yield docstring(fault.message)
