"""Account decoding: what is written comes back, and nothing else is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.errors import AccountDecodeError, ArgumentError, IonetError
from ionet.programs.escrow import accounts, enums
from ionet.programs.escrow.accounts import Cluster, Config, Job, Offer, decode_account
from ionet.programs.escrow.constants import ACCOUNT_VERSION, PROGRAM_ID
from tests.codec.strategies import pubkeys, records, unknown_variants

ADDRESS = Pubkey.from_string("Job1111111111111111111111111111111111111111")
STRANGER = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
KINDS = [Config, Offer, Job, Cluster]


def account(data: bytes, owner: Pubkey = PROGRAM_ID) -> Account:
    return Account(1, data, owner)


def valid(cls: type[Any]) -> bytes:
    header = cls.DISCRIMINATOR + bytes([ACCOUNT_VERSION])
    return header + bytes(cls.LENGTH - len(header))


@pytest.mark.parametrize("cls", KINDS)
@given(data=st.data())
def test_what_is_encoded_decodes_to_the_same(cls: type[Any], data: st.DataObject) -> None:
    record = data.draw(records(cls, version=ACCOUNT_VERSION))
    stored = account(record.encode())
    assert cls.decode(ADDRESS, stored) == record
    assert decode_account(ADDRESS, stored) == record
    assert hash(cls.decode(ADDRESS, stored)) == hash(record)


@pytest.mark.parametrize("cls", KINDS)
def test_foreign_owner_rejects(cls: type[Any]) -> None:
    with pytest.raises(AccountDecodeError, match=f"{ADDRESS}.*owner is {STRANGER}"):
        cls.decode(ADDRESS, account(valid(cls), STRANGER))
    with pytest.raises(AccountDecodeError, match="owner"):
        cls.decode(ADDRESS, account(valid(cls)), program_id=STRANGER)


@pytest.mark.parametrize("cls", KINDS)
@pytest.mark.parametrize("change", [-1, 1])
def test_one_byte_short_or_long_rejects(cls: type[Any], change: int) -> None:
    data = valid(cls)[:change] if change < 0 else valid(cls) + b"\0"
    with pytest.raises(AccountDecodeError, match=f"{ADDRESS}.*{len(data)} bytes, must be"):
        cls.decode(ADDRESS, account(data))


@pytest.mark.parametrize("cls", KINDS)
@pytest.mark.parametrize("place", range(8))
def test_each_discriminator_byte_counts(cls: type[Any], place: int) -> None:
    data = bytearray(valid(cls))
    data[place] ^= 1
    with pytest.raises(AccountDecodeError, match=f"{ADDRESS}.*discriminator"):
        cls.decode(ADDRESS, account(bytes(data)))


@pytest.mark.parametrize("cls", KINDS)
@pytest.mark.parametrize("version", [0, ACCOUNT_VERSION + 1, 255])
def test_other_version_rejects(cls: type[Any], version: int) -> None:
    data = bytearray(valid(cls))
    data[8] = version
    with pytest.raises(AccountDecodeError, match=f"{ADDRESS}.*version {version}"):
        cls.decode(ADDRESS, account(bytes(data)))


@pytest.mark.parametrize("cls", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_one_kind_is_never_read_as_another(cls: type[Any], other: type[Any]) -> None:
    if cls is other:
        assert isinstance(decode_account(ADDRESS, account(valid(cls))), cls)
    else:
        body = valid(other)[: cls.LENGTH].ljust(cls.LENGTH, b"\0")
        with pytest.raises(AccountDecodeError, match="discriminator"):
            cls.decode(ADDRESS, account(body))


@given(data=st.binary(max_size=1_000), owner=pubkeys | st.just(PROGRAM_ID))
def test_random_bytes_give_the_decode_error_only(data: bytes, owner: Pubkey) -> None:
    for decode in (*(cls.decode for cls in KINDS), decode_account):
        with pytest.raises(AccountDecodeError):
            decode(ADDRESS, account(data, owner))


@pytest.mark.parametrize("cls", KINDS)
@given(body=st.data())
def test_any_body_behind_a_valid_header_decodes(cls: type[Any], body: st.DataObject) -> None:
    header = cls.DISCRIMINATOR + bytes([ACCOUNT_VERSION])
    rest = cls.LENGTH - len(header)
    data = header + body.draw(st.binary(min_size=rest, max_size=rest))
    assert cls.decode(ADDRESS, account(data)).encode()[:9] == header


@given(kind=unknown_variants("JobKind"), state=unknown_variants("JobState"))
def test_unknown_enum_values_survive(kind: Unknown, state: Unknown) -> None:
    data = bytearray(valid(Job))
    data[Job.OFFSETS["kind"]], data[Job.OFFSETS["state"]] = kind.tag, state.tag
    job = Job.decode(ADDRESS, account(bytes(data)))
    assert (job.kind, job.state) == (kind, state)
    assert job.encode() == bytes(data)
    assert job.kind.name == f"UNKNOWN_{kind.tag}"


def test_every_known_enum_value_is_a_member() -> None:
    for state in enums.JobState:
        data = bytearray(valid(Job))
        data[Job.OFFSETS["state"]] = state
        assert Job.decode(ADDRESS, account(bytes(data))).state is state


@pytest.mark.parametrize("value", [-1, 1 << 64, 1.5, "7", True, None])
def test_a_field_that_does_not_fit_is_named(value: object) -> None:
    fields = {"deposit": value}
    job = Job.decode(ADDRESS, account(valid(Job)))
    forged = accounts.Job(**{name: getattr(job, name) for name in Job.OFFSETS} | fields)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=f"deposit {value!r}: must be an integer of 0 to"):
        forged.encode()


def test_decode_error_is_ours_and_a_value_error() -> None:
    assert issubclass(AccountDecodeError, IonetError)
    assert issubclass(AccountDecodeError, ValueError)
