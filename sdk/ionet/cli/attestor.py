"""``ionet attestor``: a seat, and the reports that come with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from ionet.cli.clock import Window, chain_time
from ionet.cli.facts import attestor_facts, duty_facts
from ionet.cli.options import Role, command, group
from ionet.cli.output import print_facts, print_json
from ionet.cli.session import Session
from ionet.cli.values import CodeBook, hash_of, read_codes
from ionet.committees import pack_codes
from ionet.errors import ArgumentError, DutyError, EpochNotReadyError, IonetError
from ionet.reports import Duty
from ionet.verification_results import ReportChange

attestor = group("attestor", "A seat in the committees, and the reports that come with it.")

RangeArgument: TypeAlias = Annotated[
    int, typer.Argument(metavar="RANGE", help="Device indexes divided by 1,024; see duties.")
]
CodesOption: TypeAlias = Annotated[
    Path | None, typer.Option(help="JSON object with a code for each device's address.")
]
OthersOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="For devices that are not in it; else no_answer."),
]
EvidenceOption: TypeAlias = Annotated[
    str, typer.Option(metavar="HEX", help="Root over the evidence.")
]
_NO_EVIDENCE = "00" * 32


@command(attestor, "join")
def join(session: Session) -> None:
    """Put up the bond and take a seat; duties begin with the next epoch."""
    change = session.client.attestor.join()
    session.show({"attestor": attestor_facts(change.address, change.account)})


@command(attestor, "exit")
def leave(session: Session) -> None:
    """Give the seat back; the duties of this epoch remain."""
    change = session.client.attestor.exit()
    session.show({"attestor": attestor_facts(change.address, change.account)})


@command(attestor, "withdraw")
def withdraw(session: Session) -> None:
    """Get the bond back, 28 epochs after the last duties."""
    session.client.attestor.withdraw_bond()
    session.show({"withdrawn_by": session.client.pubkey})


@command(attestor, "duties", role=Role.OWNER)
def duties(
    session: Session,
    epoch: Annotated[int | None, typer.Option(min=0, help="By default the current one.")] = None,
) -> None:
    """List the reports that are due in an epoch."""
    found = [duty_facts(duty) for duty in session.client.attestor.duties(epoch)]
    if session.as_json:
        print_json({"duties": found})
    else:
        print_facts({"duties": found})


@command(attestor, "commit", keeps_journal=True)
def commit(
    session: Session,
    range_: RangeArgument,
    codes: CodesOption = None,
    others: OthersOption = None,
    evidence_root: EvidenceOption = _NO_EVIDENCE,
) -> None:
    """Commit to the codes of a range; safe to repeat.

    A report that is in the journal already is the one that is sent, whatever codes are given.
    """
    book, root = read_codes(codes, others), hash_of("evidence_root", evidence_root)
    for duty in session.client.attestor.duties():
        if duty.range == range_:
            session.show({"report": _commit(session, duty, book, root)})
            return
    raise DutyError(f"range {range_}: is none of this attestor's duties in this epoch")


@command(attestor, "reveal", keeps_journal=True)
def reveal(session: Session, range_: RangeArgument) -> None:
    """Reveal what was committed to for a range; safe to repeat."""
    change = session.client.attestor.reveal(range_)
    session.show({"report": _report_facts(change, "revealed")})


@command(attestor, "run", keeps_journal=True)
def run(
    session: Session,
    codes: CodesOption = None,
    others: OthersOption = None,
    evidence_root: EvidenceOption = _NO_EVIDENCE,
) -> None:
    """Do whatever is due now: commit, or reveal what was committed to.

    What is refused is told, and holds up nothing else; the exit code is then 1. Codes are read only
    while it is time to commit, and needed only for reports that are not in the journal yet.
    """
    window = chain_time(session.net.connection, session.net.verification).window
    is_time_to_commit = window is Window.COMMIT
    book = read_codes(codes, others) if is_time_to_commit else None
    root = hash_of("evidence_root", evidence_root)
    done: list[dict[str, Any]] = []
    failures: list[IonetError] = []
    for duty in _duties_now(session) if window in (Window.COMMIT, Window.REVEAL) else ():
        try:
            if is_time_to_commit:
                done.append(_commit(session, duty, book, root))
            else:
                change = session.client.attestor.reveal(duty.range)
                done.append(_report_facts(change, "revealed"))
        except IonetError as error:
            failures.append(error)
    session.show({"window": window.value, "reports": done}, failures=failures)
    if failures:
        raise typer.Exit(1)


def _duties_now(session: Session) -> tuple[Duty, ...]:
    """Return the duties of this epoch; none while nobody knows them."""
    try:
        return session.client.attestor.duties()
    except EpochNotReadyError:
        return ()


def _commit(session: Session, duty: Duty, book: CodeBook | None, root: bytes) -> dict[str, Any]:
    """Commit to what is in the journal, else to the codes; tell which of them it was."""
    side = session.client.attestor
    codes = None if book is None else book.codes_of(duty)
    change = side.resume(duty.range)
    if change is None:
        if codes is None:
            raise ArgumentError(
                f"range {duty.range}: no codes, and none in the journal: give --codes FILE, or"
                f" --others CODE for all devices"
            )
        change = side.commit(duty.range, codes, evidence_root=root)
    report = change.report
    is_given = codes is not None and (report.codes, report.evidence_root) == (
        pack_codes(codes),
        root,
    )
    which = "as given" if is_given else "as journaled before"
    return {**_report_facts(change, "committed"), "codes": which}


def _report_facts(change: ReportChange, outcome: str) -> dict[str, Any]:
    return {
        "epoch": change.at.epoch,
        "range": change.at.range,
        "place": change.at.place,
        "report": change.at.address,
        "outcome": outcome if change.transaction is not None else f"was {outcome} before",
    }
