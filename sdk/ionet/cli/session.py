"""One command on a network: opened, carried out or only tried, and told.

The network is a localnet that lives in a file. A dry run works on a copy of that file, and adds
nothing to an attestor's journal: everything is executed, so the command tells exactly what it would
send and what would come of it, and nothing remains.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Self

from solders.pubkey import Pubkey

from ionet import Client
from ionet.cli.output import print_facts, print_json
from ionet.cli.transactions import Recorder, summarise
from ionet.errors import ArgumentError, IonetError
from ionet.localnet.net import Localnet
from ionet.report_journal import (
    Journal,
    JournaledReport,
    JournalScope,
    MemoryJournal,
    ReportJournal,
)


class _ReadJournal(ReportJournal):
    """A journal whose reports are known, and to whose file nothing is added."""

    def _append(self, scope: JournalScope, report: JournaledReport) -> None:
        """Keep nothing more than the dictionary does."""


class Session:
    """A client on the network that a command names; a context manager.

    Args:
        network: File of a localnet.
        key: File of the key pair that signs and pays; None to read only.
        as_json: Whether to print JSON.
        is_dry_run: Whether nothing may remain of it.
        journal: File of an attestor's journal.

    Attributes:
        client: The client.
        net: The localnet.
        as_json: Whether to print JSON.
    """

    def __init__(
        self,
        network: str | None,
        key: Path | None = None,
        *,
        as_json: bool = False,
        is_dry_run: bool = False,
        journal: Path | None = None,
    ) -> None:
        self.as_json = as_json
        self._is_dry_run = is_dry_run
        with ExitStack() as opened:
            path = file_of(network)
            if is_dry_run:
                folder = Path(mkdtemp(prefix="ionet-dry-run-"))
                opened.callback(shutil.rmtree, folder)
                path = Path(shutil.copy(path, folder / "localnet"))
            self.net = opened.enter_context(Localnet.open(path))
            self.client = Client(
                self.net.connection,
                key,
                programs=self.net.programs,
                journal=None if journal is None else self._open(journal, opened),
            )
            self._recorder = Recorder()
            self.net.vm.observers.append(self._recorder)
            opened.callback(self.net.vm.observers.remove, self._recorder)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    def _open(self, path: Path, opened: ExitStack) -> Journal:
        """Open the journal; in a dry run one that is not written to."""
        if not self._is_dry_run:
            return opened.enter_context(ReportJournal(path))
        return opened.enter_context(_ReadJournal(path)) if path.exists() else MemoryJournal()

    def show(self, facts: Mapping[str, Any], *, failures: Sequence[IonetError] = ()) -> None:
        """Print what was done, or would be, and what is so afterwards.

        Args:
            facts: By name; values of JSON.
            failures: What was due and refused.
        """
        sent = [
            summarise(landed, self.net.programs, is_full=self._is_dry_run)
            for landed in self._recorder.all
        ]
        refused = [str(failure) for failure in failures]
        if self.as_json:
            also = {"failures": refused} if refused else {}
            head = {"dry_run": self._is_dry_run, "transactions": sent}
            print_json({**head, **facts, **also})
            return
        verb = "would send" if self._is_dry_run else "sent"
        for transaction in sent:
            names = ", ".join(step["name"] for step in transaction["instructions"])
            cost = f"{transaction['units']:,} CU, fee {transaction['fee']:,} lamports"
            print(f"{verb} {names} ({cost}) {transaction['signature']}")
            if self._is_dry_run:
                print_facts(transaction["instructions"], indent="  ")
        print_facts(facts)
        for failure in refused:
            print(f"refused: {failure}")


def file_of(network: str | None) -> Path:
    """Return the file of the localnet that is meant.

    Raises:
        ArgumentError: none is given, or a URL.
    """
    if not network:
        raise ArgumentError("no network: give --localnet FILE, or set IONET_LOCALNET")
    if "://" in network:
        raise ArgumentError(
            f"network {network}: is a URL, and networks over RPC are not supported yet; give the"
            " file of a localnet"
        )
    return Path(network)


def address_of(text: str) -> Pubkey:
    """Return an address given on the command line; ``ArgumentError`` if it is none."""
    try:
        return Pubkey.from_string(text)
    except ValueError:
        raise ArgumentError(f"address {text!r}: must be 32 bytes in base58") from None
