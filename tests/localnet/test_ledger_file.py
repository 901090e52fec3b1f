"""A localnet outlives its process in a file, which nothing but a finished transaction changes."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace as changed
from pathlib import Path

import pytest
from solders.hash import Hash
from solders.pubkey import Pubkey

from ionet.localnet import LedgerError, Localnet, LocalnetError
from ionet.localnet.assets import USDC
from ionet.localnet.errors import GenesisError
from ionet.localnet.programs import shipped_programs
from ionet.localnet.replay import replay
from ionet.localnet.setup import SetupOptions
from tests.localnet.chain import system_account

SOMEBODY = Pubkey(b"\7" * 32)
SEED = bytes([3]) * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "localnet.jsonl"


@pytest.fixture
def made(path: Path) -> Path:
    """A file with one transaction after those that set the localnet up."""
    with Localnet.create(path, ["renter"]) as net:
        give(net, 10**9)
    return path


def give(net: Localnet, lamports: int) -> None:
    net.airdrop(SOMEBODY, lamports)


def balance(net: Localnet) -> int:
    account = net.vm.get_account(SOMEBODY)
    return 0 if account is None else account.lamports


def test_it_goes_on_where_it_was_left(path: Path) -> None:
    with Localnet.create(path, ["renter"], attestors=2) as net:
        net.mint(USDC, net.actor("renter").pubkey, 5)
        give(net, 10**9)
        before = net.vm.snapshot()
    with Localnet.open(path) as net:
        now = net.vm.snapshot()
        assert (now.ms, now.accounts) == (before.ms, before.accounts)
        assert now.outcomes == before.outcomes
        assert list(net.attestors) == ["attestor-1", "attestor-2"]
        give(net, 1)
        assert balance(net) == 10**9 + 1
    assert replay(path).is_identical


def test_no_two_are_the_same_chain_unless_they_are_to_be(tmp_path: Path) -> None:
    hashes: list[Hash] = []
    seeds: list[SetupOptions] = [{}, {}, {"seed": SEED}, {"seed": SEED}, {"seed": bytes(32)}]
    for number, options in enumerate(seeds):
        with Localnet.create(tmp_path / str(number), **options) as net:
            hashes.append(net.vm.genesis_hash)
        assert replay(tmp_path / str(number)).is_identical
        with Localnet.open(tmp_path / str(number)) as net:
            assert net.vm.genesis_hash == hashes[-1]
    assert hashes[2] == hashes[3]
    assert len(set(hashes)) == 4
    for seed in (b"", bytes(31), bytes(33)):
        with pytest.raises(GenesisError, match=f"seed of {len(seed)} bytes: must be 32"):
            Localnet.create(tmp_path / "bad", seed=seed)
    assert not (tmp_path / "bad").exists()


def test_two_sittings_write_what_one_does(tmp_path: Path) -> None:
    with Localnet.create(tmp_path / "one", seed=SEED) as net:
        for _ in range(2):
            give(net, 10**9)
            net.vm.warp(60)
    with Localnet.create(tmp_path / "two", seed=SEED) as net:
        give(net, 10**9)
        net.vm.warp(60)
    with Localnet.open(tmp_path / "two") as net:
        give(net, 10**9)
        net.vm.warp(60)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_move_of_the_clock_alone_is_kept(made: Path) -> None:
    with Localnet.open(made) as net:
        net.vm.warp(12_345.678)
        ms = net.vm.clock.ms
    with Localnet.open(made) as net:
        assert net.vm.clock.ms == ms


def test_accounts_set_directly_are_kept(made: Path) -> None:
    with Localnet.open(made) as net:
        net.vm.set_account(SOMEBODY, system_account(7))
    with Localnet.open(made) as net:
        assert balance(net) == 7


def test_looking_leaves_the_file_as_it_was(made: Path) -> None:
    content, before = made.read_bytes(), made.stat()
    with Localnet.open(made) as net:
        assert balance(net) == 10**9
        assert made.read_bytes() == content
    after = made.stat()
    assert made.read_bytes() == content
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_each_transaction_is_in_the_file_once_it_has_landed(made: Path) -> None:
    with Localnet.open(made) as net:
        lines = made.read_bytes().count(b"\n")
        give(net, 1)
        # The closing line made way for the transaction.
        assert made.read_bytes().count(b"\n") == lines
        give(net, 2)
        assert made.read_bytes().count(b"\n") == lines + 1


def test_what_is_no_file_is_not_read() -> None:
    """A pipe, or a device such as /dev/zero, would be read without end."""
    with pytest.raises(LocalnetError, match=f"{os.devnull}: is not a file"):
        Localnet.open(Path(os.devnull))


def test_a_file_that_is_open_is_refused_here_and_elsewhere(made: Path) -> None:
    code = (
        f"from pathlib import Path; from ionet import Localnet; Localnet.open(Path({str(made)!r}))"
    )
    with Localnet.open(made):
        with pytest.raises(LocalnetError, match="is open already"):
            Localnet.open(made)
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert b"is open already" in other.stderr
    Localnet.open(made).close()


def test_no_file_is_overwritten_and_none_is_left_half_made(path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(LocalnetError, match="there is a file already"):
        Localnet.create(path)
    assert path.read_text() == "mine"
    path.unlink()
    with pytest.raises(LocalnetError):
        Localnet.create(path, fee_bps=1_001)
    assert list(path.parent.iterdir()) == []


_SENDER = """
import sys
from pathlib import Path
from solders.pubkey import Pubkey
from ionet import Localnet
with Localnet.open(Path(sys.argv[1])) as net:
    for lamports in range(1, 10_000):
        net.airdrop(Pubkey(b"\\7" * 32), lamports)
        print(lamports, flush=True)
"""


def test_what_was_told_survives_a_kill(made: Path) -> None:
    command = [sys.executable, "-c", _SENDER, str(made)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sender:
        assert sender.stdout is not None
        while int(sender.stdout.readline()) < 20:
            pass
        sender.send_signal(signal.SIGKILL)
        told = [int(line) for line in sender.stdout]
    last = max(told, default=20)
    with Localnet.open(made) as net:
        # The one after the last may have landed without anybody having been told.
        assert balance(net) in (10**9 + sum(range(last + 1)), 10**9 + sum(range(last + 2)))
    assert replay(made).is_identical


@pytest.mark.parametrize("keep", [1, 50, -1])
def test_a_torn_line_is_dropped(made: Path, keep: int) -> None:
    with Localnet.open(made) as net:
        give(net, 1)
        whole = made.read_bytes()
        give(net, 2)
        torn = made.read_bytes()[len(whole) :][:keep]
    made.write_bytes(whole + torn)
    with Localnet.open(made) as net:
        assert balance(net) == 10**9 + 1
        net.vm.warp(1)
    with Localnet.open(made) as net:
        give(net, 4)
    with Localnet.open(made) as net:
        assert balance(net) == 10**9 + 5
    assert replay(made).is_identical


def _cut_header(content: bytes) -> bytes:
    return content[:100]


def _edit(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"fee":5000', b'"fee":5001').replace(b'"fee":1', b'"fee":2')
    return b"".join(lines)


def _drop_line(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(lines[:4] + lines[5:])


def _empty(_: bytes) -> bytes:
    return b""


def _add_line(content: bytes) -> bytes:
    assert content.count(b"\n") == 8
    return content + b"{}\n"


@pytest.mark.parametrize(
    ("damage", "line"),
    [(_cut_header, 1), (_edit, 4), (_drop_line, 5), (_empty, 1), (_add_line, 9)],
)
def test_damage_is_refused_with_its_line(
    made: Path, damage: Callable[[bytes], bytes], line: int
) -> None:
    content = damage(made.read_bytes())
    made.write_bytes(content)
    with pytest.raises(LedgerError) as refused:
        Localnet.open(made)
    assert refused.value.line == line
    assert made.read_bytes() == content


def test_other_builds_are_refused(made: Path) -> None:
    escrow, *others = shipped_programs()
    other = changed(escrow, elf=escrow.elf + b"\0")
    with pytest.raises(LedgerError, match=rf"program escrow has sha256 {escrow.sha256}"):
        Localnet.open(made, programs=[other, *others])


def test_another_runtime_is_refused(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ionet.localnet.reexecution.runtime_version", lambda: "solders 9.9.9")
    with pytest.raises(LedgerError, match="goes on only with the runtime it began with"):
        Localnet.open(made)


def test_after_a_failed_write_nothing_more_is_accepted(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = Localnet.open(made)
    give(net, 1)
    with monkeypatch.context() as full:
        full.setattr("ionet.localnet.ledger_file.LedgerFile._write", _disk_full)
        with pytest.raises(LedgerError, match="cannot be written: No space left"):
            give(net, 2)
    with pytest.raises(LedgerError, match="cannot be written: No space left"):
        give(net, 4)
    net.close()
    with Localnet.open(made) as net:
        assert balance(net) == 10**9 + 1


def _disk_full(_self: object, _line: bytes) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
