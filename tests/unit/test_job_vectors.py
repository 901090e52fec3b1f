"""A standing says what ``tests/vectors/money.json`` says; the Rust tests read the same cases."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from solders.pubkey import Pubkey

from ionet import money
from ionet.programs.escrow.accounts import Cluster, Job
from ionet.programs.escrow.constants import FLAG_ACCEPTED, FLAG_FINAL, FLAG_SUBMITTED
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.programs.verification.constants import EPOCH_SECONDS, FOREVER, RING_EPOCHS
from ionet.standing import standing_of

CASES = json.loads(Path("tests/vectors/money.json").read_text(encoding="utf-8"))["jobs"]
FLAGS = {"is_final": FLAG_FINAL, "is_submitted": FLAG_SUBMITTED, "is_accepted": FLAG_ACCEPTED}
NAMED = {"kind": JobKind, "state": JobState}
ADDRESSES = ("client", "offer", "rent_payer")


def account(fields: dict[str, Any]) -> Job:
    """Return a job account with these fields, 0 in all others."""
    values: dict[str, Any] = dict.fromkeys(Job.__annotations__, 0)
    values |= dict.fromkeys(ADDRESSES, Pubkey.default())
    values["flags"] = sum(bit for flag, bit in FLAGS.items() if fields.get(flag))
    for name, value in fields.items():
        if name not in FLAGS:
            values[name] = NAMED[name][value.upper()] if name in NAMED else value
    for name in ("DISCRIMINATOR", "LENGTH", "OFFSETS"):
        values.pop(name, None)
    return Job(**values)


def cluster(started_at: int) -> Cluster:
    names = [name for name in Cluster.__annotations__ if name.islower()]
    values: dict[str, Any] = dict.fromkeys(names, 0)
    return Cluster(**values | {"client": Pubkey.default(), "started_at": started_at})


@dataclass
class AlwaysSeen:
    """A device that passed in all epochs that its ring holds, for two months from ``genesis``."""

    genesis: int
    heartbeat: int = 0
    earlier_heartbeat: int = 0
    active_from: int = 0
    active_until: int = FOREVER
    tallied_to: int = RING_EPOCHS - 1
    ring: bytes = bytes([0x33] * (RING_EPOCHS // 2))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_standing_is_as_published(case: dict[str, Any]) -> None:
    job, now, started_at = account(case["job"]), case["now"], case["cluster_started_at"]
    device = AlwaysSeen(genesis=(job.started_at or started_at) - 2 * EPOCH_SECONDS)
    standing = standing_of(job, now, cluster(started_at), device)
    found = {
        "state": standing.state.name.lower(),
        "release_at": standing.release_at,
        "due_to_provider": standing.due_to_provider,
        "due_to_client": standing.due_to_client,
        "due_to_treasury": standing.due_to_treasury,
        "held": standing.held,
    }
    assert found == case["expected"]


def test_a_stop_earns_what_is_published() -> None:
    stopped = [case for case in CASES if case["job"].get("state") == "ending"]
    rentals = [case for case in stopped if case["job"]["kind"] == "rental"]
    assert rentals
    for case in rentals:
        job, is_by_client = case["job"], case["name"].startswith("ended")
        charge = job["min_charge"] if is_by_client else 0
        seconds = job.get("seen_seconds", 0)
        earned = money.earned(job["rate"], seconds, job["deposit"], min_charge=charge)
        assert job.get("earned", 0) == earned
        assert money.price(job["rate"], job["duration"]) == job["deposit"]
