"""An attack for people: what was tried, what the chain said, and what counted after each epoch."""

from __future__ import annotations

from collections import Counter

from ionet.cli.output import print_table
from ionet.localnet.attack_report import AttackEpoch, AttackReport, Attempt

_LAMPORTS_PER_SOL = 10**9


def print_attack(report: AttackReport) -> None:
    """Print what happened."""
    rows = [(attempt.what, attempt.tried, _answers(attempt)) for attempt in report.attempts]
    print_table(
        f"Scenario {report.name}", rows, ("what was tried", "times:", "what the chain said")
    )
    print_table(
        "After each epoch",
        [_epoch(epoch) for epoch in report.epochs],
        (
            "epoch:",
            "dishonest attestors",
            "revealed:",
            "missed:",
            "unverified:",
            "verified:",
            "cluster ready:",
            "fakes among these two:",
        ),
    )
    sol, rest = divmod(report.spent, _LAMPORTS_PER_SOL)
    print(f"Fakes that ever counted as verified: {report.most_fakes}")
    print(f"It cost the attacker {sol}.{rest:09} SOL in rent, deposits and fees.")


def _answers(attempt: Attempt) -> str:
    return ", ".join(f"{name} {count}" for name, count in attempt.answers.items())


def _epoch(epoch: AttackEpoch) -> tuple[object, ...]:
    dishonest = Counter(epoch.dishonest)
    who = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in dishonest.items())
    of = f"{epoch.revealed} of {epoch.committee_size}"
    counts = (epoch.total.unverified, epoch.total.verified, epoch.total.cluster_ready)
    return (epoch.number, who or "none", of, epoch.missed, *counts, epoch.fakes)
