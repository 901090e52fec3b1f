"""Derived addresses: the seeds that the program documents, and the canonical bump."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet.errors import ArgumentError
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.pdas import (
    find_cluster,
    find_config,
    find_job,
    find_offer,
    find_vault,
)
from ionet.programs.verification import pdas
from ionet.surface import AccountSeed, ArgSeed, ConstSeed, Seed
from tests.codec.strategies import pubkeys
from tests.codec.surfaces import ESCROW, VERIFICATION, Surface

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


@given(
    key=pubkeys,
    number=st.integers(0, (1 << 64) - 1),
    index_range=st.integers(0, (1 << 32) - 1),
    place=st.integers(0, 255),
    program_id=pubkeys,
)
def test_addresses_of_verification_come_from_the_documented_seeds(
    key: Pubkey, number: int, index_range: int, place: int, program_id: Pubkey
) -> None:
    words = index_range.to_bytes(4, "little"), place.to_bytes(1, "little")
    for found, seeds in (
        (pdas.find_config(program_id=program_id), [b"config"]),
        (pdas.find_registry(program_id=program_id), [b"registry"]),
        (pdas.find_epoch_ring(program_id=program_id), [b"epoch_ring"]),
        (pdas.find_device(key, program_id=program_id), [b"device", bytes(key)]),
        (pdas.find_attestor(key, program_id=program_id), [b"attestor", bytes(key)]),
        (pdas.find_answers(key, program_id=program_id), [b"answers", bytes(key)]),
        (pdas.find_epoch(place, program_id=program_id), [b"epoch", words[1]]),
        (pdas.find_report(index_range, place, program_id=program_id), [b"report", *words]),
        (
            pdas.find_free_index(number, program_id=program_id),
            [b"free_index", number.to_bytes(8, "little")],
        ),
    ):
        assert found == Pubkey.find_program_address(seeds, program_id)


def test_the_program_is_the_shipped_one_by_default() -> None:
    assert find_config() == find_config(program_id=PROGRAM_ID)
    assert pdas.find_config() == pdas.find_config(program_id=VERIFICATION.program_id)


@pytest.mark.parametrize("bad", [-1, 1 << 64, 1.0, "1"])
def test_an_id_that_is_no_u64_is_named(bad: object) -> None:
    with pytest.raises(ArgumentError, match=r"id .*: must be an integer of 0 to"):
        find_job(KEY, bad)  # type: ignore[arg-type]


def test_a_key_as_text_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"device .*: must be a Pubkey"):
        find_offer(str(KEY))  # type: ignore[arg-type]


def seeds_in_table(surface: Surface) -> dict[str, tuple[Seed, ...]]:
    return {
        account.name: account.seeds
        for info in surface.interface.values()
        for account in info.accounts
        if account.seeds
    }


def test_the_tables_have_the_same_seeds() -> None:
    assert seeds_in_table(ESCROW) == {
        "config": (ConstSeed(b"config"),),
        "offer": (ConstSeed(b"offer"), AccountSeed("device")),
        "cluster": (ConstSeed(b"cluster"), AccountSeed("client"), ArgSeed("id")),
        "job": (ConstSeed(b"job"), AccountSeed("client"), ArgSeed("id")),
        "vault": (ConstSeed(b"vault"), AccountSeed("job")),
    }
    assert seeds_in_table(VERIFICATION) == {
        "config": (ConstSeed(b"config"),),
        "registry": (ConstSeed(b"registry"),),
        "epoch_ring": (ConstSeed(b"epoch_ring"),),
        "device": (ConstSeed(b"device"), AccountSeed("device_key")),
        "attestor": (ConstSeed(b"attestor"), AccountSeed("authority")),
        "epoch": (ConstSeed(b"epoch"), ArgSeed("ring_index")),
        "answers": (ConstSeed(b"answers"), AccountSeed("provider")),
        "report": (ConstSeed(b"report"), ArgSeed("range"), ArgSeed("place")),
    }
