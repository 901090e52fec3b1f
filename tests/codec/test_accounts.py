"""Account decoding: what is written comes back, and nothing else is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.errors import AccountDecodeError, ArgumentError, IonetError
from ionet.programs.escrow.accounts import Config, Job
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.enums import JobState
from ionet.programs.verification.accounts import Config as VerificationConfig
from tests.codec.strategies import pubkeys, records, unknown_variants
from tests.codec.surfaces import ESCROW, SURFACES, VERIFICATION, Surface, each

ADDRESS = Pubkey.from_string("Job1111111111111111111111111111111111111111")
STRANGER = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
VERSION = 1
EACH = pytest.mark.parametrize(("surface", "name"), each("accounts"))


def account(data: bytes, owner: Pubkey = PROGRAM_ID) -> Account:
    return Account(1, data, owner)


def valid(cls: type[Any]) -> bytes:
    header = cls.DISCRIMINATOR + bytes([VERSION])
    return header + bytes(cls.LENGTH - len(header))


@EACH
@given(data=st.data())
def test_what_is_encoded_decodes_to_the_same(
    surface: Surface, name: str, data: st.DataObject
) -> None:
    cls = surface.record("accounts", name)
    record = data.draw(records(surface, cls, version=VERSION))
    stored = account(record.encode(), surface.program_id)
    assert cls.decode(ADDRESS, stored) == record
    assert surface.accounts.decode_account(ADDRESS, stored) == record
    assert hash(cls.decode(ADDRESS, stored)) == hash(record)


@EACH
def test_foreign_owner_rejects(surface: Surface, name: str) -> None:
    cls = surface.record("accounts", name)
    with pytest.raises(AccountDecodeError, match=f"{ADDRESS}.*owner is {STRANGER}"):
        cls.decode(ADDRESS, account(valid(cls), STRANGER))
    with pytest.raises(AccountDecodeError, match="owner"):
        cls.decode(ADDRESS, account(valid(cls), surface.program_id), program_id=STRANGER)


@EACH
@pytest.mark.parametrize("change", [-1, 1])
def test_one_byte_short_or_long_rejects(surface: Surface, name: str, change: int) -> None:
    cls = surface.record("accounts", name)
    data = valid(cls)[:change] if change < 0 else valid(cls) + b"\0"
    with pytest.raises(AccountDecodeError, match=f"{ADDRESS}.*{len(data)} bytes, must be"):
        cls.decode(ADDRESS, account(data, surface.program_id))


@EACH
@pytest.mark.parametrize("place", range(8))
def test_each_discriminator_byte_counts(surface: Surface, name: str, place: int) -> None:
    cls = surface.record("accounts", name)
    data = bytearray(valid(cls))
    data[place] ^= 1
    with pytest.raises(AccountDecodeError, match=f"{ADDRESS}.*discriminator"):
        cls.decode(ADDRESS, account(bytes(data), surface.program_id))


@EACH
@pytest.mark.parametrize("version", [0, VERSION + 1, 255])
def test_other_version_rejects(surface: Surface, name: str, version: int) -> None:
    cls = surface.record("accounts", name)
    data = bytearray(valid(cls))
    data[8] = version
    with pytest.raises(AccountDecodeError, match=f"{ADDRESS}.*version {version}"):
        cls.decode(ADDRESS, account(bytes(data), surface.program_id))


@EACH
def test_one_kind_is_never_read_as_another(surface: Surface, name: str) -> None:
    cls = surface.record("accounts", name)
    own = account(valid(cls), surface.program_id)
    assert isinstance(surface.accounts.decode_account(ADDRESS, own), cls)
    for other in (surface.record("accounts", n) for n in surface.names("accounts") if n != name):
        body = valid(other)[: cls.LENGTH].ljust(cls.LENGTH, b"\0")
        with pytest.raises(AccountDecodeError, match="discriminator"):
            cls.decode(ADDRESS, account(body, surface.program_id))


def test_what_programs_name_alike_is_told_apart_by_its_owner() -> None:
    ours, theirs = account(valid(Config)), account(valid(VerificationConfig))
    with pytest.raises(AccountDecodeError, match="owner"):
        VerificationConfig.decode(ADDRESS, ours)
    with pytest.raises(AccountDecodeError, match="bytes, must be"):
        Config.decode(ADDRESS, theirs)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
@given(data=st.data())
def test_random_bytes_give_the_decode_error_only(surface: Surface, data: st.DataObject) -> None:
    owner = data.draw(pubkeys | st.just(surface.program_id))
    found = account(data.draw(st.binary(max_size=1_000)), owner)
    kinds = [surface.record("accounts", name).decode for name in surface.names("accounts")]
    for decode in (*kinds, surface.accounts.decode_account):
        with pytest.raises(AccountDecodeError):
            decode(ADDRESS, found)


@EACH
@given(body=st.data())
def test_any_body_behind_a_valid_header_decodes(
    surface: Surface, name: str, body: st.DataObject
) -> None:
    cls = surface.record("accounts", name)
    header = cls.DISCRIMINATOR + bytes([VERSION])
    piece = body.draw(st.binary(min_size=1, max_size=500))
    data = (header + piece * cls.LENGTH)[: cls.LENGTH]
    assert cls.decode(ADDRESS, account(data, surface.program_id)).encode()[:9] == header


@given(kind=unknown_variants(ESCROW, "JobKind"), state=unknown_variants(ESCROW, "JobState"))
def test_unknown_enum_values_survive(kind: Unknown, state: Unknown) -> None:
    data = bytearray(valid(Job))
    data[Job.OFFSETS["kind"]], data[Job.OFFSETS["state"]] = kind.tag, state.tag
    job = Job.decode(ADDRESS, account(bytes(data)))
    assert (job.kind, job.state) == (kind, state)
    assert job.encode() == bytes(data)
    assert job.kind.name == f"UNKNOWN_{kind.tag}"


def test_every_known_enum_value_is_a_member() -> None:
    for state in JobState:
        data = bytearray(valid(Job))
        data[Job.OFFSETS["state"]] = state
        assert Job.decode(ADDRESS, account(bytes(data))).state is state


@pytest.mark.parametrize("value", [-1, 1 << 64, 1.5, "7", True, None])
def test_a_field_that_does_not_fit_is_named(value: object) -> None:
    fields = {"deposit": value}
    job = Job.decode(ADDRESS, account(valid(Job)))
    forged = Job(**{name: getattr(job, name) for name in Job.OFFSETS} | fields)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=f"deposit {value!r}: must be an integer of 0 to"):
        forged.encode()


@pytest.mark.parametrize(
    ("kind", "field", "value", "rule"),
    [
        ("Attestor", "seats", (0, 0), "seats: 2 values, must be 3"),
        (
            "Attestor",
            "seats",
            (0, 0, 1 << 16),
            r"seats\[2\] 65536: must be an integer of 0 to 65535",
        ),
        (
            "Attestor",
            "epochs",
            (-1,) * 32,
            r"epochs\[0\] -1: must be an integer of 0 to 4294967295",
        ),
        ("EpochRing", "weights", (0,) * 257, "weights: 257 values, must be 256"),
        ("Report", "codes", bytes(511), "must be 512 bytes"),
        ("Report", "history_attestors", (ADDRESS,) * 33, "history_attestors: 33 values"),
        ("Report", "history_attestors", (7,) * 32, r"history_attestors\[0\] 7: must be a Pubkey"),
        ("Report", "history_digests", (bytes(32),) * 31, "history_digests: 31 values, must be 32"),
        ("Report", "history_digests", (bytes(31),) * 32, r"history_digests\[0\] .*: must be 32 b"),
    ],
)
def test_an_array_that_does_not_fit_is_named_with_the_place(
    kind: str, field: str, value: object, rule: str
) -> None:
    cls = VERIFICATION.record("accounts", kind)
    record = cls.decode(ADDRESS, account(valid(cls), VERIFICATION.program_id))
    with pytest.raises(ArgumentError, match=rule):
        replace(record, **{field: value}).encode()


def test_decode_error_is_ours_and_a_value_error() -> None:
    assert issubclass(AccountDecodeError, IonetError)
    assert issubclass(AccountDecodeError, ValueError)
