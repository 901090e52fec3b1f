"""Entry of the command line: one place where every error becomes one line and an exit code.

Exit codes: 0 done; 1 the answer is no (a program or the runtime refuses, money does not add up, a
replay differs); 2 not done (bad usage, bad input, unreadable file); 70 a bug of this program; 130
interrupted; 141 nobody reads the output any more.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ionet import __version__
from ionet.cli import attestor, decode, demo, idl, keeper, localnet, market, provider, replay, stats
from ionet.errors import EpochNotReadyError, FaultError, IonetError

EXIT_REFUSED = 1
EXIT_FAILED = 2
EXIT_BUG = 70
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141
_TRACEBACK = "IONET_TRACEBACK"
"""Environment variable with which a bug shows its stack trace."""

app = typer.Typer(
    name="ionet",
    help="A decentralised market for GPU compute on Solana, on a network inside this process.",
    epilog="Exit codes: 0 done, 1 refused or answered no, 2 bad usage or input, 130 interrupted.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("replay")(replay.replay)
app.command("decode")(decode.decode)
app.command("idl")(idl.idl)
for group in (
    localnet.localnet,
    provider.provider,
    attestor.attestor,
    keeper.keeper,
    market.market,
    stats.stats,
):
    app.add_typer(group)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"ionet {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    logging.basicConfig(format="ionet: %(message)s", level=logging.WARNING)
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are one line on standard error."""
    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        code: object = app(given or ["--help"], prog_name="ionet", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as left:
        # What typer and rich make of a closed pipe.
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        return _leave_pipe()
    except BrokenPipeError:
        return _leave_pipe()
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", EXIT_INTERRUPTED)
    except (FaultError, EpochNotReadyError) as error:
        return _fail(str(error), EXIT_REFUSED)
    except IonetError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception as error:
        # Usage errors: typer raises click's classes, from click or from a copy of its own.
        if (message := getattr(error, "format_message", None)) is not None:
            return _fail(str(message()))
        if os.environ.get(_TRACEBACK):
            raise
        what = f"{type(error).__name__}: {error}"
        return _fail(f"internal error: {what} (with {_TRACEBACK}=1: where)", EXIT_BUG)
    if code == EXIT_INTERRUPTED:  # typer turns Ctrl-C into this code
        return _fail("interrupted", EXIT_INTERRUPTED)
    return code if isinstance(code, int) else 0


def _leave_pipe() -> int:
    """Let the rest of the output go nowhere: Python would complain of it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return EXIT_PIPE_CLOSED


def _fail(message: str, code: int = EXIT_FAILED) -> int:
    print("ionet:", " ".join(message.split()), file=sys.stderr)
    return code
