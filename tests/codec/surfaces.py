"""The generated packages under one roof, so that a test runs over the programs it is true of."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
from solders.pubkey import Pubkey

from ionet.interfaces import PROGRAMS, load_idl
from ionet.surface import InstructionInfo


class Surface:
    """A program's IDL and the modules generated from it."""

    def __init__(self, name: str) -> None:
        self.name = name
        package = f"ionet.programs.{name}"
        self.accounts: Any = import_module(f"{package}.accounts")
        self.enums: Any = import_module(f"{package}.enums")
        self.errors: Any = import_module(f"{package}.errors")
        self.events: Any = import_module(f"{package}.events")
        self.instructions: Any = import_module(f"{package}.instructions")
        self.pdas: Any = import_module(f"{package}.pdas")
        self.interface: Mapping[str, InstructionInfo] = import_module(
            f"{package}.interface"
        ).INSTRUCTIONS
        self.program_id: Pubkey = import_module(f"{package}.constants").PROGRAM_ID
        self.idl = load_idl(name)
        self.types: Mapping[str, Any] = {e["name"]: e["type"] for e in self.idl["types"]}
        self.raw_instructions = {entry["name"]: entry for entry in self.idl["instructions"]}

    def names(self, section: str) -> list[str]:
        """Return the names in a section of the IDL: ``accounts``, ``events``, ``instructions``."""
        return [entry["name"] for entry in self.idl[section]]

    def record(self, section: str, name: str) -> Any:
        """Return the class of an account or event."""
        return getattr(getattr(self, section), name)

    def fields_of(self, name: str) -> list[Mapping[str, Any]]:
        """Return the fields of an account or event that its dataclass has."""
        return [field for field in self.types[name]["fields"] if field["name"] != "reserved"]


ESCROW, VERIFICATION = SURFACES = tuple(Surface(name) for name in PROGRAMS)


def each(*sections: str) -> list[Any]:
    """Return program and name of everything in these sections, as parameters of a test."""
    return [
        pytest.param(surface, name, id=f"{surface.name}-{name}")
        for surface in SURFACES
        for section in sections
        for name in surface.names(section)
    ]


def python_name(name: str) -> str:
    """Return what the SDK calls a field or argument of the IDL."""
    return f"{name}_" if keyword.iskeyword(name) else name


def member_name(variant: str) -> str:
    """Return what the SDK calls a variant of the IDL: ``NO_ANSWER`` for ``NoAnswer``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", variant).upper()
