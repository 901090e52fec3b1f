"""What an attestor has committed to: written down first, so that it never says two things.

A commitment hides the codes behind a salt. Who loses the salt cannot reveal, and who makes a second
report for the same place contradicts himself; so salt and codes are journaled first, and after a
crash the same report is sent again. In the file, each report is one line of JSON that ends with a
newline and was synced to disk before its commitment left: a last line without one is of a report
that was never sent, and is dropped. Anything else that is damaged may have been sent, and is
refused. The salt is a secret until the reveal: the file is its owner's alone, and only one process
has it open.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import threading
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from solders.hash import Hash
from solders.pubkey import Pubkey

from ionet.codec import byte_array, u32
from ionet.committees import CODES_LENGTH, commitment_of
from ionet.errors import EquivocationError, JournalError

_VERSION = 1
_ONLY_OWNER = 0o600
_LINE_START = f'{{"version": {_VERSION}, "genesis_hash": "'.encode()
"""What every line begins with."""


@dataclass(frozen=True, slots=True)
class JournalScope:
    """Whose reports: one journal may serve several attestors, programs and chains.

    Attributes:
        genesis_hash: The chain.
        program: The verification program.
        attestor: The attestor's account.
    """

    genesis_hash: Hash
    program: Pubkey
    attestor: Pubkey


@dataclass(frozen=True, slots=True)
class JournaledReport:
    """One report, as committed to and to be revealed.

    Attributes:
        epoch: Number of the epoch.
        range: Device indexes divided by 1,024.
        codes: 512 bytes, see ``committees.pack_codes``; secret until the reveal.
        evidence_root: 32 bytes, root over the evidence.
        salt: 32 bytes, secret until the reveal.
    """

    epoch: int
    range: int
    codes: bytes = field(repr=False)
    evidence_root: bytes
    salt: bytes = field(repr=False)

    def commitment(self, attestor: Pubkey) -> bytes:
        """Return the 32 bytes that the attestor's account commits to."""
        return commitment_of(
            self.codes, self.evidence_root, self.salt, attestor, self.range, self.epoch
        )


class Journal(ABC):
    """Reports by attestor, epoch and range; one each, for ever."""

    def __init__(self) -> None:
        self._reports: dict[tuple[JournalScope, int, int], JournaledReport] = {}
        self._is_recording = threading.Lock()

    def find(self, scope: JournalScope, epoch: int, range_: int) -> JournaledReport | None:
        """Return the report of an epoch and range, or None."""
        return self._reports.get((scope, epoch, range_))

    def record(
        self, scope: JournalScope, epoch: int, range_: int, codes: bytes, evidence_root: bytes
    ) -> JournaledReport:
        """Return the report to commit to, with a salt of its own; it is kept when this returns.

        Called again with the same report it returns the one that it made first.

        Args:
            scope: Whose report.
            epoch: Number of the epoch.
            range_: Device indexes divided by 1,024.
            codes: 512 bytes.
            evidence_root: 32 bytes.

        Raises:
            EquivocationError: another report is journaled for this epoch and range.
            JournalError: it could not be written; nothing may be sent.
        """
        with self._is_recording:
            return self._find_or_append(scope, epoch, range_, codes, evidence_root)

    def _find_or_append(
        self, scope: JournalScope, epoch: int, range_: int, codes: bytes, evidence_root: bytes
    ) -> JournaledReport:
        known = self.find(scope, epoch, range_)
        if known is None:
            report = JournaledReport(
                u32("epoch", epoch),
                u32("range", range_),
                byte_array("codes", codes, CODES_LENGTH),
                byte_array("evidence_root", evidence_root, 32),
                self._new_salt(scope, epoch, range_),
            )
            self._append(scope, report)
            self._reports[scope, epoch, range_] = report
            return report
        if (known.codes, known.evidence_root) != (codes, evidence_root):
            raise EquivocationError(
                f"range {range_} in epoch {epoch}: another report is in the journal, and may have"
                f" been committed to; only that one can be sent"
            )
        return known

    def _new_salt(self, scope: JournalScope, epoch: int, range_: int) -> bytes:  # noqa: ARG002 -- for chains that repeat to the byte
        """Return 32 bytes that nobody can guess."""
        return secrets.token_bytes(32)

    @abstractmethod
    def _append(self, scope: JournalScope, report: JournaledReport) -> None:
        """Keep a report, for good when this returns; ``JournalError`` if that is not possible."""


class MemoryJournal(Journal):
    """A journal that ends with its process: for tests, and chains that end with it too."""

    def _append(self, scope: JournalScope, report: JournaledReport) -> None:
        """Keep nothing more than the dictionary does."""


class ReportJournal(Journal):
    """A journal in a file, which it locks until it is closed; a context manager.

    Args:
        path: The file; made if missing, for its owner alone.

    Raises:
        JournalError: it is unreadable, damaged, readable by others, or in use.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__()
        self.path = Path(path)
        self._process = os.getpid()
        try:
            self._file = _open_locked(self.path)
        except BlockingIOError as error:
            raise JournalError(f"journal {self.path}: another process has it open") from error
        except OSError as error:
            raise JournalError(f"journal {self.path}: {error.strerror}") from error
        try:
            self._length = self._load()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let go of its lock; idempotent."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _load(self) -> int:
        """Read every report; return the length in bytes of the whole lines, cut to them."""
        mode = os.fstat(self._file).st_mode
        if not stat.S_ISREG(mode):
            raise JournalError(f"journal {self.path}: is not a file")
        if stat.S_IMODE(mode) & ~_ONLY_OWNER & 0o777:
            raise JournalError(
                f"journal {self.path}: has mode {stat.S_IMODE(mode):o}, and salts are secrets;"
                f" must be 600"
            )
        with os.fdopen(os.dup(self._file), "rb") as file:
            content = file.read()
        whole, newline, torn = content.rpartition(b"\n")
        for number, line in enumerate(whole.split(b"\n") if newline else [], start=1):
            scope, report = self._parse(number, line)
            key = (scope, report.epoch, report.range)
            if self._reports.setdefault(key, report) != report:
                raise JournalError(
                    f"journal {self.path}: line {number} is a second report for epoch"
                    f" {report.epoch}, range {report.range}"
                )
        length = len(content) - len(torn)
        if torn:
            self._expect_torn(torn)
            os.ftruncate(self._file, length)
            os.fsync(self._file)
        return length

    def _expect_torn(self, torn: bytes) -> None:
        """Refuse to cut off what no journal wrote: another file, given by mistake."""
        written = torn.rstrip(b"\0")  # which a power failure may leave in place of data
        if written[: len(_LINE_START)] != _LINE_START[: len(written)]:
            raise JournalError(
                f"journal {self.path}: ends with something that is no report; is it another file?"
            )

    def _parse(self, number: int, line: bytes) -> tuple[JournalScope, JournaledReport]:
        try:
            return _decode(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise JournalError(
                f"journal {self.path}: line {number} is damaged ({error}), and what it held may"
                f" have been committed to; move the file away when its epochs are over"
            ) from error

    def _append(self, scope: JournalScope, report: JournaledReport) -> None:
        if self._file < 0:
            raise JournalError(f"journal {self.path}: is closed")
        # A fork shares the lock with its parent, and would write over what the parent writes.
        if self._process != os.getpid():
            raise JournalError(f"journal {self.path}: belongs to the process that opened it")
        line = json.dumps(_encode(scope, report)).encode() + b"\n"
        try:
            _write_all(self._file, line, self._length)
            os.fsync(self._file)
        except OSError as error:
            # What is left of the line must not become part of the next one.
            os.ftruncate(self._file, self._length)
            raise JournalError(f"journal {self.path}: not written: {error.strerror}") from error
        self._length += len(line)


def _open_locked(path: Path) -> int:
    """Open or make the file, alone; ``OSError`` if another process has it."""
    import fcntl  # no such module on Windows, where a journal in memory still works

    is_new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, _ONLY_OWNER)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_new:
            _sync_directory(path.absolute().parent)
    except BaseException:
        os.close(file)
        raise
    return file


def _sync_directory(path: Path) -> None:
    """Make the name of a new file survive a power failure, as syncing the file alone does not."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _write_all(file: int, data: bytes, offset: int) -> None:
    while data:
        written = os.pwrite(file, data, offset)
        data, offset = data[written:], offset + written


def _encode(scope: JournalScope, report: JournaledReport) -> dict[str, Any]:
    fields = {
        "version": _VERSION,
        "genesis_hash": str(scope.genesis_hash),
        "program": str(scope.program),
        "attestor": str(scope.attestor),
        **{
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in asdict(report).items()
        },
    }
    return {**fields, "checksum": _checksum(fields)}


def _decode(fields: dict[str, Any]) -> tuple[JournalScope, JournaledReport]:
    """Return what a line says; any exception of parsing if it is damaged."""
    checksum = fields.pop("checksum")
    if checksum != _checksum(fields):
        raise ValueError("its checksum differs")
    if fields["version"] != _VERSION:
        raise ValueError(f"version {fields['version']}, known is {_VERSION}")
    scope = JournalScope(
        Hash.from_string(fields["genesis_hash"]),
        Pubkey.from_string(fields["program"]),
        Pubkey.from_string(fields["attestor"]),
    )
    report = JournaledReport(
        fields["epoch"],
        fields["range"],
        bytes.fromhex(fields["codes"]),
        bytes.fromhex(fields["evidence_root"]),
        bytes.fromhex(fields["salt"]),
    )
    return scope, report


def _checksum(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
