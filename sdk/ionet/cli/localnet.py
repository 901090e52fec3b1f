"""``ionet localnet``: a network that lives in a file, for trying things out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from ionet.cli.clock import ChainTime, chain_time
from ionet.cli.key_files import write_key_file
from ionet.cli.options import JsonOption, group
from ionet.cli.output import print_facts, print_json
from ionet.cli.values import hash_of
from ionet.errors import ArgumentError
from ionet.localnet.actors import STAFF, Actor
from ionet.localnet.epoch_report import EpochReport
from ionet.localnet.net import Localnet
from ionet.localnet.setup import SetupOptions
from ionet.programs.verification.constants import EPOCH_SECONDS

localnet = group("localnet", "A network that lives in a file, for trying things out.")

FileArgument: TypeAlias = Annotated[Path, typer.Argument(help="File of the localnet.")]
DEFAULT_ACTORS = ("provider", "renter")


@localnet.command("create")
def create(
    file: FileArgument,
    attestors: Annotated[int, typer.Option(min=0, max=64, help="How many have a seat.")] = 1,
    actor: Annotated[
        list[str] | None, typer.Option(help="Name of a funded actor; may be repeated.")
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option(
            metavar="HEX", help="32 bytes that tell chains apart; by default random, no two alike."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Start a localnet: programs, mints, attestors, and actors with SOL, USDC and IO."""
    names = tuple(actor or DEFAULT_ACTORS)
    options: SetupOptions = {"attestors": attestors}
    if seed is not None:
        options["seed"] = hash_of("seed", seed)
    with Localnet.create(file, names, **options) as net:
        everybody = {name: net.actor(name).pubkey for name in (*names, *net.attestors)}
        _show({**_time(net).facts(), "actors": everybody}, as_json=as_json)


@localnet.command("warp")
def warp(
    file: FileArgument,
    seconds: Annotated[
        int | None, typer.Argument(min=0, help="Seconds by which the clock moves on.")
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="Instead: go to the beginning of an epoch, 1 is the next."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Move the clock on; nothing else happens meanwhile."""
    if (seconds is None) == (epochs is None):
        raise ArgumentError("warp: give either SECONDS or --epochs")
    with Localnet.open(file) as net:
        if epochs is not None:
            seconds = epochs * EPOCH_SECONDS - _time(net).second_of_epoch
        net.vm.warp(seconds or 0)
        _show(_time(net).facts(), as_json=as_json)


@localnet.command("epochs")
def epochs(
    file: FileArgument,
    count: Annotated[int, typer.Argument(min=1, help="How many.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Run epochs: the localnet's attestors report on all devices, and the clock moves on.

    They find every device deployable, and those at work for a job hired.
    """
    with Localnet.open(file) as net:
        reports = [_report_facts(report) for report in net.run_epochs(count)]
        _show({**_time(net).facts(), "epochs": reports}, as_json=as_json)


@localnet.command("keys")
def keys(
    file: FileArgument,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write them.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Whose; by default of all that create and the localnet itself fund."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write key pair files, NAME.json, for their owner's eyes only.

    Any name has a key, which is always the same: also one for a device. Everybody can make it, so
    it is for localnets and nothing else.
    """
    with Localnet.open(file) as net:
        chosen = names or _funded(net)
    folder.mkdir(parents=True, exist_ok=True)
    written = [write_key_file(folder, name, Actor.named(name).keypair) for name in chosen]
    _show({"keys": dict(zip(chosen, map(str, written), strict=True))}, as_json=as_json)


def _funded(net: Localnet) -> list[str]:
    """Return the names that everybody knows and that have an account here."""
    known = (*DEFAULT_ACTORS, *net.attestors, *(actor.name for actor in STAFF))
    return [name for name in known if net.vm.get_account(Actor.named(name).pubkey) is not None]


def _time(net: Localnet) -> ChainTime:
    return chain_time(net.connection, net.verification)


def _report_facts(report: EpochReport) -> dict[str, Any]:
    return {
        "number": report.number,
        "committee_size": report.committee_size,
        "committed": report.committed,
        "revealed": report.revealed,
        "missed": report.missed,
        "tallied": report.tallied,
        "refused": [
            f"{refusal.attestor}, {refusal.window.value}, range {refusal.range}: {refusal.error}"
            for refusal in report.refusals
        ],
        "skipped": report.skipped,
    }


def _show(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)
