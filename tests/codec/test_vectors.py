"""Published bytes: every account, event, instruction, enum and error number, in both directions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.programs.escrow import accounts, enums, events, instructions
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.errors import ERRORS
from ionet.programs.escrow.interface import INSTRUCTIONS
from tests.codec.strategies import python_name

VECTORS = json.loads(Path("tests/vectors/wire.json").read_text(encoding="utf-8"))
ADDRESS = Pubkey.from_string("Job1111111111111111111111111111111111111111")


def to_sdk(value: Any, annotation: str) -> Any:
    """Return a vector's value as the SDK has it; addresses and bytes are hex in the file."""
    if isinstance(value, list):
        return tuple(to_sdk(item, annotation) for item in value)
    if isinstance(value, str):
        for enum in (enums.JobKind, enums.JobState, enums.EndReason, enums.GpuClass):
            if annotation.startswith(enum.__name__):
                return enum[value.upper()]
        raw = bytes.fromhex(value)
        return Pubkey(raw) if "Pubkey" in annotation else raw
    return value


def fields_of(vector: dict[str, Any], annotations: dict[str, str]) -> dict[str, Any]:
    return {
        name: to_sdk(field["value"], annotations[name])
        for field in vector["fields"]
        if (name := python_name(field["name"])) in annotations
    }


@pytest.mark.parametrize("name", VECTORS["accounts"])
def test_account_has_the_published_bytes(name: str) -> None:
    vector = VECTORS["accounts"][name]
    cls = getattr(accounts, name)
    record = cls(**fields_of(vector, cls.__annotations__))
    raw = bytes.fromhex(vector["bytes"])
    assert record.encode() == raw
    assert cls.decode(ADDRESS, Account(1, raw, PROGRAM_ID)) == record
    assert bytes.fromhex(vector["discriminator"]) == cls.DISCRIMINATOR
    assert vector["length"] == cls.LENGTH
    published = {f["name"]: f["offset"] for f in vector["fields"] if f["name"] != "reserved"}
    assert {name.rstrip("_"): offset for name, offset in cls.OFFSETS.items()} == published


@pytest.mark.parametrize("name", VECTORS["events"])
def test_event_has_the_published_bytes(name: str) -> None:
    vector = VECTORS["events"][name]
    cls = getattr(events, name)
    record = cls(**fields_of(vector, cls.__annotations__))
    raw = bytes.fromhex(vector["bytes"])
    assert record.encode() == raw
    assert events.decode_event(raw) == record
    assert bytes.fromhex(vector["discriminator"]) == cls.DISCRIMINATOR
    assert vector["length"] == cls.LENGTH


@pytest.mark.parametrize("name", VECTORS["instructions"])
def test_instruction_has_the_published_bytes(name: str) -> None:
    vector = VECTORS["instructions"][name]
    build = getattr(instructions, name)
    info = INSTRUCTIONS[name]
    keys = {account.name: ADDRESS for account in info.accounts}
    built = build(**keys, **fields_of(vector, build.__annotations__))
    assert bytes(built.data).hex() == vector["bytes"]
    assert info.discriminator.hex() == vector["discriminator"]
    assert info.data_length == vector["length"]


@pytest.mark.parametrize("name", VECTORS["enums"])
def test_enum_has_the_published_numbers(name: str) -> None:
    published = [variant.upper() for variant in VECTORS["enums"][name]]
    assert [member.name for member in getattr(enums, name)] == published
    assert [member.value for member in getattr(enums, name)] == list(range(len(published)))


def test_errors_have_the_published_numbers() -> None:
    assert {error.name: code for code, error in ERRORS.items()} == VECTORS["errors"]


def test_nothing_is_without_a_vector() -> None:
    assert set(VECTORS["instructions"]) == set(INSTRUCTIONS)
    # Event and Account are the unions of all classes.
    assert set(VECTORS["events"]) == {cls.__name__ for cls in events.Event.__args__}
    assert set(VECTORS["accounts"]) == {cls.__name__ for cls in accounts.Account.__args__}
