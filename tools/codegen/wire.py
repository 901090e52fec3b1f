"""Types on the wire, and how Python reads and writes each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.codegen.text import upper_snake

ENCODERS = (
    "boolean, byte_array, byte_arrays, i64, pubkey, pubkey_array, u8, u16, u16_array, u32,"
    " u32_array, u64, u64_array, variant"
)
"""Names of ``ionet.codec`` that the ``encoder`` of a type can use."""

DECODERS = "split_byte_arrays, split_pubkeys, split_u16s, split_u32s, split_u64s"
"""Names of ``ionet.codec`` that the ``decoder`` of a type can use."""


class WireError(Exception):
    """A type that no emitter can write."""


@dataclass(frozen=True, slots=True)
class Type:
    """A fixed-size type.

    Attributes:
        idl: As the IDL writes it, e.g. ``[u8; 32]``.
        annotation: As Python code annotates it.
        length: In bytes.
        format: Its one item in a ``struct`` format.
        decoder: Expression with ``{}`` for the unpacked item.
        encoder: Expression with ``{name}`` for what errors call it and ``{value}`` for the value,
            giving what is packed.
        enum: Name of the enum it is, if it is one.
    """

    idl: str
    annotation: str
    length: int
    format: str
    decoder: str
    encoder: str
    enum: str | None = None


def _integer(name: str, length: int, code: str) -> Type:
    return Type(name, "int", length, code, "{}", name + '("{name}", {value})')


_SCALARS = {
    "u8": _integer("u8", 1, "B"),
    "u16": _integer("u16", 2, "H"),
    "u32": _integer("u32", 4, "I"),
    "u64": _integer("u64", 8, "Q"),
    "i64": _integer("i64", 8, "q"),
    "bool": Type("bool", "bool", 1, "?", "{}", 'boolean("{name}", {value})'),
    "pubkey": Type("pubkey", "Pubkey", 32, "32s", "Pubkey({})", 'pubkey("{name}", {value})'),
}


def parse_type(entry: str | Mapping[str, Any]) -> Type:
    """Return the type that an IDL entry names; ``WireError`` for one that no emitter writes."""
    if isinstance(entry, str):
        if entry in _SCALARS:
            return _SCALARS[entry]
    elif "defined" in entry:
        return _enum(entry["defined"]["name"])
    elif "array" in entry:
        element, count = entry["array"]
        return _array(parse_type(element), count)
    raise WireError(f"type {entry}: no emitter writes it")


def _enum(name: str) -> Type:
    encoder = 'variant("{name}", {value})'
    return Type(
        name, f"{name} | Unknown", 1, "B", f"{upper_snake(name)}_OF_TAG[{{}}]", encoder, name
    )


def _array(element: Type, count: int) -> Type:
    idl, length = f"[{element.idl}; {count}]", element.length * count
    item = f"{length}s"
    if element.idl == "u8":
        encoder = f'byte_array("{{name}}", {{value}}, {count})'
        return Type(idl, "bytes", length, item, "{}", encoder)
    if element.idl in ("u16", "u32", "u64", "pubkey"):
        decoder = f"split_{element.idl}s({{}})"
        encoder = f'{element.idl}_array("{{name}}", {{value}}, {count})'
    elif element.annotation == "bytes":
        decoder = f"split_byte_arrays({{}}, {element.length})"
        encoder = f'byte_arrays("{{name}}", {{value}}, {count}, {element.length})'
    else:
        raise WireError(f"type {idl}: no emitter writes it")
    return Type(idl, f"tuple[{element.annotation}, ...]", length, item, decoder, encoder)
