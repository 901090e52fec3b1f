"""Derived addresses: the seeds that the program documents, and the canonical bump."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet.errors import ArgumentError
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.interface import INSTRUCTIONS
from ionet.programs.escrow.pdas import (
    find_cluster,
    find_config,
    find_job,
    find_offer,
    find_vault,
)
from ionet.surface import AccountSeed, ArgSeed, ConstSeed
from tests.codec.strategies import pubkeys

KEY = Pubkey.from_string("Job1111111111111111111111111111111111111111")


@given(key=pubkeys, number=st.integers(0, (1 << 64) - 1), program_id=pubkeys)
def test_addresses_come_from_the_documented_seeds(
    key: Pubkey, number: int, program_id: Pubkey
) -> None:
    little_endian = number.to_bytes(8, "little")
    for found, seeds in (
        (find_config(program_id=program_id), [b"config"]),
        (find_offer(key, program_id=program_id), [b"offer", bytes(key)]),
        (find_vault(key, program_id=program_id), [b"vault", bytes(key)]),
        (find_job(key, number, program_id=program_id), [b"job", bytes(key), little_endian]),
        (find_cluster(key, number, program_id=program_id), [b"cluster", bytes(key), little_endian]),
    ):
        address, bump = found
        assert found == Pubkey.find_program_address(seeds, program_id)
        assert address == Pubkey.create_program_address([*seeds, bytes([bump])], program_id)
        assert not address.is_on_curve()


def test_the_program_is_the_shipped_one_by_default() -> None:
    assert find_config() == find_config(program_id=PROGRAM_ID)


@pytest.mark.parametrize("bad", [-1, 1 << 64, 1.0, "1"])
def test_an_id_that_is_no_u64_is_named(bad: object) -> None:
    with pytest.raises(ArgumentError, match=r"id .*: must be an integer of 0 to"):
        find_job(KEY, bad)  # type: ignore[arg-type]


def test_a_key_as_text_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"device .*: must be a Pubkey"):
        find_offer(str(KEY))  # type: ignore[arg-type]


def test_the_table_has_the_same_seeds() -> None:
    seeds = {
        account.name: account.seeds
        for info in INSTRUCTIONS.values()
        for account in info.accounts
        if account.seeds
    }
    assert seeds == {
        "config": (ConstSeed(b"config"),),
        "offer": (ConstSeed(b"offer"), AccountSeed("device")),
        "cluster": (ConstSeed(b"cluster"), AccountSeed("client"), ArgSeed("id")),
        "job": (ConstSeed(b"job"), AccountSeed("client"), ArgSeed("id")),
        "vault": (ConstSeed(b"vault"), AccountSeed("job")),
    }
