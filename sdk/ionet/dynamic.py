"""Decodes what the IDL alone describes: for explorers, ``ionet decode``, and foreign programs.

Reads any IDL of Anchor's spec 0.1.0 whose accounts, events and arguments are built of integers,
booleans, addresses, strings, bytes, arrays, vectors, options, structs and enums of unit variants.
Slower than the generated modules and without their types; it checks discriminator and exact
length, while owner and address are the caller's to check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import construct as c
from solders.pubkey import Pubkey

from ionet.codec import DISCRIMINATOR_LENGTH, Unknown
from ionet.errors import InterfaceError


def _read_pubkey(raw: bytes, _: object) -> Pubkey:
    return Pubkey(raw)


def _write_pubkey(key: Any, _: object) -> bytes:
    return bytes(key)


_SCALARS: Mapping[str, Any] = {
    "bool": c.Flag,
    "u8": c.Int8ul,
    "i8": c.Int8sl,
    "u16": c.Int16ul,
    "i16": c.Int16sl,
    "u32": c.Int32ul,
    "i32": c.Int32sl,
    "u64": c.Int64ul,
    "i64": c.Int64sl,
    "u128": c.BytesInteger(16, swapped=True),
    "i128": c.BytesInteger(16, signed=True, swapped=True),
    "f32": c.Float32l,
    "f64": c.Float64l,
    "pubkey": c.ExprAdapter(c.Bytes(32), _read_pubkey, _write_pubkey),
    "string": c.PascalString(c.Int32ul, "utf8"),
    "bytes": c.Prefixed(c.Int32ul, c.GreedyBytes),
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """What some bytes mean.

    Attributes:
        kind: ``account``, ``event`` or ``instruction``.
        name: As the IDL writes it.
        fields: Values by name: int, bool, str, bytes, ``Pubkey``, a variant's name, ``Unknown``
            for a variant that the IDL does not have, and lists and mappings of these.
    """

    kind: str
    name: str
    fields: Mapping[str, Any]


class DynamicDecoder:
    """Decodes accounts, events and instruction data of one program.

    Args:
        idl: The parsed IDL.

    Raises:
        InterfaceError: the IDL has not the form of spec 0.1.0, or a type that is not supported.
    """

    def __init__(self, idl: Mapping[str, Any]) -> None:
        try:
            self._types = {entry["name"]: entry["type"] for entry in idl.get("types", ())}
            self._layouts = {
                "account": self._records(idl.get("accounts", ())),
                "event": self._records(idl.get("events", ())),
                "instruction": {
                    bytes(entry["discriminator"]): (entry["name"], self._struct(entry["args"]))
                    for entry in idl["instructions"]
                },
            }
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise InterfaceError(f"IDL: not of Anchor's spec 0.1.0 ({error!r})") from None

    def decode_account(self, data: bytes) -> Decoded:
        """Decode an account's data; see :meth:`decode`."""
        return self.decode("account", data)

    def decode_event(self, data: bytes) -> Decoded:
        """Decode an event; see :meth:`decode`."""
        return self.decode("event", data)

    def decode_instruction(self, data: bytes) -> Decoded:
        """Decode instruction data; see :meth:`decode`."""
        return self.decode("instruction", data)

    def decode(self, kind: str, data: bytes) -> Decoded:
        """Decode bytes by their discriminator.

        Raises:
            InterfaceError: no such discriminator, or not the length that the IDL gives.
        """
        layouts = self._layouts[kind]
        found = next((key for key in layouts if data.startswith(key)), None)
        if found is None:
            head = data[:DISCRIMINATOR_LENGTH].hex()
            raise InterfaceError(f"{kind}: discriminator {head!r} is not in the IDL")
        name, layout = layouts[found]
        try:
            parsed = c.FocusedSeq("it", "it" / layout, c.Terminated).parse(data[len(found) :])
        except (c.ConstructError, UnicodeDecodeError):
            rule = "are not what the IDL says"
            raise InterfaceError(f"{kind} {name}: {len(data)} bytes {rule}") from None
        return Decoded(kind, name, _plain(parsed))

    def _records(self, entries: Sequence[Mapping[str, Any]]) -> dict[bytes, tuple[str, Any]]:
        return {
            bytes(entry["discriminator"]): (entry["name"], self._defined(entry["name"]))
            for entry in entries
        }

    def _defined(self, name: str) -> Any:
        definition = self._types[name]
        if definition["kind"] == "struct":
            return self._struct(definition.get("fields") or ())
        if definition["kind"] == "enum":
            return _enum(name, definition["variants"])
        raise InterfaceError(f"type {name}: kind {definition['kind']!r} is not supported")

    def _struct(self, fields: Sequence[Mapping[str, Any]]) -> Any:
        return c.Struct(*(field["name"] / self._type(field["type"]) for field in fields))

    def _type(self, entry: str | Mapping[str, Any]) -> Any:
        if isinstance(entry, str):
            if entry in _SCALARS:
                return _SCALARS[entry]
        elif "defined" in entry:
            return self._defined(entry["defined"]["name"])
        elif "array" in entry:
            element, count = entry["array"]
            return c.Bytes(count) if element == "u8" else c.Array(count, self._type(element))
        elif "vec" in entry:
            return c.PrefixedArray(c.Int32ul, self._type(entry["vec"]))
        elif "option" in entry:
            return c.FocusedSeq(
                "value",
                "is_some" / c.Flag,
                "value" / c.If(c.this.is_some, self._type(entry["option"])),
            )
        raise InterfaceError(f"type {entry}: not supported")


def decode_by_each(
    decoders: Mapping[str, DynamicDecoder], kind: str, data: bytes
) -> dict[str, Decoded]:
    """Decode bytes by each program's IDL; those in which they mean something, by name.

    Programs may have records alike, so one answer is no proof of whose bytes they are.

    Args:
        decoders: By the program's name.
        kind: ``account``, ``event`` or ``instruction``.
        data: The bytes.

    Raises:
        InterfaceError: they mean nothing in any of them; the message says why for each.
    """
    found: dict[str, Decoded] = {}
    refusals: list[str] = []
    for name, decoder in decoders.items():
        try:
            found[name] = decoder.decode(kind, data)
        except InterfaceError as error:
            refusals.append(f"{name}: {error}")
    if not found:
        raise InterfaceError("; ".join(refusals))
    return found


def _enum(name: str, variants: Sequence[Mapping[str, Any]]) -> Any:
    if any("fields" in variant for variant in variants):
        raise InterfaceError(f"enum {name}: only unit variants are supported")
    names = [variant["name"] for variant in variants]
    tags = {variant: tag for tag, variant in enumerate(names)}

    def decode(tag: int, _: object) -> str | Unknown:
        return names[tag] if tag < len(names) else Unknown(tag)

    def encode(value: str | Unknown, _: object) -> int:
        return value.tag if isinstance(value, Unknown) else tags[value]

    return c.ExprAdapter(c.Int8ul, decode, encode)


def _plain(value: Any) -> Any:
    """Return construct's containers as plain dicts and lists."""
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        return {key: _plain(item) for key, item in items.items() if key != "_io"}
    if isinstance(value, list):
        return [_plain(item) for item in cast("Sequence[Any]", value)]
    return value
