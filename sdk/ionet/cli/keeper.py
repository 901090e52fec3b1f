"""``ionet keeper``: what anyone may do for an epoch."""

from __future__ import annotations

from typing import Annotated

import typer

from ionet.cli.facts import epoch_facts
from ionet.cli.options import command, group
from ionet.cli.session import Session
from ionet.programs.verification.errors import SeedExpired, SeedTooEarly
from ionet.reports import is_seeded
from ionet.verification_results import EpochRound

keeper = group("keeper", "Epochs: open, seed, tally, record misses; open to anyone.")


@command(keeper, "epoch")
def epoch(session: Session) -> None:
    """Open the current epoch and take its seed, as far as that is missing and possible now.

    The seed can be taken 32 slots after the epoch is opened: call it again then.
    """
    side = session.client.keeper
    current = side.open_epoch().epoch
    if not is_seeded(current):
        try:
            current = side.seed_epoch().epoch
        except SeedTooEarly:
            pass
        except SeedExpired:
            current = side.rearm_epoch().epoch
    session.show({"epoch": epoch_facts(current)})


@command(keeper, "tally")
def tally(session: Session) -> None:
    """Decide every active device by the revealed reports, in the last hour and a half."""
    _show(session, session.client.keeper.tally())


@command(keeper, "misses")
def misses(
    session: Session,
    epoch: Annotated[
        int | None, typer.Option(min=0, help="By default all for which it is possible.")
    ] = None,
) -> None:
    """Record the reports that were due and not revealed."""
    _show(session, session.client.keeper.record_misses(epoch))


@command(keeper, "run")
def run(session: Session) -> None:
    """Do whatever is due now; call it every few minutes."""
    _show(session, session.client.keeper.run_epoch_duties())


def _show(session: Session, done: EpochRound) -> None:
    """Tell what was done; exit code 1 if something of it was refused."""
    facts = {"epoch": done.number, "tallied": done.tallied}
    session.show(facts, failures=done.failures)
    if done.failures:
        raise typer.Exit(1)
