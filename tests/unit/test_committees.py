"""Committees are drawn as published, fairly and cheaply, and decide as published."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet import committees
from ionet.committees import Decision
from ionet.devices import Result
from ionet.errors import ArgumentError
from tools import committee_vectors
from tools.money_vectors import render

VECTORS = json.loads(Path("tests/vectors/committees.json").read_text(encoding="utf-8"))
SEED = bytes(range(32))
ZEROS = bytes(512)
KEY = Pubkey(bytes([7] * 32))


@st.composite
def votes(draw: st.DrawFn) -> tuple[int, list[int]]:
    """A committee's size and the codes of as many members as reveal."""
    k = draw(st.integers(1, 21))
    return k, draw(st.lists(st.integers(0, 15), max_size=k))


def test_vectors_are_what_the_tool_writes() -> None:
    text = render(committee_vectors.vectors())
    assert committee_vectors.VECTORS.read_text(encoding="utf-8") == text


def test_sizes_and_thresholds_are_as_published() -> None:
    assert VECTORS["sizes"]
    assert VECTORS["thresholds"]
    for case in VECTORS["sizes"]:
        given_ = case["configured"], case["min_attestors"], case["seats"]
        assert committees.committee_size(*given_) == case["size"], case
    for case in VECTORS["thresholds"]:
        assert committees.threshold(case["k"]) == case["threshold"], case


def test_committees_are_drawn_as_published() -> None:
    drawn = [case for case in VECTORS["draws"] if "seed" in case]
    assert drawn
    for case in drawn:
        seed = bytes.fromhex(case["seed"])
        members = committees.draw_committee(
            seed, case["epoch"], case["range"], case["seats"], case["k"]
        )
        assert list(members) == case["members"], case


def test_commitments_are_as_published() -> None:
    assert VECTORS["commitments"]
    for case in VECTORS["commitments"]:
        codes, root, salt = (
            bytes.fromhex(case[name]) for name in ("codes", "evidence_root", "salt")
        )
        attestor = Pubkey(bytes.fromhex(case["attestor"]))
        commitment = committees.commitment_of(
            codes, root, salt, attestor, case["range"], case["epoch"]
        )
        assert commitment.hex() == case["commitment"]
        assert committees.digest_of(codes, root).hex() == case["digest"]


def test_decisions_are_as_published() -> None:
    assert VECTORS["decisions"]
    for case in VECTORS["decisions"]:
        decision = committees.decide(case["codes"], case["k"])
        assert (decision.outcome, decision.reason) == (case["outcome"], case["reason"]), case


@given(
    seed=st.binary(min_size=32, max_size=32),
    range_=st.integers(0, 2**32 - 1),
    seats=st.integers(1, 65_535),
    wanted=st.integers(1, 21),
)
def test_members_are_distinct_and_hold_a_seat(
    seed: bytes, range_: int, seats: int, wanted: int
) -> None:
    k = min(wanted, seats)
    members = committees.draw_committee(seed, 3, range_, seats, k)
    assert len(set(members)) == len(members) == k
    assert all(0 <= member < seats for member in members)


@pytest.mark.parametrize(("k", "hashes"), [(0, 0), (1, 1), (4, 1), (5, 2), (9, 3), (21, 6)])
def test_drawing_costs_one_hash_for_four_members(
    monkeypatch: pytest.MonkeyPatch, k: int, hashes: int
) -> None:
    taken: list[bytes] = []
    sha256 = hashlib.sha256

    def counted(data: bytes) -> Any:
        taken.append(data)
        return sha256(data)

    monkeypatch.setattr(hashlib, "sha256", counted)
    committees.draw_committee(SEED, 1, 2, 60_000, k)
    assert len(taken) == len(set(taken)) == hashes


@given(committee=votes(), order=st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(committee: tuple[int, list[int]], order: Any) -> None:
    k, codes = committee
    shuffled = codes.copy()
    order.shuffle(shuffled)
    assert committees.decide(codes, k) == committees.decide(shuffled, k)


@given(committee=votes())
def test_what_no_quorum_said_is_undecided(committee: tuple[int, list[int]]) -> None:
    k, codes = committee
    few = codes[: committees.threshold(k) - 1]
    assert committees.decide(few, k) == Decision(None)


@pytest.mark.parametrize("k", range(1, 22))
def test_honest_quorums_decide_whatever_the_others_say(k: int) -> None:
    honest = committees.threshold(k)
    for result, code in ((Result.DEPLOYABLE, 2), (Result.PASSED, 1), (Result.ALIVE, 3)):
        for other in range(16):
            found = committees.decide([code] * honest + [other] * (k - honest), k).outcome
            # Too few to raise the result, and whoever claims more also counts for less.
            assert found is result
    for other in range(16):
        failed = committees.decide([5] * honest + [other] * (k - honest), k)
        assert failed.outcome is Result.UNSEEN


@given(codes=st.lists(st.integers(0, 15), max_size=1_024))
def test_codes_survive_packing(codes: list[int]) -> None:
    packed = committees.pack_codes(codes)
    unpacked = committees.unpack_codes(packed)
    assert len(packed) == 512
    assert list(unpacked) == codes + [0] * (1_024 - len(codes))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: committees.pack_codes([0] * 1_025), "codes: 1025 values, must be at most 1024"),
        (lambda: committees.pack_codes([1, 16]), r"codes\[1\] 16: must be 0 to 15"),
        (lambda: committees.unpack_codes(bytes(511)), "must be 512 bytes"),
        (lambda: committees.draw_committee(SEED, 1, 1, 8, 9), "k 9: must be at most 21 and the 8"),
        (lambda: committees.draw_committee(SEED, 1, 1, 99, 22), "k 22: must be at most 21"),
        (lambda: committees.draw_committee(SEED, 1, 1, 65_536, 9), "seats 65536"),
        (lambda: committees.draw_committee(SEED[1:], 1, 1, 9, 9), "seed .* must be 32 bytes"),
        (lambda: committees.draw_committee(SEED, -1, 1, 9, 9), "epoch -1"),
        (lambda: committees.commitment_of(ZEROS[1:], SEED, SEED, KEY, 1, 1), "512 bytes"),
        (lambda: committees.commitment_of(ZEROS, SEED[1:], SEED, KEY, 1, 1), "evidence_root"),
        (lambda: committees.digest_of(ZEROS, SEED[1:]), "evidence_root"),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        call()


def test_a_refused_salt_is_not_shown() -> None:
    with pytest.raises(ArgumentError, match=r"^salt: 3 bytes, must be 32$"):
        committees.commitment_of(ZEROS, SEED, b"\xab\xcd\xef", KEY, 1, 1)
