"""Published bytes: every account, event, instruction, enum and error number, in both directions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from tests.codec.surfaces import SURFACES, Surface, each, member_name, python_name

VECTORS = json.loads(Path("tests/vectors/wire.json").read_text(encoding="utf-8"))
ADDRESS = Pubkey.from_string("Job1111111111111111111111111111111111111111")


def to_sdk(surface: Surface, value: Any, kind: Any) -> Any:
    """Return a vector's value as the SDK has it; addresses and bytes are hex in the file."""
    match kind:
        case {"defined": {"name": name}}:
            return getattr(surface.enums, name)[member_name(value)]
        case "pubkey":
            return Pubkey(bytes.fromhex(value))
        case {"array": ["u8", _]}:
            return bytes.fromhex(value)
        case {"array": [element, _]}:
            return tuple(to_sdk(surface, item, element) for item in value)
        case _:
            return value


def values_of(surface: Surface, vector: dict[str, Any], fields: Any) -> dict[str, Any]:
    published = {field["name"]: field["value"] for field in vector["fields"]}
    return {
        python_name(field["name"]): to_sdk(surface, published[field["name"]], field["type"])
        for field in fields
    }


@pytest.mark.parametrize(("surface", "name"), each("accounts"))
def test_account_has_the_published_bytes(surface: Surface, name: str) -> None:
    vector = VECTORS[surface.name]["accounts"][name]
    cls = surface.record("accounts", name)
    record = cls(**values_of(surface, vector, surface.fields_of(name)))
    raw = bytes.fromhex(vector["bytes"])
    assert record.encode() == raw
    assert cls.decode(ADDRESS, Account(1, raw, surface.program_id)) == record
    assert bytes.fromhex(vector["discriminator"]) == cls.DISCRIMINATOR
    assert vector["length"] == cls.LENGTH
    published = {f["name"]: f["offset"] for f in vector["fields"] if f["name"] != "reserved"}
    assert {name.rstrip("_"): offset for name, offset in cls.OFFSETS.items()} == published


@pytest.mark.parametrize(("surface", "name"), each("events"))
def test_event_has_the_published_bytes(surface: Surface, name: str) -> None:
    vector = VECTORS[surface.name]["events"][name]
    cls = surface.record("events", name)
    record = cls(**values_of(surface, vector, surface.fields_of(name)))
    raw = bytes.fromhex(vector["bytes"])
    assert record.encode() == raw
    assert surface.events.decode_event(raw) == record
    assert bytes.fromhex(vector["discriminator"]) == cls.DISCRIMINATOR
    assert vector["length"] == cls.LENGTH


@pytest.mark.parametrize(("surface", "name"), each("instructions"))
def test_instruction_has_the_published_bytes(surface: Surface, name: str) -> None:
    vector = VECTORS[surface.name]["instructions"][name]
    info = surface.interface[name]
    keys: dict[str, Any] = {account.name: ADDRESS for account in info.accounts}
    if info.remaining is not None:
        keys[info.remaining] = ()
    args = values_of(surface, vector, surface.raw_instructions[name]["args"])
    built = getattr(surface.instructions, name)(**keys, **args)
    assert bytes(built.data).hex() == vector["bytes"]
    assert info.discriminator.hex() == vector["discriminator"]
    assert info.data_length == vector["length"]


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_enums_have_the_published_numbers(surface: Surface) -> None:
    published = VECTORS[surface.name]["enums"]
    for name, variants in published.items():
        members = list(getattr(surface.enums, name))
        assert [member.name for member in members] == [member_name(v) for v in variants]
        assert [member.value for member in members] == list(range(len(variants)))
    assert set(published) == {n for n, t in surface.types.items() if t["kind"] == "enum"}


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_errors_have_the_published_numbers(surface: Surface) -> None:
    published = VECTORS[surface.name]["errors"]
    assert {error.name: code for code, error in surface.errors.ERRORS.items()} == published


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_nothing_is_without_a_vector(surface: Surface) -> None:
    published = VECTORS[surface.name]
    assert set(published["instructions"]) == set(surface.interface)
    # Event and Account are the unions of all classes.
    assert set(published["events"]) == {cls.__name__ for cls in surface.events.Event.__args__}
    assert set(published["accounts"]) == {cls.__name__ for cls in surface.accounts.Account.__args__}
