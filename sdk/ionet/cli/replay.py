"""``ionet replay``: execute a ledger again and compare."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ionet.cli.difference import describe
from ionet.errors import ArgumentError
from ionet.localnet.genesis import Program
from ionet.localnet.programs import shipped_programs
from ionet.localnet.replay import replay as execute_again
from ionet.localnet.replay_report import Difference, ReplayReport


def replay(
    ledger: Annotated[Path, typer.Argument(help="Ledger that ionet demo --ledger recorded.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    build: Annotated[
        list[str] | None,
        typer.Option(
            metavar="name=file", help="Execute this build of a program, not the shipped one."
        ),
    ] = None,
    expect_hash: Annotated[
        str | None,
        typer.Option(
            metavar="HEX",
            help="Last hash of the ledger, as published: nothing was cut off or rewritten.",
        ),
    ] = None,
    allow_set: Annotated[
        bool,
        typer.Option("--allow-set", help="Accept any account that was set without a transaction."),
    ] = False,
) -> None:
    """Execute every signed transaction of a ledger in a fresh VM and compare what it did.

    Prints "identical" with a SHA-256, or the first difference.

    Exit code 1 if something differs or money is not conserved, 2 if the file is damaged or cannot
    be read.
    """
    report = execute_again(
        ledger,
        programs=_programs(build or ()),
        expected_hash=expect_hash,
        allow_set=allow_set,
    )
    if as_json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        _print(report)
    if not report.is_identical:
        raise typer.Exit(1)


def _programs(builds: Iterable[str]) -> tuple[Program, ...]:
    """Return the shipped programs, with the builds that ``name=file`` puts in their place."""
    programs = {program.name: program for program in shipped_programs()}
    for build in builds:
        name, _, path = build.partition("=")
        if name not in programs or not path:
            known = ", ".join(programs)
            raise ArgumentError(f"build {build!r}: must be name=file, the name one of {known}")
        programs[name] = replace(programs[name], elf=Path(path).read_bytes())
    return tuple(programs.values())


def _print(report: ReplayReport) -> None:
    if report.first_difference is not None:
        _print_difference(report.first_difference)
        return
    print(f"identical {report.sha256}")
    also = "" if report.compared_logs_and_units else " (another build: logs and CU not compared)"
    print(f"{report.transactions} transactions, money conserved after each{also}")
    print(f"last hash of the ledger {report.ledger_hash}")
    if report.accounts_set:
        addresses = ", ".join(map(str, report.accounts_set))
        print(f"accounts set without a transaction: {addresses}")


def _print_difference(difference: Difference) -> None:
    where = f" {difference.signature}" if difference.signature else ""
    print(f"different at transaction {difference.index}{where}")
    if difference.account is not None:
        print(f"account   {difference.account}")
    print(f"field     {difference.field}")
    for name, expected, got in describe(difference):
        print(f"  {name}: expected {expected}, got {got}")
