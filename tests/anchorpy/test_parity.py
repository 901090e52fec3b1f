"""anchorpy, reading the legacy IDL, is the oracle: same instructions, accounts and events."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from ionet.adapters.anchorpy import program
from ionet.errors import InterfaceError
from tests.codec.strategies import arguments, pubkeys, records
from tests.codec.surfaces import SURFACES, Surface, each, member_name, python_name

with warnings.catch_warnings():
    # anchorpy's own dependencies use deprecated options when they are imported.
    warnings.simplefilter("ignore", DeprecationWarning)
    anchorpy = pytest.importorskip("anchorpy", reason="the anchorpy lane only")
    AsyncClient = pytest.importorskip("solana.rpc.async_api").AsyncClient

# And so does its enum library whenever a Program is made.
pytestmark = pytest.mark.filterwarnings("ignore:The `repr_ns` argument:DeprecationWarning")

metas = st.lists(st.builds(AccountMeta, pubkeys, st.booleans(), st.booleans()), max_size=3)


@cache
def theirs_of(name: str) -> Any:
    # Nothing is sent: anchorpy only needs a client to hold.
    return program(AsyncClient("http://localhost:1"), name)


def to_anchorpy(theirs: Any, value: Any, kind: Any) -> Any:
    """Return an SDK value as anchorpy wants it."""
    match kind:
        case {"defined": {"name": name}}:
            variants = theirs.type[name]
            found = [v for v in vars(variants) if member_name(v) == value.name]
            return getattr(variants, found[0])()
        case {"array": _}:
            return list(value)
        case _:
            return value


def same(ours: Any, theirs: Any) -> bool:
    """Whether a field of a decoded record is the same in both clients."""
    if hasattr(type(ours), "__members__"):
        return member_name(type(theirs).__name__) == ours.name
    if isinstance(ours, tuple) and isinstance(ours[0], bytes):
        return [list(item) for item in ours] == [list(item) for item in theirs]
    if isinstance(ours, tuple | bytes):
        return list(ours) == list(theirs)
    return bool(ours == theirs)


@pytest.mark.parametrize(("surface", "name"), each("instructions"))
@settings(max_examples=40)
@given(data=st.data())
def test_instruction_is_the_one_that_anchorpy_builds(
    surface: Surface, name: str, data: st.DataObject
) -> None:
    theirs = theirs_of(surface.name)
    info = surface.interface[name]
    keys = {account.name: data.draw(pubkeys) for account in info.accounts}
    rest = [] if info.remaining is None else data.draw(metas)
    args = data.draw(arguments(surface, name))
    given_args = [
        to_anchorpy(theirs, args[python_name(arg["name"])], arg["type"])
        for arg in surface.raw_instructions[name]["args"]
    ]
    context = anchorpy.Context(accounts=keys, remaining_accounts=rest)
    built = theirs.instruction[name](*given_args, ctx=context)
    further = {} if info.remaining is None else {info.remaining: rest}
    ours = getattr(surface.instructions, name)(**keys, **further, **args)
    assert bytes(ours.data) == bytes(built.data)
    assert ours.accounts == built.accounts
    assert ours.program_id == built.program_id == surface.program_id


@pytest.mark.parametrize(("surface", "name"), each("accounts"))
@settings(max_examples=40)
@given(data=st.data())
def test_account_decodes_as_in_anchorpy(surface: Surface, name: str, data: st.DataObject) -> None:
    record = data.draw(records(surface, surface.record("accounts", name)))
    theirs = theirs_of(surface.name).account[name].coder.accounts.decode(record.encode())
    for field in surface.fields_of(name):
        ours = getattr(record, python_name(field["name"]))
        assert same(ours, getattr(theirs, _attribute(theirs, field["name"]))), field["name"]


@pytest.mark.parametrize(("surface", "name"), each("events"))
@settings(max_examples=40)
@given(data=st.data())
def test_event_decodes_as_in_anchorpy(surface: Surface, name: str, data: st.DataObject) -> None:
    record = data.draw(records(surface, surface.record("events", name)))
    theirs = theirs_of(surface.name).coder.events.parse(record.encode())
    assert theirs.name == name
    for field in surface.fields_of(name):
        ours = getattr(record, python_name(field["name"]))
        assert same(ours, getattr(theirs.data, _attribute(theirs.data, field["name"])))


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_every_instruction_is_there(surface: Surface) -> None:
    assert set(theirs_of(surface.name).instruction) == set(surface.interface)
    assert theirs_of(surface.name).program_id == surface.program_id


def test_another_deployment_has_its_own_address() -> None:
    elsewhere = Pubkey.from_string("Job1111111111111111111111111111111111111111")
    provider = anchorpy.Provider(AsyncClient("http://localhost:1"), anchorpy.Wallet.dummy())
    made = program(provider, program_id=elsewhere)
    assert (made.program_id, made.provider) == (elsewhere, provider)


def test_an_unknown_program_is_named() -> None:
    with pytest.raises(InterfaceError, match="program 'stake'"):
        program(AsyncClient("http://localhost:1"), "stake")


def _attribute(record: Any, name: str) -> str:
    """Return the name that anchorpy gives a field: it appends an underscore to keywords."""
    return name if hasattr(record, name) else f"{name}_"
