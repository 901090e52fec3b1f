"""Writes ``tests/vectors/devices.json``: what devices read as, for Rust and Python alike.

    python -m tools.device_vectors           write the file
    python -m tools.device_vectors --check   fail if it is not what would be written

Everything follows from lives told in full (``tools/device_lives.py``) by the definitions in
docs/adr/009-devices-and-epochs.md. No code under test is used. Rust reads the file in
``programs/math/tests/device_vectors.rs``, Python in ``tests/unit/test_devices.py``.

Rows: ``at`` is [second, state, carried, eligible], eligible null before the last activation;
``seen`` is [from, to, seconds].
"""

from __future__ import annotations

import argparse
from itertools import pairwise, product
from pathlib import Path
from random import Random

from tools.device_lives import (
    ALIVE,
    DEPLOYABLE,
    EPOCH,
    FOREVER,
    GENESIS,
    PASSED,
    RING,
    UNSEEN,
    Case,
    Life,
    later,
    pack,
    start,
)
from tools.money_vectors import render

VECTORS = Path(__file__).resolve().parent.parent / "tests/vectors/devices.json"
DAY = 86_400
ONCE = ((10, None),)
"""Activated in epoch 10, so that results begin in 11."""


def main() -> None:
    """Write the file, or check it."""
    parser = argparse.ArgumentParser(description="Write tests/vectors/devices.json.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    text = render(vectors())
    if not parser.parse_args().check:
        VECTORS.write_text(text, encoding="utf-8")
    elif not VECTORS.is_file() or VECTORS.read_text(encoding="utf-8") != text:
        raise SystemExit(f"{VECTORS.name}: not what tools/device_vectors.py writes")


def vectors() -> dict[str, list[Case]]:
    """Return the content of the file: sections of cases, each with its inputs and results."""
    return {
        "devices": [
            *(_device(name, life) for name, life in told().items()),
            *(_device(f"random life {number}", _random_life(number)) for number in range(24)),
        ],
        "carry": [
            {"nibble": nibble, "gap": gap, "carried": _after(nibble, gap)}
            for nibble, gap in product(
                (0, 1, 2, 3, 5, 6, 7, 9, 10, 11), (0, 1, 2, 3, 4, 256, 2**32 - 1)
            )
        ],
        "record": [*_records()],
        "close_gap": [*_gaps()],
    }


def told() -> dict[str, Life]:
    """Return the lives that each show one rule, by what they show."""
    return {**_connected(), **_judged(), **_interrupted()}


def _connected() -> dict[str, Life]:
    """Return lives of heartbeats and no results."""
    return {
        "registered, never activated": Life(),
        "connected by its last heartbeat": Life(beats=(start(3) + 5, start(7), start(7) + 9)),
        "the heartbeat of this epoch does not count yet": Life(beats=(start(3), start(140))),
        "heartbeats at the edges of epochs": Life(beats=(start(5) - 1, start(6) - 1)),
        "activated, never tallied": Life(spells=ONCE, beats=(start(9),)),
    }


def _judged() -> dict[str, Life]:
    """Return lives that are active throughout: results, none, and gaps."""
    return {
        "each result in turn": Life(
            spells=ONCE, results=dict(enumerate((PASSED, DEPLOYABLE, ALIVE, UNSEEN, PASSED), 11))
        ),
        "undecided twice, then a result": _run(DEPLOYABLE, None, None, PASSED),
        "undecided three times": _run(DEPLOYABLE, None, None, None, None, PASSED),
        "a carried result is carried on": _run(PASSED, None, ALIVE, None, None, None),
        "unseen is not carried": _run(DEPLOYABLE, UNSEEN, None, None),
        "nobody tallied for two epochs": _gap(2, DEPLOYABLE),
        "nobody tallied for three epochs": _gap(3, ALIVE),
        "nobody tallied for sixty epochs": _gap(60, PASSED),
        "ten epochs away, then back": Life(
            spells=ONCE, results={e: DEPLOYABLE for e in range(11, 40) if not 20 <= e < 30}
        ),
        **{f"hired for {n} epochs": _run(DEPLOYABLE, *[ALIVE] * n) for n in range(1, 7)},
        "hired after a carried result": _run(DEPLOYABLE, None, ALIVE, ALIVE, ALIVE),
        "hired, and that carried": _run(DEPLOYABLE, ALIVE, None, None, None),
        "passed between breaks it": _run(DEPLOYABLE, PASSED, ALIVE),
        "unseen between breaks it": _run(DEPLOYABLE, ALIVE, UNSEEN, ALIVE),
        "hired from the first epoch on": _run(ALIVE, ALIVE),
    }


def _interrupted() -> dict[str, Life]:
    """Return lives that end, begin again, or are longer than the ring."""
    return {
        "deactivated": Life(spells=((10, 15),), results=dict.fromkeys(range(11, 15), DEPLOYABLE)),
        "deactivated after the tally of that epoch": Life(
            spells=((10, 15),), results=dict.fromkeys(range(11, 16), DEPLOYABLE)
        ),
        "deactivated while carried": Life(spells=((10, 15),), results={11: PASSED, 13: PASSED}),
        "deactivated in the epoch of the activation": Life(spells=((10, 10),)),
        "activated again while carried": Life(
            spells=((10, 14), (15, None)), results={13: DEPLOYABLE, 17: ALIVE}
        ),
        "activated again after sixty-five days": Life(
            spells=((10, 14), (274, None)), results={12: DEPLOYABLE, 13: PASSED, 276: DEPLOYABLE}
        ),
        "three spells": Life(
            spells=((1, 3), (4, 6), (7, None)), results=dict.fromkeys(range(2, 12), PASSED)
        ),
        "the ring exactly full": _run(*[DEPLOYABLE] * 245),
        "the ring overwritten once": _run(*[DEPLOYABLE] * 400),
        "overwritten, with outages": _run(*([PASSED] * 5 + [UNSEEN] * 2) * 60),
        "overwritten by a gap": _gap(250, DEPLOYABLE, before=20),
    }


def _run(*outcomes: int | None) -> Life:
    return Life(spells=ONCE, results=dict(enumerate(outcomes, 11)))


def _gap(epochs: int, result: int, *, before: int = 3) -> Life:
    """Return a life of some results, then epochs that nobody tallied, then one result."""
    first = 11 + before
    return Life(
        spells=ONCE, results=dict.fromkeys(range(11, first), result) | {first + epochs: PASSED}
    )


def _random_life(number: int) -> Life:
    random = Random(number)  # noqa: S311 - the same cases each time, nothing secret
    spells, results, epoch = list[tuple[int, int | None]](), dict[int, int | None](), 0
    for _ in range(random.randrange(1, 4)):
        activated = epoch + random.randrange(1, 9)
        until = activated + random.choice((2, 5, 20, 140))
        spells.append((activated, until))
        for tallied in range(activated + 1, until):
            if random.random() < 0.7:
                results[tallied] = random.choice((UNSEEN, ALIVE, PASSED, DEPLOYABLE, None))
        epoch = until
    if random.random() < 0.5:
        spells[-1] = (spells[-1][0], None)
    beats = sorted(random.randrange(GENESIS, start(epoch)) for _ in range(random.randrange(1, 5)))
    return Life(spells=tuple(spells), results=results, beats=tuple(beats))


def _device(name: str, life: Life) -> Case:
    edges = sorted({e + more for e in _turns(life) for more in (0, 1)})
    beat = (life.beats[-1] - GENESIS) // EPOCH
    # Of times before the last heartbeat's epoch the account knows less than the life.
    moments = [t for e in edges if e >= beat for t in (start(e), start(e + 1) - 1)]
    return {
        "name": name,
        "device": life.account(),
        "at": [
            [t, life.state(t), life.nibble((t - GENESIS) // EPOCH - 1) > 3, life.is_eligible(t)]
            for t in [GENESIS - 1, *moments]
        ],
        "seen": [[since, until, life.seen(since, until)] for since, until in _intervals(life)],
    }


def _turns(life: Life) -> set[int]:
    """Return the epochs after which what a device reads as changes, at most twenty-odd."""
    nibbles = [life.nibble(e) for e in range(len(life.nibbles))]
    changes = [e for e, (a, b) in enumerate(pairwise(nibbles), 1) if a != b]
    beats = {(beat - GENESIS) // EPOCH for beat in life.beats}
    ends = {0, life.tallied_to, max(life.tallied_to - RING, 0), len(nibbles)}
    return {*changes[:5], *changes[-5:], *beats, *(beat + 120 for beat in beats), *ends}


def _intervals(life: Life) -> list[tuple[int, int]]:
    """Return intervals with ends at, before and after the seconds at which epochs begin."""
    last, tallied = start(len(life.nibbles)), start(life.tallied_to + 1)
    around = [t + more for t in (start(12), tallied) for more in (-1, 0, 1)]
    month = [(tallied + more - 30 * DAY, tallied + more) for more in (-1, 0, 1, 12_345)]
    ring = [(start(max(life.tallied_to - RING, 0)) + more, last) for more in (-1, 0, EPOCH)]
    whole = [(0, last + DAY), (GENESIS, tallied), (last, 0), (start(12) + 7, start(12) + 7)]
    spans = [(a, b) for a, b in product(around, (*around, start(13) + 5_000)) if a < b]
    return [*whole, *month, *ring, *spans, (start(11) + 100, start(11) + 4_000)]


def _after(nibble: int, gap: int) -> int:
    for _ in range(min(gap, 4)):
        nibble = later(nibble)
    return nibble


def _records() -> list[Case]:
    """Return writes of a result after gaps up to and beyond the whole ring."""
    gaps = (0, 1, 2, 3, 4, 15, 16, 17, 18, 33, 200, 253, 254, 255, 256, 257, 258, 600)
    outcomes = (None, UNSEEN, ALIVE, PASSED, DEPLOYABLE)
    return [
        _written(number, tallied_to, tallied_to + gap + 1, outcomes[number % 5], is_record=True)
        for number, (gap, tallied_to) in enumerate(product(gaps, (300, 511)))
    ]


def _gaps() -> list[Case]:
    """Return closings of gaps, with the activity ending before, in and after the carried epochs."""
    gaps = (-3, 0, 1, 2, 3, 17, 18, 40, 255, 256, 257, 300)
    return [
        _written(number, 256, 256 + gap, None, active_until=until)
        for number, (gap, until) in enumerate(product(gaps, (200, 257, 258, 259, FOREVER)))
    ]


def _written(
    number: int,
    tallied_to: int,
    epoch: int,
    outcome: int | None,
    *,
    active_until: int = FOREVER,
    is_record: bool = False,
) -> Case:
    """Return a ring of random nibbles, what is written, and the ring afterwards."""
    random = Random(number)  # noqa: S311 - the same cases each time, nothing secret
    nibbles = {
        e: random.choice((0, 1, 2, 3, 5, 6, 7, 9, 10, 11))
        for e in range(tallied_to - RING + 1, tallied_to + 1)
    }
    nibbles[tallied_to] = random.choice((1, 2, 3, 5, 6, 7))
    before = pack(nibbles)
    for e in range(tallied_to + 1, epoch + 1):
        nibbles[e] = later(nibbles[e - 1]) if e < active_until else UNSEEN
    if is_record and outcome is not None:
        nibbles[epoch] = outcome
    written = {"outcome": outcome} if is_record else {"active_until": active_until}
    inputs = {"ring": before, "tallied_to": tallied_to, "epoch": epoch} | written
    return inputs | {"after": pack(nibbles)}


if __name__ == "__main__":
    main()
