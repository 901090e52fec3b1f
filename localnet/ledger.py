"""The ledger: every landed transaction of a chain in one file that cannot be edited unseen.

Each line is ``{"hash": h, ...}`` where ``h = sha256(hash of the previous line ‖ rest of the line)``
in hex, and the rest is the canonical JSON of its fields: keys sorted, no spaces, ASCII. A reader
re-encodes each line and demands the same bytes, so an edit of any one byte, a moved, doubled or
missing line, a field of no meaning and a missing end are all found, and the line is named. Whoever
can compute hashes can write another ledger: only who also knows the last hash from elsewhere knows
that the whole file is the one that was written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.lanes import runtime_version
from ionet.localnet.errors import LedgerError, LocalnetError
from ionet.localnet.records import (
    KINDS,
    AccountRecord,
    Closing,
    Entry,
    Header,
    Json,
    Record,
    TransactionRecord,
)
from ionet.localnet.vm import Landed, Vm

_ROOT = "0" * 64
"""What the first line is chained to."""


def _canonical(fields: Json) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _chain(previous: str, fields: Json) -> tuple[str, bytes]:
    """Return the line's hash and its bytes, newline included."""
    body = _canonical(fields)
    digest = sha256((previous + body).encode()).hexdigest()
    return digest, (_canonical({**fields, "hash": digest}) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two lines, from which reading or writing can be taken up again."""

    offset: int = 0
    line: int = 0
    hash: str = _ROOT
    transactions: int = 0


class LedgerWriter:
    """Writes what it observes, each line with one call of ``write``.

    Args:
        write: Appends bytes to the file.
        at: Where the file ends; ``hash`` and ``transactions`` are carried on from there.
    """

    def __init__(self, write: Callable[[bytes], object], at: Position | None = None) -> None:
        self._write_bytes = write
        self.position = Position() if at is None else at

    def landed(self, landed: Landed) -> None:
        """Write a transaction."""
        self.write(TransactionRecord.of(self.position.transactions, landed))

    def account_set(self, address: Pubkey, account: Account) -> None:
        """Write an account that was set directly."""
        self.write(AccountRecord(address, account))

    def finish(self, unix_ms: int) -> None:
        """Write the closing line."""
        self.write(Closing(self.position.transactions, unix_ms))

    def write(self, record: Record) -> None:
        """Write one line."""
        at = self.position
        digest, line = _chain(at.hash, record.to_json())
        self._write_bytes(line)
        count = at.transactions + isinstance(record, TransactionRecord)
        self.position = Position(at.offset + len(line), at.line + 1, digest, count)


@contextmanager
def recording(vm: Vm, path: Path) -> Generator[LedgerWriter, None, None]:
    """Record a chain from its first transaction to the end of the block.

    The file appears at ``path`` complete or not at all: until the end it is ``path.partial``, which
    an exception removes. While it records, snapshots cannot be restored.

    Raises:
        LocalnetError: transactions have landed already.
        OSError: the file cannot be written.
    """
    if vm.landed_count:
        raise LocalnetError(
            f"recording: must start before the first transaction, {vm.landed_count} have landed"
        )
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        writer = LedgerWriter(file.write)
        writer.write(Header.of(vm.genesis, runtime_version()))
        vm.observers.append(writer)
        try:
            yield writer
            writer.finish(vm.clock.ms)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            partial.unlink()
            raise
        finally:
            vm.observers.remove(writer)
    partial.replace(path)


class Ledger:
    """A ledger file, checked line by line as it is read.

    Args:
        path: The file.
        is_growing: Whether it may end without a closing line, and then with a torn one, which is
            left out: so ends the file of a process that has not finished it.

    Raises:
        LedgerError: the first line is not a header.
        OSError: the file cannot be read.
    """

    def __init__(self, path: Path, *, is_growing: bool = False) -> None:
        self.path = path
        self.is_growing = is_growing
        record, self.start = self._first()
        if not isinstance(record, Header):
            raise LedgerError(1, "must be the header")
        self.header = record

    def entries(self, start: Position | None = None) -> Iterator[tuple[Entry, Position]]:
        """Read each entry and the position after it, and check the end.

        Args:
            start: Where to take up reading; by default after the header.

        Raises:
            LedgerError: a line, the order of the lines or the end is not as it was written.
        """
        for record, position in self.records(start):
            if not isinstance(record, Header | Closing):
                yield record, position

    def end(self) -> Position:
        """Read and check everything; return the end, whose ``hash`` identifies the ledger.

        Raises:
            LedgerError: as ``entries``.
        """
        end = self.start
        for _, position in self.records():
            end = position
        return end

    def __iter__(self) -> Iterator[Entry]:
        return (entry for entry, _ in self.entries())

    def records(self, start: Position | None = None) -> Iterator[tuple[Record, Position]]:
        """Read as ``entries`` does, the closing line included."""
        position = start or self.start
        with self.path.open("rb") as file:
            file.seek(position.offset)
            record: Record | None = None
            while not isinstance(record, Closing):
                if self.is_growing and not _is_whole_line(file):
                    return
                record, position = _read(file, position)
                if isinstance(record, Header):
                    raise LedgerError(position.line, "a second header")
                yield record, position
            if file.read(1):
                raise LedgerError(position.line + 1, "stands after the closing line")

    def _first(self) -> tuple[Record, Position]:
        with self.path.open("rb") as file:
            return _read(file, Position())


def _is_whole_line(file: BinaryIO) -> bool:
    """Look ahead: a process that died while it wrote leaves a line without an end."""
    start = file.tell()
    line = file.readline()
    file.seek(start)
    return line.endswith(b"\n")


def _read(file: BinaryIO, at: Position) -> tuple[Record, Position]:
    raw, number = file.readline(), at.line + 1
    if not raw:
        raise LedgerError(number, "missing: the ledger ends without a closing line")
    if not raw.endswith(b"\n"):
        raise LedgerError(number, "truncated: the line has no end")
    record, digest = _decode(raw, at.hash, number)
    transactions = at.transactions
    if isinstance(record, TransactionRecord):
        if record.index != transactions:
            raise LedgerError(number, f"transaction {record.index}: must be {transactions}")
        transactions += 1
    elif isinstance(record, Closing) and record.transactions != transactions:
        raise LedgerError(
            number, f"closes {record.transactions} transactions, {transactions} were read"
        )
    return record, Position(at.offset + len(raw), number, digest, transactions)


def _decode(raw: bytes, previous: str, number: int) -> tuple[Record, str]:
    try:
        parsed: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise LedgerError(number, "is not JSON") from None
    fields = cast("Json", parsed) if isinstance(parsed, dict) else {}
    if not isinstance(fields.pop("hash", None), str):
        raise LedgerError(number, "is not an object with a hash")
    digest, expected = _chain(previous, fields)
    if raw != expected:
        raise LedgerError(number, "was edited, moved or follows another line: its hash is wrong")
    kind = KINDS.get(str(fields.get("kind")))
    if kind is None:
        raise LedgerError(number, f"kind {fields.get('kind')!r} is unknown")
    try:
        record = kind.from_json(fields)
    except LocalnetError as error:
        raise LedgerError(number, str(error)) from None
    except KeyError as error:
        raise LedgerError(number, f"has no field {error}") from None
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise LedgerError(number, f"has a field that cannot be read: {error}") from None
    _expect_exact(record.to_json(), fields, number)
    return record, digest


def _expect_exact(meant: Json, fields: Json, number: int) -> None:
    """Refuse what a record does not mean: unknown fields, and values in another form."""
    if unknown := sorted(fields.keys() - meant.keys()):
        raise LedgerError(number, f"field {unknown[0]!r} is unknown in a line of this kind")
    for name, value in fields.items():
        if _canonical({name: value}) != _canonical({name: meant[name]}):
            raise LedgerError(number, f"field {name!r} has a part that is unknown or another form")
