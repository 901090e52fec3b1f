"""What the commands that talk to a network have in common: their options, declared once.

``command`` registers a function whose first parameter is a ``Session``; the command line gets the
options of the session after those of the function itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec, TypeAlias

import typer

from ionet.cli.session import Session
from ionet.errors import ArgumentError

P = ParamSpec("P")


class Role(Enum):
    """What a command needs a key for."""

    READER = "nothing"
    OWNER = "its address"
    SENDER = "its signature"


NetworkOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--localnet",
        envvar="IONET_LOCALNET",
        metavar="FILE",
        help="The network: a localnet that lives in this file.",
    ),
]
KeyOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--key", envvar="IONET_KEY", help="Key pair file of who signs and pays."),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DryRunOption: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Change nothing; tell what would be sent.")
]
JournalOption: TypeAlias = Annotated[
    Path,
    typer.Option("--journal", envvar="IONET_JOURNAL", help="File in which reports are kept."),
]


def group(name: str, text: str) -> typer.Typer:
    """Return an empty group of commands."""
    return typer.Typer(name=name, help=text, no_args_is_help=True, rich_markup_mode=None)


def command(
    app: typer.Typer, name: str, *, role: Role = Role.SENDER, keeps_journal: bool = False
) -> Callable[[Callable[Concatenate[Session, P], None]], Callable[Concatenate[Session, P], None]]:
    """Register a command that works in a session.

    Args:
        app: The group.
        name: The command.
        role: What it needs a key for.
        keeps_journal: Whether it needs an attestor's journal.
    """

    def register(
        act: Callable[Concatenate[Session, P], None],
    ) -> Callable[Concatenate[Session, P], None]:
        def run(*args: Any, **given: Any) -> None:
            with _session(given, role) as session:
                act(session, *args, **given)

        own = list(inspect.signature(act, eval_str=True).parameters.values())[1:]
        parameters = [*own, *_common(role, keeps_journal=keeps_journal)]
        # What typer reads; the function itself takes whatever it is given.
        vars(run)["__signature__"] = inspect.Signature(parameters)
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__doc__ = act.__doc__
        app.command(name)(run)
        return act

    return register


def _session(given: dict[str, Any], role: Role) -> Session:
    """Open the session that the options ask for, taking them out of what is given."""
    key = given.pop("key", None)
    if key is None and role is not Role.READER:
        raise ArgumentError("no key: give --key FILE, or set IONET_KEY")
    return Session(
        given.pop("network"),
        key,
        as_json=given.pop("as_json"),
        is_dry_run=given.pop("dry_run", False),
        journal=given.pop("journal", None),
    )


def _common(role: Role, *, keeps_journal: bool) -> Iterator[inspect.Parameter]:
    if keeps_journal:
        yield _option("journal", JournalOption, default=inspect.Parameter.empty)
    yield _option("network", NetworkOption, default=None)
    if role is not Role.READER:
        yield _option("key", KeyOption, default=None)
    if role is Role.SENDER:
        yield _option("dry_run", DryRunOption, default=False)
    yield _option("as_json", JsonOption, default=False)


def _option(name: str, annotation: Any, *, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
