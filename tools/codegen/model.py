"""The IDL as typed values: what the emitters read.

Anchor's IDL specification 0.1.0, as far as our programs use it: fixed-size fields, enums of unit
variants, addresses derived from constants, accounts and arguments. Anything else stops the
generator with the name of what it met.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.codegen.wire import Type, parse_type

Json = Mapping[str, Any]

_REMAINING = "Remaining accounts: "
"""Last line of an instruction's docs where further accounts follow the declared ones."""

_SEEDS = re.compile(r"Seeds: ([^.]+)\.")
"""In an account's docs: constants in backquotes, and fields."""


class IdlError(Exception):
    """The IDL says something that the generator cannot write."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field or an argument; ``name`` is a Python name, ``idl_name`` the published one."""

    idl_name: str
    docs: str
    type: Type

    @property
    def name(self) -> str:
        """The published name, with an underscore behind a Python keyword."""
        return f"{self.idl_name}_" if keyword.iskeyword(self.idl_name) else self.idl_name


@dataclass(frozen=True, slots=True)
class Record:
    """An account or an event; ``seeds`` of its address, as far as its docs state them."""

    name: str
    docs: str
    discriminator: bytes
    fields: tuple[Field, ...]
    seeds: tuple[Seed, ...]

    @property
    def length(self) -> int:
        """Bytes with the discriminator."""
        return len(self.discriminator) + sum(field.type.length for field in self.fields)


@dataclass(frozen=True, slots=True)
class Seed:
    """One seed: ``kind`` is const, account or arg; ``value`` its bytes or the name it refers to."""

    kind: str
    value: bytes | str


@dataclass(frozen=True, slots=True)
class Account:
    """One account of an instruction."""

    name: str
    docs: str
    signer: bool
    writable: bool
    address: str | None
    seeds: tuple[Seed, ...]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; ``remaining`` names the accounts that may follow the declared ones."""

    name: str
    docs: str
    discriminator: bytes
    accounts: tuple[Account, ...]
    args: tuple[Field, ...]
    remaining: str | None


@dataclass(frozen=True, slots=True)
class Enumeration:
    """An enum of unit variants numbered from 0."""

    name: str
    docs: str
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One error code."""

    code: int
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Constant:
    """One published constant."""

    name: str
    docs: str
    value: int


@dataclass(frozen=True, slots=True)
class Idl:
    """A program's whole surface."""

    name: str
    address: str
    description: str
    accounts: tuple[Record, ...]
    events: tuple[Record, ...]
    enums: tuple[Enumeration, ...]
    instructions: tuple[Instruction, ...]
    errors: tuple[Fault, ...]
    constants: tuple[Constant, ...]

    @property
    def title(self) -> str:
        """The program's name in Pascal case, e.g. ``Escrow``."""
        return "".join(part.capitalize() for part in self.name.split("_"))


def load_idl(path: Path) -> Idl:
    """Read an IDL file; raises ``IdlError`` naming what cannot be written."""
    raw: Json = json.loads(path.read_text(encoding="utf-8"))
    types = {entry["name"]: entry for entry in raw["types"]}
    return Idl(
        name=raw["metadata"]["name"],
        address=raw["address"],
        description=raw["metadata"].get("description", ""),
        accounts=tuple(_record(entry, types) for entry in raw["accounts"]),
        events=tuple(_record(entry, types) for entry in raw["events"]),
        enums=tuple(_enum(entry) for entry in raw["types"] if entry["type"]["kind"] == "enum"),
        instructions=tuple(_instruction(entry) for entry in raw["instructions"]),
        errors=tuple(Fault(e["code"], e["name"], e.get("msg", e["name"])) for e in raw["errors"]),
        constants=tuple(
            Constant(entry["name"], _docs(entry), int(entry["value"])) for entry in raw["constants"]
        ),
    )


def _docs(entry: Json) -> str:
    return " ".join(entry.get("docs", ()))


def _fields(entries: Sequence[Json]) -> tuple[Field, ...]:
    return tuple(Field(e["name"], _docs(e), parse_type(e["type"])) for e in entries)


def _record(entry: Json, types: Mapping[str, Json]) -> Record:
    name = entry["name"]
    definition = types[name]
    docs, fields = _docs(definition), _fields(definition["type"]["fields"])
    return Record(
        name=name,
        docs=docs,
        discriminator=bytes(entry["discriminator"]),
        fields=fields,
        seeds=_stated_seeds(docs, fields),
    )


def _stated_seeds(docs: str, fields: Sequence[Field]) -> tuple[Seed, ...]:
    """Return the seeds of ``Seeds: `constant`, field.``; none where one is not a field."""
    stated = _SEEDS.search(docs)
    if stated is None:
        return ()
    names = {field.idl_name for field in fields}
    seeds: list[Seed] = []
    for text in stated[1].split(", "):
        if text.startswith("`"):
            seeds.append(Seed("const", text.strip("`").encode()))
        elif text in names:
            seeds.append(Seed("arg", text))
        else:
            return ()
    return tuple(seeds)


def _enum(entry: Json) -> Enumeration:
    variants = entry["type"]["variants"]
    if any("fields" in variant for variant in variants):
        raise IdlError(f"enum {entry['name']}: only unit variants are supported")
    return Enumeration(entry["name"], _docs(entry), tuple(v["name"] for v in variants))


def _instruction(entry: Json) -> Instruction:
    docs = entry.get("docs", ())
    is_open = bool(docs) and docs[-1].startswith(_REMAINING)
    return Instruction(
        name=entry["name"],
        docs=" ".join(docs[:-1] if is_open else docs),
        discriminator=bytes(entry["discriminator"]),
        accounts=tuple(_account(account) for account in entry["accounts"]),
        args=_fields(entry["args"]),
        remaining=docs[-1].removeprefix(_REMAINING) if is_open else None,
    )


def _account(entry: Json) -> Account:
    if entry.get("optional"):
        raise IdlError(f"account {entry['name']}: optional accounts are not supported")
    return Account(
        name=entry["name"],
        docs=_docs(entry),
        signer=entry.get("signer", False),
        writable=entry.get("writable", False),
        address=entry.get("address"),
        seeds=tuple(_seed(seed) for seed in entry.get("pda", {}).get("seeds", ())),
    )


def _seed(entry: Json) -> Seed:
    kind = entry["kind"]
    return Seed(kind, bytes(entry["value"]) if kind == "const" else entry["path"])
