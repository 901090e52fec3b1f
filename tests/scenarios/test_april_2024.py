"""april-2024: whatever is tried, no fake device is ever verified against an honest quorum."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ionet.committees import threshold
from ionet.counts import Tally
from ionet.localnet.attack import run_attack
from ionet.localnet.attack_plan import AttackPlan, load_attack
from ionet.localnet.attack_report import AttackReport
from ionet.localnet.replay import replay
from ionet.localnet.scenario import shipped_scenario
from ionet.localnet.scenario_toml import ScenarioError

ANSWERS = {
    "register a device without a GPU": {"done": 180},
    "register one GPU under 8 keys": {"done": 8},
    "activate a device without a GPU": {"done": 18},
    "activate one GPU under 8 keys": {"done": 8},
    "register a key of another host, without its signature": {"MissingSigner": 6},
    "register such a key with a forged signature": {"SignatureFailure": 6},
    "register one key twice": {"AlreadyInUse": 6},
    "send another's heartbeat": {"NotDeviceKey": 6},
    "attestor copies a commitment": {"RevealMismatch": 2, "MissRecorded": 2},
    "attestor commits to two reports, reveals the second": {
        "AlreadyCommitted": 2,
        "RevealMismatch": 2,
        "MissRecorded": 2,
    },
    "attestor stays silent": {"MissRecorded": 2},
    "attestor reveals too late": {"RevealTooLate": 1, "MissRecorded": 1},
    "attestor passes every device": {"outvoted": 6},
    "attestor fails every device": {"outvoted": 2},
}
AFTER = Tally(unverified=180 + 7, cluster_ready=6 + 1)
"""The flood and seven of eight keys; the real devices, and the eighth."""


@pytest.fixture(scope="module")
def plan() -> AttackPlan:
    return load_attack(shipped_scenario("april-2024"))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("april") / "april.jsonl"


@pytest.fixture(scope="module")
def report(plan: AttackPlan, ledger: Path) -> AttackReport:
    return run_attack(plan, ledger=ledger)


def test_no_fake_is_ever_verified(plan: AttackPlan, report: AttackReport) -> None:
    for epoch, dishonest in zip(report.epochs, plan.epochs, strict=True):
        honest = plan.attestors - len(dishonest)
        assert honest >= threshold(epoch.committee_size)
        assert (epoch.fakes, epoch.total) == (0, AFTER)
    assert report.most_fakes == 0
    assert report.counts.total == AFTER
    assert report.counts.by_class["B200"] == Tally(unverified=187, cluster_ready=1)


def test_what_was_tried_and_what_the_chain_said(report: AttackReport) -> None:
    assert {attempt.what: attempt.answers for attempt in report.attempts} == ANSWERS
    for attempt in report.attempts:
        assert attempt.tried == max(attempt.answers.values())
    assert [(epoch.revealed, epoch.missed) for epoch in report.epochs] == [
        (6, 3),
        (9, 0),
        (7, 2),
        (9, 0),
        (7, 2),
    ]


def test_every_attempt_that_landed_stands_in_the_ledger(report: AttackReport, ledger: Path) -> None:
    again = replay(ledger)
    assert again.is_identical, again.first_difference
    assert again.transactions > sum(attempt.tried for attempt in report.attempts)


def test_it_repeats_to_the_last_digit(plan: AttackPlan, report: AttackReport) -> None:
    assert run_attack(plan) == report


def test_it_takes_a_quorum_of_liars(plan: AttackPlan) -> None:
    """What the rule is measured against: where two thirds lie, fakes do count."""
    small = replace(plan, flood=4, flood_active=2, shown_as=3, spoofed=0)
    one_short = run_attack(replace(small, epochs=(("always_pass",) * 5,)))
    assert one_short.most_fakes == 0
    enough = run_attack(replace(small, epochs=(("always_pass",) * 6,)))
    # Both active ones of the flood, and two of the three keys of one GPU.
    assert enough.most_fakes == 4
    (believed,) = (attempt for attempt in enough.attempts if "passes" in attempt.what)
    assert believed.answers == {"believed": 6}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("flood_active = 18", "flood_active = 181", "flood_active = 181: must be a whole number"),
        ("always_pass = 3", "always_pass = 10", "always_pass = 10: must be a whole number, 0 to 9"),
        ("always_pass = 3", "bribed = 3", "bribed = 3: is unknown"),
        ("copier = 1 ", "copier = 9 ", "11 are dishonest, of 9 attestors"),
        ("spoofed = 6", "spoofed = 7", "spoofed = 7: must be a whole number, 0 to 6"),
    ],
)
def test_a_plan_that_breaks_its_schema_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = shipped_scenario("april-2024").read_text()
    assert old in text
    path = tmp_path / "april.toml"
    path.write_text(text.replace(old, new))
    with pytest.raises(ScenarioError) as refused:
        load_attack(path)
    assert str(refused.value).startswith("april.toml: ")
    assert message in str(refused.value)
