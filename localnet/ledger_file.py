"""The ledger of a localnet that outlives its process: executed again when opened, then continued.

The file is a ledger like any other (``ionet.localnet.ledger``), on the same chain of hashes. While
a process holds it, it is locked and has no closing line; each transaction is in the file before
whoever sent it hears of it. A process that dies leaves at most one torn line, of a transaction that
nobody was told about; whoever opens the file next drops it. Power failure is another matter: what
the system had not put on disk by then is gone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from tempfile import mkstemp
from typing import Self

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.lanes import runtime_version
from ionet.localnet.errors import ClockError, LedgerError, LocalnetError
from ionet.localnet.genesis import Program
from ionet.localnet.ledger import Ledger, LedgerWriter, Position
from ionet.localnet.records import Closing, Header
from ionet.localnet.reexecution import Reexecution
from ionet.localnet.replay_report import Difference
from ionet.localnet.vm import Landed, Vm


class LedgerFile:
    """A locked file to which a chain's history is appended as it happens.

    Made by ``create`` and ``resume``; ``close`` lets go of it. Nothing is written before there is
    something new, so that looking leaves the file as it was.

    Args:
        vm: The chain that is observed.
        file: The file, locked.
        at: Its end; a closing or torn line after it is dropped.
        closed_at: What the closing line says of the clock, in Unix milliseconds.

    Attributes:
        vm: The chain that is observed.
    """

    def __init__(self, vm: Vm, file: FileIO, at: Position, *, closed_at: int | None = None) -> None:
        self.vm = vm
        self._file = file
        self._writer = LedgerWriter(self._append, at)
        self._closed_at = closed_at
        self._is_changed = False
        self._fault: str | None = None
        self._unpublished: Path | None = None
        vm.observers.append(self)

    @classmethod
    def create(cls, vm: Vm, path: Path) -> Self:
        """Begin a file for a new chain; it appears at ``path`` once it is published.

        Raises:
            OSError: the file cannot be written.
        """
        descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
        file = FileIO(descriptor, "r+b")
        _lock(file, path)
        ledger = cls(vm, file, Position())
        ledger._unpublished = Path(name)
        try:
            ledger._writer.write(Header.of(vm.genesis, runtime_version()))
        except BaseException:
            ledger.close()
            raise
        return ledger

    def publish(self, path: Path) -> None:
        """Give a created file its name.

        Raises:
            LocalnetError: there is a file of that name.
            OSError: the folder cannot be written, or its file system has no links.
        """
        if self._unpublished is None:
            raise AssertionError("only what was created is published, and once")
        # Unlike a rename, a link never takes the place of a file that somebody made meanwhile.
        try:
            path.hardlink_to(self._unpublished)
        except FileExistsError:
            raise LocalnetError(f"localnet {path}: there is a file already") from None
        self._unpublished.unlink()
        self._unpublished = None

    @classmethod
    def resume(cls, path: Path, builds: Sequence[Program]) -> Self:
        """Execute a ledger again and go on recording at its end.

        Raises:
            LocalnetError: another localnet has it open, or it is no file.
            LedgerError: it is damaged, is of other programs or of another runtime, or does
                something else when it is executed.
            OSError: the file cannot be read or written.
        """
        file = FileIO(path, "r+b")
        try:
            _expect_file(file, path)
            _lock(file, path)
            ledger = Ledger(path, is_growing=True)
            chain = Reexecution(ledger.header, builds, allow_set=True)
            _expect_same_builds(ledger.header, chain)
            at, closed_at = _follow(ledger, chain)
            return cls(chain.finish(), file, at, closed_at=closed_at)
        except BaseException:
            file.close()
            raise

    def landed(self, landed: Landed) -> None:
        """Append a transaction; raises ``LedgerError`` if the file cannot be written."""
        self._writer.landed(landed)

    def account_set(self, address: Pubkey, account: Account) -> None:
        """Append an account that was set directly; raises as ``landed``."""
        self._writer.account_set(address, account)

    def close(self) -> None:
        """Write the closing line, if there is anything new, and let go of the file.

        What was never published is removed.

        Raises:
            LedgerError: the file cannot be written.
        """
        self.vm.observers.remove(self)
        try:
            ms = self.vm.clock.ms
            if self._fault is None and (self._is_changed or ms != self._closed_at):
                self._writer.finish(ms)
                os.fsync(self._file.fileno())
        finally:
            self._file.close()
            if self._unpublished is not None:
                self._unpublished.unlink()

    def _append(self, line: bytes) -> None:
        # After a failed write the chain in memory is ahead of the file, for good.
        if self._fault is None:
            try:
                self._write(line)
            except OSError as error:
                self._fault = error.strerror or str(error)
        if self._fault is not None:
            raise LedgerError(self._writer.position.line + 1, f"cannot be written: {self._fault}")

    def _write(self, line: bytes) -> None:
        if not self._is_changed:
            self._file.truncate(self._writer.position.offset)
            self._file.seek(self._writer.position.offset)
            self._is_changed = True
        rest = memoryview(line)
        while rest:
            rest = rest[self._file.write(rest) :]


def _expect_file(file: FileIO, path: Path) -> None:
    """Refuse pipes and devices: reading one may never end."""
    if not S_ISREG(os.fstat(file.fileno()).st_mode):
        raise LocalnetError(f"localnet {path}: is not a file")


def _lock(file: FileIO, path: Path) -> None:
    import fcntl  # no such module on Windows, where a localnet without a file still works

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LocalnetError(f"localnet {path}: is open already, here or elsewhere") from None


def _expect_same_builds(header: Header, chain: Reexecution) -> None:
    """Refuse to go on with anything else than what executed the ledger so far."""
    if chain.compares_all:
        return
    for recorded, build in zip(header.programs, chain.vm.genesis.programs, strict=True):
        if recorded.sha256 != build.sha256:
            raise LedgerError(
                1,
                f"program {recorded.name} has sha256 {recorded.sha256}, the build at hand"
                f" {build.sha256}: a localnet goes on only with the programs it began with",
            )
    raise LedgerError(
        1,
        f"runtime is {header.runtime}, the one at hand {runtime_version()}: a localnet goes on only"
        " with the runtime it began with",
    )


def _follow(ledger: Ledger, chain: Reexecution) -> tuple[Position, int | None]:
    """Execute everything; return where the last entry ends, and the clock of the closing line."""
    end, closed_at = ledger.start, None
    for record, position in ledger.records():
        if isinstance(record, Closing):
            closed_at = record.unix_ms
            if closed_at is not None:
                _move_to(chain.vm, closed_at, position.line)
        elif not isinstance(record, Header):
            if (difference := chain.apply(record, position.line)) is not None:
                raise LedgerError(position.line, _describe(difference))
            end = position
    return end, closed_at


def _move_to(vm: Vm, ms: int, line: int) -> None:
    try:
        vm.clock.move_to_ms(ms)
    except ClockError as error:
        raise LedgerError(line, f"unix_ms: {error}") from None


def _describe(difference: Difference) -> str:
    of = "" if difference.account is None else f" of account {difference.account}"
    return f"executed again, transaction {difference.index} has another {difference.field}{of}"
