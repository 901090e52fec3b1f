"""Instruction builders: what their table says is what they build, and bad arguments are named."""

from __future__ import annotations

import hashlib
import inspect
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.errors import ArgumentError
from ionet.programs.escrow import instructions
from ionet.programs.escrow.enums import JobKind
from ionet.programs.escrow.pdas import find_job, find_vault
from ionet.programs.verification.instructions import tally
from tests.codec.strategies import arguments, pubkeys
from tests.codec.surfaces import Surface, each

KEY = Pubkey.from_string("Job1111111111111111111111111111111111111111")
EACH = pytest.mark.parametrize(("surface", "name"), each("instructions"))
metas = st.lists(st.builds(AccountMeta, pubkeys, st.booleans(), st.booleans()), max_size=3)


def open_job(**changes: Any) -> Any:
    return instructions.open_job(**OPEN_JOB | changes)


@EACH
@given(data=st.data())
def test_builder_follows_the_table(surface: Surface, name: str, data: st.DataObject) -> None:
    info = surface.interface[name]
    keys = {account.name: data.draw(pubkeys) for account in info.accounts}
    rest = {} if info.remaining is None else {info.remaining: data.draw(metas)}
    args = data.draw(arguments(surface, name))
    built = getattr(surface.instructions, name)(**keys, **rest, **args)
    assert built.program_id == surface.program_id
    assert bytes(built.data)[:8] == info.discriminator
    assert len(built.data) == info.data_length
    assert built.accounts == [
        *(AccountMeta(keys[a.name], a.signer, a.writable) for a in info.accounts),
        *(meta for listed in rest.values() for meta in listed),
    ]


@EACH
def test_parameters_are_accounts_then_arguments_in_order(surface: Surface, name: str) -> None:
    info = surface.interface[name]
    parameters = inspect.signature(getattr(surface.instructions, name)).parameters
    names = [*(a.name for a in info.accounts), *(a.name for a in info.args)]
    rest = [] if info.remaining is None else [info.remaining]
    assert list(parameters) == [*names, *rest, "program_id"]
    assert {p.kind for p in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}


@EACH
def test_discriminator_is_the_hash_of_the_name(surface: Surface, name: str) -> None:
    expected = hashlib.sha256(f"global:{name}".encode()).digest()[:8]
    assert surface.interface[name].discriminator == expected


@EACH
@settings(max_examples=5)
@given(data=st.data())
def test_fixed_addresses_are_filled_in(surface: Surface, name: str, data: st.DataObject) -> None:
    info = surface.interface[name]
    free: dict[str, Any] = {a.name: KEY for a in info.accounts if a.address is None}
    if info.remaining is not None:
        free[info.remaining] = ()
    args = data.draw(arguments(surface, name))
    built = getattr(surface.instructions, name)(**free, **args)
    for meta, account in zip(built.accounts, info.accounts, strict=True):
        assert meta.pubkey == (KEY if account.address is None else account.address)


OPEN_JOB: dict[str, Any] = {
    "payer": KEY,
    "client": KEY,
    "offer": KEY,
    "cluster": KEY,
    "client_token": KEY,
    "mint": KEY,
    "id": 7,
    "kind": JobKind.RENTAL,
    "member": 0,
    "deposit": 1,
    "rate": 1,
    "duration": 1,
    "accept_within": 1,
    "review_window": 0,
    "valid_until": 1,
    "tip": 0,
    "terms_hash": bytes(32),
}


@given(program_id=pubkeys, client=pubkeys, job_id=st.integers(0, (1 << 64) - 1))
def test_derived_addresses_are_those_of_the_program(
    program_id: Pubkey, client: Pubkey, job_id: int
) -> None:
    built = open_job(client=client, id=job_id, program_id=program_id)
    job = find_job(client, job_id, program_id=program_id)[0]
    assert built.program_id == program_id
    assert built.accounts[2].pubkey == job
    assert built.accounts[5].pubkey == find_vault(job, program_id=program_id)[0]


def test_a_given_address_is_not_derived() -> None:
    built = open_job(job=KEY)
    assert built.accounts[2].pubkey == KEY
    assert built.accounts[5].pubkey == find_vault(KEY)[0]


def test_an_unknown_variant_is_sent_as_it_is() -> None:
    data = bytes(open_job(kind=Unknown(9)).data)
    assert data[16] == 9


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("deposit", -1, "an integer of 0 to 18446744073709551615"),
        ("deposit", 1 << 64, "an integer of 0 to 18446744073709551615"),
        ("deposit", 2.49, "an integer of 0 to 18446744073709551615"),
        ("deposit", True, "an integer of 0 to 18446744073709551615"),
        ("member", 256, "an integer of 0 to 255"),
        ("tip", 65_536, "an integer of 0 to 65535"),
        ("duration", 1 << 32, "an integer of 0 to 4294967295"),
        ("valid_until", 1 << 63, "an integer of -9223372036854775808 to 9223372036854775807"),
        ("kind", 256, "an integer of 0 to 255"),
        ("terms_hash", bytes(31), "32 bytes"),
        ("terms_hash", "0" * 32, "32 bytes"),
    ],
)
def test_a_bad_argument_is_named_with_its_rule(name: str, value: object, rule: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        open_job(**{name: value})
    assert str(caught.value) == f"{name} {value!r}: must be {rule}"


@pytest.mark.parametrize("count", [0, 15, 17])
def test_an_array_of_another_length_is_refused(count: int) -> None:
    with pytest.raises(ArgumentError, match=f"min_rates: {count} values, must be 16"):
        instructions.set_mint(
            authority=KEY, mint=KEY, slot=0, is_accepted=True, min_rates=(0,) * count
        )


def test_a_bad_array_element_is_named_with_its_place() -> None:
    rates = (*(0,) * 15, -1)
    with pytest.raises(ArgumentError, match=r"min_rates\[15\] -1"):
        instructions.set_mint(authority=KEY, mint=KEY, slot=0, is_accepted=True, min_rates=rates)


def test_a_boolean_is_a_boolean() -> None:
    with pytest.raises(ArgumentError, match="is_accepted 2: must be True or False"):
        instructions.set_mint(
            authority=KEY,
            mint=KEY,
            slot=0,
            is_accepted=2,  # type: ignore[arg-type]
            min_rates=(0,) * 16,
        )


def test_only_the_tally_takes_further_accounts() -> None:
    named = {
        name: surface.interface[name].remaining
        for surface, name in (parameter.values for parameter in each("instructions"))
        if surface.interface[name].remaining is not None
    }
    assert named == {"tally": "reports_and_devices"}


def test_further_accounts_keep_their_order_and_flags() -> None:
    rest = [AccountMeta(KEY, is_signer=False, is_writable=place > 0) for place in range(3)]
    built = tally(epoch=KEY, epoch_number=7, range=1, reports_and_devices=rest)
    assert built.accounts[2:] == rest
