"""Decoding by IDL alone agrees with the generated modules, and refuses what is not in it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.dynamic import DynamicDecoder, decode_by_each
from ionet.errors import InterfaceError
from ionet.interfaces import PROGRAMS, read_idl
from ionet.programs.escrow import accounts
from ionet.programs.escrow.events import Unpaused
from tests.codec.strategies import arguments, records
from tests.codec.surfaces import SURFACES, Surface, each, member_name, python_name

DECODERS = {surface.name: DynamicDecoder(surface.idl) for surface in SURFACES}
DECODER = DECODERS["escrow"]
KEY = Pubkey.from_string("Job1111111111111111111111111111111111111111")


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return the SDK's values as the decoder shows them."""
    shown: dict[str, Any] = {}
    for name, value in values.items():
        if hasattr(type(value), "__members__"):
            shown[name] = value.name
        else:
            shown[name] = list(value) if isinstance(value, tuple) else value
    return shown


def same(decoded: dict[str, Any], ours: dict[str, Any]) -> bool:
    found = {python_name(name): value for name, value in decoded.items() if name != "reserved"}
    named = {n: member_name(v) if isinstance(v, str) else v for n, v in found.items()}
    return named == plain(ours)


@pytest.mark.parametrize(("surface", "name"), each("accounts", "events"))
@given(data=st.data())
def test_records_decode_as_the_generated_classes(
    surface: Surface, name: str, data: st.DataObject
) -> None:
    section = "accounts" if name in surface.names("accounts") else "events"
    kind = section.removesuffix("s")
    record = data.draw(records(surface, surface.record(section, name)))
    decoded = DECODERS[surface.name].decode(kind, record.encode())
    ours = {field.name: getattr(record, field.name) for field in fields(record)}
    assert (decoded.kind, decoded.name) == (kind, name)
    assert same(dict(decoded.fields), ours)


@pytest.mark.parametrize(("surface", "name"), each("instructions"))
@given(data=st.data())
def test_instruction_data_decodes_to_its_arguments(
    surface: Surface, name: str, data: st.DataObject
) -> None:
    args = data.draw(arguments(surface, name))
    info = surface.interface[name]
    keys: dict[str, Any] = {account.name: KEY for account in info.accounts}
    if info.remaining is not None:
        keys[info.remaining] = ()
    built = getattr(surface.instructions, name)(**keys, **args)
    decoded = DECODERS[surface.name].decode_instruction(bytes(built.data))
    assert decoded.name == name
    assert same(dict(decoded.fields), args)


def test_an_unknown_variant_is_shown_as_unknown() -> None:
    data = bytearray(accounts.Job.DISCRIMINATOR + bytes(accounts.Job.LENGTH - 8))
    data[accounts.Job.OFFSETS["kind"]] = 77
    assert DECODER.decode_account(bytes(data)).fields["kind"] == Unknown(77)


@given(st.binary(max_size=300))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InterfaceError, match="discriminator"):
        DECODER.decode_account(data)


@pytest.mark.parametrize("change", [-1, 1])
def test_another_length_is_refused(change: int) -> None:
    data = accounts.Job.DISCRIMINATOR + bytes(accounts.Job.LENGTH - 8 + change)
    with pytest.raises(InterfaceError, match=f"account Job: {len(data)} bytes"):
        DECODER.decode_account(data)


@pytest.mark.parametrize("idl", [{}, {"instructions": [{}]}, {"instructions": 7}])
def test_a_malformed_idl_is_refused(idl: dict[str, Any]) -> None:
    with pytest.raises(InterfaceError):
        DynamicDecoder(idl)


def foreign(kind: object, types: list[dict[str, Any]] | None = None) -> DynamicDecoder:
    instruction = {
        "name": "go",
        "discriminator": [1],
        "args": [{"name": "value", "type": kind}],
    }
    return DynamicDecoder({"instructions": [instruction], "types": types or []})


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        ("string", b"\x02\0\0\0hi", "hi"),
        ("bytes", b"\x02\0\0\0hi", b"hi"),
        ("u128", b"\x01" + bytes(15), 1),
        ("i128", b"\xff" * 16, -1),
        ({"vec": "u16"}, b"\x02\0\0\0\x01\0\x02\0", [1, 2]),
        ({"option": "u8"}, b"\0", None),
        ({"option": "u8"}, b"\x01\x07", 7),
        ({"defined": {"name": "Pair"}}, b"\x01\x02", {"a": 1, "b": 2}),
    ],
)
def test_foreign_idls_may_have_other_types(kind: object, data: bytes, value: object) -> None:
    numbers = [{"name": "a", "type": "u8"}, {"name": "b", "type": "u8"}]
    pair = {"name": "Pair", "type": {"kind": "struct", "fields": numbers}}
    assert foreign(kind, [pair]).decode_instruction(b"\x01" + data).fields["value"] == value


@pytest.mark.parametrize("kind", ["u256", {"coption": "u8"}, {"generic": "T"}])
def test_types_that_are_not_supported_are_named(kind: object) -> None:
    with pytest.raises(InterfaceError, match="not supported"):
        foreign(kind)


def test_both_formats_ship_and_other_programs_are_named() -> None:
    for program in PROGRAMS:
        assert '"spec": "0.1.0"' in read_idl(program)
        assert '"isMut"' in read_idl(program, is_legacy=True)
    rule = "program 'stake': must be one of escrow, verification"
    with pytest.raises(InterfaceError, match=rule):
        read_idl("stake")


def test_bytes_are_decoded_by_each_program_that_has_them() -> None:
    job = accounts.Job.DISCRIMINATOR + bytes(accounts.Job.LENGTH - 8)
    assert {n: d.name for n, d in decode_by_each(DECODERS, "account", job).items()} == {
        "escrow": "Job"
    }
    unpaused = Unpaused(at=7).encode()
    found = decode_by_each(DECODERS, "event", unpaused)
    assert {name: decoded.fields for name, decoded in found.items()} == {
        "escrow": {"at": 7},
        "verification": {"at": 7},
    }


def test_why_each_program_refuses_some_bytes_is_said() -> None:
    # Both programs have a Config, of other lengths.
    config = SURFACES[0].accounts.Config.DISCRIMINATOR
    with pytest.raises(InterfaceError) as caught:
        decode_by_each(DECODERS, "account", config)
    rule = "account Config: 8 bytes are not what the IDL says"
    assert str(caught.value) == f"escrow: {rule}; verification: {rule}"
