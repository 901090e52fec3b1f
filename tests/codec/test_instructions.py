"""Instruction builders: what their table says is what they build, and bad arguments are named."""

from __future__ import annotations

import hashlib
import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.errors import ArgumentError
from ionet.programs.escrow import instructions
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.enums import JobKind
from ionet.programs.escrow.interface import INSTRUCTIONS
from ionet.programs.escrow.pdas import find_job, find_vault
from tests.codec.strategies import arguments, pubkeys

KEY = Pubkey.from_string("Job1111111111111111111111111111111111111111")


def build(name: str, **values: Any) -> Any:
    return getattr(instructions, name)(**values)


@pytest.mark.parametrize("name", INSTRUCTIONS)
@given(data=st.data())
def test_builder_follows_the_table(name: str, data: st.DataObject) -> None:
    info = INSTRUCTIONS[name]
    keys = {account.name: data.draw(pubkeys) for account in info.accounts}
    built = build(name, **keys, **data.draw(arguments(name)))
    assert built.program_id == PROGRAM_ID
    assert bytes(built.data)[:8] == info.discriminator
    assert len(built.data) == info.data_length
    assert built.accounts == [
        AccountMeta(keys[account.name], account.signer, account.writable)
        for account in info.accounts
    ]


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_parameters_are_accounts_then_arguments_in_order(name: str) -> None:
    info = INSTRUCTIONS[name]
    parameters = inspect.signature(getattr(instructions, name)).parameters
    expected = [*(a.name for a in info.accounts), *(a.name for a in info.args), "program_id"]
    assert list(parameters) == expected
    assert {p.kind for p in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_discriminator_is_the_hash_of_the_name(name: str) -> None:
    expected = hashlib.sha256(f"global:{name}".encode()).digest()[:8]
    assert INSTRUCTIONS[name].discriminator == expected


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_fixed_addresses_are_filled_in(name: str) -> None:
    info = INSTRUCTIONS[name]
    free = {a.name: KEY for a in info.accounts if a.address is None}
    zeros = {"bool": False, "pubkey": KEY}
    args: dict[str, Any] = {
        arg.name: JobKind.RENTAL
        if arg.type in ("JobKind", "GpuClass")
        else bytes(32)
        if arg.type == "[u8; 32]"
        else (0,) * 16
        if arg.type == "[u64; 16]"
        else zeros.get(arg.type, 0)
        for arg in info.args
    }
    built = build(name, **free, **args)
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
    built = build("open_job", **OPEN_JOB | {"client": client, "id": job_id}, program_id=program_id)
    job = find_job(client, job_id, program_id=program_id)[0]
    assert built.program_id == program_id
    assert built.accounts[2].pubkey == job
    assert built.accounts[5].pubkey == find_vault(job, program_id=program_id)[0]


def test_a_given_address_is_not_derived() -> None:
    built = build("open_job", **OPEN_JOB, job=KEY)
    assert built.accounts[2].pubkey == KEY
    assert built.accounts[5].pubkey == find_vault(KEY)[0]


def test_an_unknown_variant_is_sent_as_it_is() -> None:
    data = bytes(build("open_job", **OPEN_JOB | {"kind": Unknown(9)}).data)
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
        build("open_job", **OPEN_JOB | {name: value})
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
