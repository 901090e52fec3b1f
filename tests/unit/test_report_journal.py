"""A journal never forgets a report that may have been sent, and never makes a second one."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from solders.hash import Hash
from solders.pubkey import Pubkey

from ionet.committees import commitment_of
from ionet.errors import ArgumentError, EquivocationError, JournalError
from ionet.report_journal import (
    Journal,
    JournaledReport,
    JournalScope,
    MemoryJournal,
    ReportJournal,
)

SCOPE = JournalScope(Hash.default(), Pubkey.default(), Pubkey.new_unique())
CODES, OTHERS = bytes([0x22]) * 512, bytes([0x20]) + bytes([0x22]) * 511
ROOT = bytes([9]) * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.jsonl"


def fill(path: Path, epochs: int = 3) -> None:
    with ReportJournal(path) as journal:
        for epoch in range(epochs):
            journal.record(SCOPE, epoch, 7, CODES, ROOT)


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_report_is_made_once(kind: str, path: Path) -> None:
    journal: Journal = MemoryJournal() if kind == "memory" else ReportJournal(path)
    first = journal.record(SCOPE, 5, 7, CODES, ROOT)
    assert journal.record(SCOPE, 5, 7, CODES, ROOT) == first == journal.find(SCOPE, 5, 7)
    for codes, root in ((OTHERS, ROOT), (CODES, bytes(32))):
        with pytest.raises(EquivocationError, match="range 7 in epoch 5"):
            journal.record(SCOPE, 5, 7, codes, root)
    others = [
        journal.record(SCOPE, 6, 7, CODES, ROOT),
        journal.record(SCOPE, 5, 8, CODES, ROOT),
        journal.record(JournalScope(*changed()), 5, 7, OTHERS, ROOT),
    ]
    assert len({report.salt for report in (first, *others)}) == 4
    assert all(len(report.salt) == 32 for report in others)


def changed() -> tuple[Hash, Pubkey, Pubkey]:
    return Hash.default(), Pubkey.default(), Pubkey.new_unique()


def test_a_commitment_is_the_published_one() -> None:
    report = MemoryJournal().record(SCOPE, 5, 7, CODES, ROOT)
    expected = commitment_of(CODES, ROOT, report.salt, SCOPE.attestor, 7, 5)
    assert report.commitment(SCOPE.attestor) == expected


def test_what_is_no_report_is_refused_and_not_written(path: Path) -> None:
    with ReportJournal(path) as journal:
        for codes, root, name in [
            (CODES[1:], ROOT, "codes"),
            (CODES, ROOT[1:], "evidence_root"),
        ]:
            with pytest.raises(ArgumentError, match=name):
                journal.record(SCOPE, 5, 7, codes, root)
        with pytest.raises(ArgumentError, match="epoch"):
            journal.record(SCOPE, -1, 7, CODES, ROOT)
    assert path.read_bytes() == b""


def test_a_restart_finds_every_report(path: Path) -> None:
    fill(path)
    with ReportJournal(path) as journal:
        known = [journal.find(SCOPE, epoch, 7) for epoch in range(4)]
        assert known[3] is None
        assert [report.epoch for report in known if report is not None] == [0, 1, 2]
        assert journal.record(SCOPE, 1, 7, CODES, ROOT) == known[1]
        with pytest.raises(EquivocationError):
            journal.record(SCOPE, 1, 7, OTHERS, ROOT)
    assert len(read(path)) == 3


def test_a_torn_last_line_was_never_sent_and_is_dropped(path: Path) -> None:
    fill(path)
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rpartition(b"\n")[0] + b"\n"
    for length in range(len(last) + 1, len(whole)):
        if length % 50 and length < len(whole) - 3:
            continue
        path.write_bytes(whole[:length])
        with ReportJournal(path) as journal:
            assert path.read_bytes() == last
            assert journal.find(SCOPE, 1, 7) is not None
            assert journal.find(SCOPE, 2, 7) is None
            journal.record(SCOPE, 2, 7, OTHERS, ROOT)
        assert len(read(path)) == 3


def test_threads_share_a_journal(path: Path) -> None:
    """One line each: at an offset that two have taken, one report would be lost after it left."""
    ranges = [range_ for range_ in range(20) for _ in range(4)]
    with ReportJournal(path) as journal, ThreadPoolExecutor(8) as threads:

        def record(range_: int) -> JournaledReport:
            return journal.record(SCOPE, 5, range_, CODES, ROOT)

        made = list(threads.map(record, ranges))
    assert len(set(map(id, made))) == len(read(path)) == 20
    with ReportJournal(path) as journal:
        assert [journal.find(SCOPE, 5, report.range) for report in made] == made


def test_a_fork_does_not_write_over_its_parents_reports(path: Path) -> None:
    script = """
        import os, sys
        from solders.hash import Hash
        from solders.pubkey import Pubkey
        from ionet.report_journal import JournalScope, ReportJournal
        scope = JournalScope(Hash.default(), Pubkey.default(), Pubkey.default())
        with ReportJournal(sys.argv[1]) as journal:
            if not (child := os.fork()):
                try:
                    journal.record(scope, 5, 7, bytes(512), bytes(32))
                except Exception as error:
                    print(f"{type(error).__name__}: {error}", flush=True)
                os._exit(0)
            os.waitpid(child, 0)
            journal.record(scope, 5, 8, bytes(512), bytes(32))
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"JournalError: journal {path}: belongs to the process that opened it\n"
    assert [line["range"] for line in read(path)] == [8]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(list(range(64))).encode(),
        b"no newline",
        b'{"version": 1, "salt": "',
        b"\0\0[",
    ],
    ids=["key pair", "text", "another object", "no text"],
)
def test_another_file_is_not_cut(path: Path, content: bytes) -> None:
    """A key pair file is one line without an end, for its owner alone, and is gone once cut."""
    for before in (b"", _whole_lines(path)):
        path.write_bytes(before + content)
        path.chmod(0o600)
        with pytest.raises(JournalError, match="is no report; is it another file"):
            ReportJournal(path)
        assert path.read_bytes() == before + content


def test_data_that_a_power_failure_has_swallowed_is_of_a_torn_line(path: Path) -> None:
    whole = _whole_lines(path)
    for torn in (b"\0" * 700, whole[:5] + b"\0" * 700, whole[:300] + b"\0" * 700):
        path.write_bytes(whole + torn)
        ReportJournal(path).close()
        assert path.read_bytes() == whole


def _whole_lines(path: Path) -> bytes:
    fill(path)
    return path.read_bytes()


def test_any_other_damage_is_refused(path: Path) -> None:
    fill(path)
    lines = path.read_bytes().splitlines(keepends=True)
    flipped = lines[1].replace(b'"codes": "22', b'"codes": "32')
    fields = json.loads(lines[1])
    damaged = {
        "flipped": [lines[0], flipped, lines[2]],
        "flipped last": [*lines[:2], lines[2].replace(b'"epoch": 2', b'"epoch": 9')],
        "cut inside": [lines[0], lines[1][:40] + b"\n", lines[2]],
        "blank": [lines[0], b"\n", lines[2]],
        "no object": [b"[]\n"],
        "missing field": [json.dumps({**fields, "salt": None}).encode() + b"\n"],
    }
    for content in damaged.values():
        path.write_bytes(b"".join(content))
        with pytest.raises(JournalError, match=r"line \d is damaged"):
            ReportJournal(path)
        assert path.read_bytes() == b"".join(content)


def test_two_reports_on_one_thing_are_refused(path: Path, tmp_path: Path) -> None:
    fill(path)
    other = tmp_path / "other.jsonl"
    fill(other)
    path.write_bytes(path.read_bytes() + other.read_bytes())
    with pytest.raises(JournalError, match="line 4 is a second report for epoch 0, range 7"):
        ReportJournal(path)


def test_salts_are_for_the_owner_alone(path: Path) -> None:
    fill(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(JournalError, match="has mode 640, and salts are secrets; must be 600"):
        ReportJournal(path)
    report = MemoryJournal().record(SCOPE, 5, 7, CODES, ROOT)
    assert report.salt.hex() not in repr(report)
    assert repr(report.salt) not in repr(report)
    assert repr(report.codes) not in repr(report)


def test_one_process_at_a_time(path: Path) -> None:
    with ReportJournal(path), pytest.raises(JournalError, match="another process has it open"):
        ReportJournal(path)
    ReportJournal(path).close()


def test_a_closed_journal_writes_nothing(path: Path) -> None:
    journal = ReportJournal(path)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="is closed"):
        journal.record(SCOPE, 5, 7, CODES, ROOT)
    assert journal.find(SCOPE, 5, 7) is None


def test_what_cannot_be_opened_is_one_clear_error(tmp_path: Path) -> None:
    for path in (tmp_path / "missing" / "reports.jsonl", tmp_path):
        with pytest.raises(JournalError, match=str(path)):
            ReportJournal(path)
    target = tmp_path / "target"
    target.touch(0o600)
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(JournalError, match="link"):
        ReportJournal(link)


def test_a_full_disk_leaves_no_half_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ReportJournal(path) as journal:
        first = journal.record(SCOPE, 1, 7, CODES, ROOT)
        before, write = path.read_bytes(), os.pwrite

        def fill_up(file: int, data: bytes, offset: int) -> int:
            if len(data) > 100:
                return write(file, data[:100], offset)
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as full:
            full.setattr("ionet.report_journal.os.pwrite", fill_up)
            with pytest.raises(JournalError, match="not written: No space left on device"):
                journal.record(SCOPE, 2, 7, CODES, ROOT)
        assert path.read_bytes() == before
        assert journal.find(SCOPE, 2, 7) is None
        journal.record(SCOPE, 2, 7, OTHERS, ROOT)
    with ReportJournal(path) as journal:
        assert journal.find(SCOPE, 1, 7) == first


def test_it_is_on_disk_before_it_is_returned(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    sync = os.fsync

    def note(file: int) -> None:
        sync(file)
        synced.append(os.fstat(file).st_size)

    with ReportJournal(path) as journal:
        monkeypatch.setattr("ionet.report_journal.os.fsync", note)
        journal.record(SCOPE, 1, 7, CODES, ROOT)
        assert synced == [path.stat().st_size]


KILLED = """
    import os, signal, sys
    from solders.hash import Hash
    from solders.pubkey import Pubkey
    from ionet.report_journal import JournalScope, ReportJournal

    scope = JournalScope(Hash.default(), Pubkey.default(), Pubkey.default())
    journal = ReportJournal(sys.argv[1])
    report = journal.record(scope, 5, 7, bytes(512), bytes(32))
    print(report.salt.hex(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_its_report(path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(path)]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    scope = JournalScope(Hash.default(), Pubkey.default(), Pubkey.default())
    with ReportJournal(path) as journal:
        found = journal.find(scope, 5, 7)
        assert found is not None
        assert found.salt.hex() == killed.stdout.strip()
