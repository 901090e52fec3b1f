"""Writes ``tests/vectors/committees.json``: who is drawn, and what a committee decides.

    python -m tools.committee_vectors           write the file
    python -m tools.committee_vectors --check   fail if it is not what would be written

Everything is computed here from the definitions in docs/adr/010-committees-and-reports.md. No code
under test is used. Rust reads the file in ``programs/math/tests/committee_vectors.rs``, Python in
``tests/unit/test_committees.py``. Bytes are hex; ``blocks`` are the hashes that a draw takes.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from fractions import Fraction
from itertools import product
from math import ceil, floor
from pathlib import Path
from random import Random

from tools.device_lives import Case
from tools.money_vectors import render

VECTORS = Path(__file__).resolve().parent.parent / "tests/vectors/committees.json"
REASONS = (0, *range(4, 16))
SEATS = (
    *((1, 1), (2, 1), (2, 2), (3, 2), (9, 9), (10, 9), (21, 21), (22, 21), (40, 4), (40, 5)),
    *((100, 9), (1_000, 21), (65_535, 8), (65_535, 21)),
)


def main() -> None:
    """Write the file, or check it."""
    parser = argparse.ArgumentParser(description="Write tests/vectors/committees.json.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    text = render(vectors())
    if not parser.parse_args().check:
        VECTORS.write_text(text, encoding="utf-8")
    elif not VECTORS.is_file() or VECTORS.read_text(encoding="utf-8") != text:
        raise SystemExit(f"{VECTORS.name}: not what tools/committee_vectors.py writes")


def vectors() -> dict[str, list[Case]]:
    """Return the content of the file: sections of cases, each with its inputs and results."""
    draws = ((0, 0), (1, 1), (2**32 - 1, 2**32 - 1))
    return {
        "sizes": [
            {"configured": c, "min_attestors": m, "seats": s, "size": 0 if s < m else min(c, s)}
            for c, m, s in product((1, 9, 21), (1, 9), (0, 1, 8, 9, 10, 21, 256, 65_535))
        ],
        "thresholds": [{"k": k, "threshold": ceil(Fraction(2 * k, 3))} for k in range(22)],
        "draws": [
            *(_draw(_noise("seed", n), *at, n, k) for at in draws for n, k in SEATS),
            # Hashes at the ends of their range are not to be had from a seed: blocks alone.
            *(_drawn([bytes([byte]) * 32] * 6, n, k) for byte in (0, 255) for n, k in SEATS),
        ],
        "commitments": [_commitment(number) for number in range(3)],
        "decisions": [*_edges(), *_ties(), *(_random_votes(number) for number in range(80))],
    }


def _draw(seed: bytes, epoch: int, range_: int, seats: int, k: int) -> Case:
    prefix = b"ionet:committee:range" + seed + epoch.to_bytes(8, "little")
    prefix += range_.to_bytes(4, "little")
    numbers = [number.to_bytes(4, "little") for number in range(ceil(k / 4))]
    blocks = [hashlib.sha256(prefix + number).digest() for number in numbers]
    return {"seed": seed.hex(), "epoch": epoch, "range": range_} | _drawn(blocks, seats, k)


def _drawn(blocks: list[bytes], seats: int, k: int) -> Case:
    """Return Floyd's sample by what these hashes say, as fractions of the unit interval."""
    entropy = b"".join(blocks)
    members: list[int] = []
    for place in range(k):
        share = Fraction(int.from_bytes(entropy[8 * place : 8 * place + 8], "little"), 2**64)
        top = seats - k + place
        pick = floor(share * (top + 1))
        members.append(pick if pick not in members else top)
    hashes = [block.hex() for block in blocks[: ceil(k / 4)]]
    return {"blocks": hashes, "seats": seats, "k": k, "members": members}


def _commitment(number: int) -> Case:
    codes = (_noise("codes", number) * 16)[:512]
    names = ("evidence_root", "salt", "attestor")
    root, salt, attestor = (_noise(name, number) for name in names)
    range_, epoch = ((0, 0), (7, 1_234), (2**32 - 1, 2**32 - 1))[number]
    tail = range_.to_bytes(4, "little") + epoch.to_bytes(8, "little")
    image = b"ionet:report" + codes + root + salt + attestor + tail
    return {
        "codes": codes.hex(),
        "evidence_root": root.hex(),
        "salt": salt.hex(),
        "attestor": attestor.hex(),
        "range": range_,
        "epoch": epoch,
        "commitment": hashlib.sha256(image).hexdigest(),
        "digest": hashlib.sha256(codes + root).hexdigest(),
    }


def _edges() -> list[Case]:
    """Return votes at one below and at the quorum of each result, by mixtures that may count."""
    cases = [_decided([], k) for k in (0, 1, 9, 21)] + [_decided([2], 0)]
    for k in (1, 2, 3, 4, 5, 6, 9, 10, 21):
        needed = ceil(Fraction(2 * k, 3))
        for code, count in product((0, 1, 2, 3, 7, 15), {needed - 1, needed, k}):
            cases.append(_decided([code] * count, k))
            cases.append(_decided([code] * count + [9] * (k - count), k))
        cases += [
            _decided([2] * (needed - 1) + [1], k),
            _decided([1] * (needed - 1) + [3], k),
            _decided([2] * (needed - 1) + [0], k),
            _decided([3] * (needed - 1) + [4] * (k - needed + 1), k),
        ]
    return cases


def _ties() -> list[Case]:
    """Return failures for several reasons: the most frequent is kept, the lowest on a tie."""
    votes = (
        [4, 5, 6],
        [6, 5, 4],
        [5, 5, 4],
        [0, 4, 4],
        [0, 0, 4, 4],
        [15, 14, 15],
        [8, 7],
        [15, 0],
    )
    return [_decided(codes, len(codes)) for codes in votes]


def _random_votes(number: int) -> Case:
    random = Random(number)  # noqa: S311 - the same cases each time, nothing secret
    k = random.choice((3, 5, 9, 21))
    lean = random.choice((0, 1, 2, 3, 5))
    codes = [lean if random.random() < 0.7 else random.randrange(16) for _ in range(k)]
    return _decided(codes[: k - random.choice((0, 0, 1, 2))], k)


def _decided(codes: list[int], k: int) -> Case:
    """Return what ``k`` members decide by these codes, tried in the order of the definition."""
    count, quorum = Counter(codes), ceil(Fraction(2 * k, 3))
    reasons = {code: count[code] for code in REASONS if count[code]}
    agreeing = {3: count[2], 2: count[2] + count[1], 1: count[2] + count[1] + count[3]}
    agreeing[0] = sum(reasons.values())
    reached = [result for result, votes in agreeing.items() if k and votes >= quorum]
    outcome = reached[0] if reached else None
    most = sorted(code for code in reasons if reasons[code] == max(reasons.values()))
    return {"codes": codes, "k": k, "outcome": outcome, "reason": most[0] if outcome == 0 else 0}


def _noise(name: str, number: int) -> bytes:
    return hashlib.sha256(f"{name} {number}".encode()).digest()


if __name__ == "__main__":
    main()
