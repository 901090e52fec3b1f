"""Writes ``tests/vectors/money.json``: what the money rules give, for Rust and Python alike.

    python -m tools.money_vectors           write the file
    python -m tools.money_vectors --check   fail if it is not what would be written

Everything is computed here from the definitions in docs/adr/004-money-arithmetic.md: quotients as
exact fractions, jobs by a closed formula from what happened to them. No code under test is used.
Rust reads the file in ``programs/math/tests/vectors.rs``, Python in ``tests/unit/test_money.py``
and ``tests/unit/test_job_vectors.py``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import ceil, floor
from pathlib import Path
from typing import Any

from tools.job_vectors import jobs

VECTORS = Path(__file__).resolve().parent.parent / "tests/vectors/money.json"

MAX_RATE = 10**13
MAX_DURATION = 30 * 86_400
MAX_AMOUNT = 2**64 - 1

# Around the hour that rates are quoted for, real prices (USDC has 6 decimals), and the bound.
RATES = (1, 7, 3_599, 3_600, 3_601, 790_000, 2_490_000, 11_111_111, MAX_RATE - 1, MAX_RATE)
SECONDS = (0, 1, 59, 3_599, 3_600, 3_601, 14_400, 86_399, MAX_DURATION - 1, MAX_DURATION)
AMOUNTS = (0, 1, 39, 40, 41, 9_999, 10_000, 10_001, 9_960_000, MAX_AMOUNT - 1, MAX_AMOUNT)
SHARES = (0, 1, 249, 250, 999, 1_000)

Case = dict[str, Any]


def main() -> None:
    """Write the file, or check it."""
    parser = argparse.ArgumentParser(description="Write tests/vectors/money.json.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    text = render(vectors())
    if not parser.parse_args().check:
        VECTORS.write_text(text, encoding="utf-8")
    elif not VECTORS.is_file() or VECTORS.read_text(encoding="utf-8") != text:
        raise SystemExit(f"{VECTORS.name}: not what tools/money_vectors.py writes")


def vectors() -> dict[str, Sequence[Case]]:
    """Return the content of the file: sections of cases, each with its inputs and results."""
    return {
        "mul_div": [
            {"a": a, "b": b, "d": d, "floor": floor(Fraction(a * b, d))} for a, b, d in _operands()
        ],
        "price": [
            {"rate": rate, "duration": duration, "price": ceil(Fraction(rate * duration, 3_600))}
            for rate, duration in product(RATES, SECONDS)
        ],
        "gross": [
            {"rate": rate, "seconds": seconds, "gross": floor(Fraction(rate * seconds, 3_600))}
            for rate, seconds in product(RATES, SECONDS)
        ],
        "fee": [_fee(gross, bps) for gross, bps in product(AMOUNTS, SHARES)],
        "jobs": jobs(),
    }


def render(sections: Mapping[str, Sequence[Case]]) -> str:
    """Return the file's text: one case per line, so that a change shows as the case it is."""
    body = ",\n".join(
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(case)}" for case in cases) + "\n ]"
        for name, cases in sections.items()
    )
    return "{\n" + body + "\n}\n"


def _fee(gross: int, bps: int) -> Case:
    fee = floor(Fraction(gross * bps, 10_000))
    return {"gross": gross, "fee_bps": bps, "fee": fee, "net": gross - fee}


def _operands() -> list[tuple[int, int, int]]:
    """Return operands at the edges of the bound: ``(d - 1) * b`` and the result below 2**64."""
    inside = [
        (a, b, d)
        for a, b, d in product(AMOUNTS, (0, 1, 2, 1_000, 3_600, 2**32 - 1), (1, 3, 3_600, 10_000))
        if max((d - 1) * b, a * b // d) <= MAX_AMOUNT
    ]
    largest = MAX_AMOUNT // 9_999
    return [*inside, (9_999, largest, 10_000), (10_000, largest, 10_000), (MAX_AMOUNT, 1, 1)]


if __name__ == "__main__":
    main()
