"""``ionet stats``: the published figures, recounted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ionet.cli.counted import Counted, count_network, count_scenario
from ionet.cli.options import JsonOption, NetworkOption, group
from ionet.cli.output import print_json, print_table
from ionet.cli.values import time_of
from ionet.counts import Counts, Tally
from ionet.errors import ArgumentError

stats = group("stats", "The published figures, recounted from accounts.")

_COLUMNS = ("unverified:", "verified:", "cluster ready:", "hired:", "carried:")


@stats.callback()
def _group() -> None:
    """Make a group of one command a group."""


@stats.command("devices")
def devices(
    scenario: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="june-2024 or april-2024, or a file of that kind."),
    ] = None,
    scale: Annotated[
        int | None, typer.Option(min=1, help="Divides a scenario's devices; by default 100.")
    ] = None,
    network: NetworkOption = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Unix second, or such as 2024-06-17T09:00:00Z."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Count devices as of a time: by class and source, with a SHA-256 of what counts.

    Of a localnet, by default at its clock; or of a scenario, at its end. docs/counts.md says what
    counts as what, and what is hashed.
    """
    second = None if at is None else time_of("at", at)
    if scenario is not None:
        counted = count_scenario(scenario, second, scale=scale)
    elif scale is not None:
        raise ArgumentError("scale: only a scenario has one; give --scenario")
    else:
        counted = count_network(network, second)
    if as_json:
        print_json({**_facts(counted.counts), **counted.facts})
    else:
        _print(counted)


def _facts(counts: Counts) -> dict[str, Any]:
    return {
        "at": counts.at,
        "accounts": counts.accounts,
        **asdict(counts.total),
        "by_class": {name: asdict(tally) for name, tally in counts.by_class.items()},
        "by_source": {name: asdict(tally) for name, tally in counts.by_source.items()},
        "sha256": counts.sha256,
    }


def _print(counted: Counted) -> None:
    counts = counted.counts
    counted.print_before()
    title = f"Devices at {_time(counts.at)}; accounts read: {counts.accounts:,}"
    print_table(title, [_row("all", counts.total)], ("", *_COLUMNS))
    print_table("By class", _rows(counts.by_class), ("class", *_COLUMNS))
    print_table("By source", _rows(counts.by_source), ("source", *_COLUMNS))
    print(f"sha256 {counts.sha256}")


def _time(second: int) -> str:
    try:
        return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):  # past the year 9999
        return f"second {second}"


def _rows(parts: Mapping[str, Tally]) -> Iterator[tuple[Any, ...]]:
    for name, tally in parts.items():
        yield _row(name, tally)


def _row(name: str, tally: Tally) -> tuple[Any, ...]:
    return (
        name,
        tally.unverified,
        tally.verified,
        tally.cluster_ready,
        tally.hired,
        tally.carried,
    )
