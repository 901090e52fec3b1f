"""anchorpy, reading the legacy IDL, is the oracle: same instructions, accounts and events."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet.adapters.anchorpy import program
from ionet.errors import InterfaceError
from ionet.programs.escrow import accounts, events, instructions
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.interface import INSTRUCTIONS
from tests.codec.strategies import (
    ACCOUNTS,
    EVENTS,
    arguments,
    fields_of,
    pubkeys,
    python_name,
    records,
)
from tests.codec.strategies import INSTRUCTIONS as RAW

with warnings.catch_warnings():
    # anchorpy's own dependencies use deprecated options when they are imported.
    warnings.simplefilter("ignore", DeprecationWarning)
    anchorpy = pytest.importorskip("anchorpy", reason="the anchorpy lane only")
    AsyncClient = pytest.importorskip("solana.rpc.async_api").AsyncClient

# And so does its enum library whenever a Program is made.
pytestmark = pytest.mark.filterwarnings("ignore:The `repr_ns` argument:DeprecationWarning")


@pytest.fixture(scope="module")
def escrow() -> Any:
    # Nothing is sent: anchorpy only needs a client to hold.
    return program(AsyncClient("http://localhost:1"))


def to_anchorpy(escrow: Any, value: Any, kind: Any) -> Any:
    """Return an SDK value as anchorpy wants it."""
    match kind:
        case {"defined": {"name": name}}:
            variants = escrow.type[name]
            found = [v for v in vars(variants) if v.upper() == value.name]
            return getattr(variants, found[0])()
        case {"array": _}:
            return list(value)
        case _:
            return value


def same(ours: Any, theirs: Any) -> bool:
    """Whether a field of a decoded record is the same in both clients."""
    if hasattr(type(ours), "__members__"):
        return type(theirs).__name__.upper() == ours.name
    if isinstance(ours, tuple | bytes):
        return list(ours) == list(theirs)
    return bool(ours == theirs)


@pytest.mark.parametrize("name", INSTRUCTIONS)
@settings(max_examples=40)
@given(data=st.data())
def test_instruction_is_the_one_that_anchorpy_builds(
    escrow: Any, name: str, data: st.DataObject
) -> None:
    info = INSTRUCTIONS[name]
    keys = {account.name: data.draw(pubkeys) for account in info.accounts}
    args = data.draw(arguments(name))
    given_args = [
        to_anchorpy(escrow, args[python_name(arg["name"])], arg["type"])
        for arg in RAW[name]["args"]
    ]
    theirs = escrow.instruction[name](*given_args, ctx=anchorpy.Context(accounts=keys))
    ours = getattr(instructions, name)(**keys, **args)
    assert bytes(ours.data) == bytes(theirs.data)
    assert ours.accounts == theirs.accounts
    assert ours.program_id == theirs.program_id == PROGRAM_ID


@pytest.mark.parametrize("name", ACCOUNTS)
@settings(max_examples=40)
@given(data=st.data())
def test_account_decodes_as_in_anchorpy(escrow: Any, name: str, data: st.DataObject) -> None:
    record = data.draw(records(getattr(accounts, name)))
    theirs = escrow.account[name].coder.accounts.decode(record.encode())
    for field in fields_of(name):
        ours = getattr(record, python_name(field["name"]))
        assert same(ours, getattr(theirs, _attribute(theirs, field["name"]))), field["name"]


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=40)
@given(data=st.data())
def test_event_decodes_as_in_anchorpy(escrow: Any, name: str, data: st.DataObject) -> None:
    record = data.draw(records(getattr(events, name)))
    theirs = escrow.coder.events.parse(record.encode())
    assert theirs.name == name
    for field in fields_of(name):
        ours = getattr(record, python_name(field["name"]))
        assert same(ours, getattr(theirs.data, _attribute(theirs.data, field["name"])))


def test_every_instruction_is_there(escrow: Any) -> None:
    assert set(escrow.instruction) == set(INSTRUCTIONS)
    assert escrow.program_id == PROGRAM_ID


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
