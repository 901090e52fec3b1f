"""A ledger holds the whole history, and no edit of it goes unseen."""

import json
import random
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from ionet.localnet.errors import LedgerError, LocalnetError
from ionet.localnet.ledger import Ledger, recording
from ionet.localnet.records import AccountRecord, TransactionRecord
from tests.localnet.chain import ALICE, BOB, SOL, Chain, new_chain, system_account

CAROL = Pubkey(bytes(range(32)))


@pytest.fixture(scope="module")
def ledger_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    chain = new_chain()
    with recording(chain.vm, path):
        chain.vm.send(chain.pay(1))
        chain.vm.send(chain.pay(10_000 * SOL))
        chain.vm.warp(3_600)
        chain.vm.set_account(CAROL, system_account(SOL))
        chain.vm.send(chain.pay(SOL, to=CAROL))
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def read(path: Path, content: bytes) -> list[object]:
    path.write_bytes(content)
    return list(Ledger(path))


def test_it_keeps_what_happened(path: Path, ledger_bytes: bytes) -> None:
    paid, failed, direct, late = read(path, ledger_bytes)
    assert isinstance(paid, TransactionRecord)
    assert (paid.index, paid.error, paid.fee, paid.units) == (0, None, 5_000, 150)
    assert [address for address, _ in paid.accounts] == [ALICE.pubkey, BOB.pubkey]
    assert isinstance(failed, TransactionRecord)
    assert failed.error is not None
    assert (failed.error.kind, failed.error.custom_code) == ("Custom", 1)
    assert direct == AccountRecord(CAROL, system_account(SOL))
    assert isinstance(late, TransactionRecord)
    assert (late.slot - failed.slot, late.unix_ms - failed.unix_ms) == (9_001, 3_600_400)
    assert dict(late.accounts)[CAROL] == system_account(2 * SOL)


def test_its_lines_are_plain_json(ledger_bytes: bytes) -> None:
    header, first, *_, last = map(json.loads, ledger_bytes.splitlines())
    assert (header["kind"], header["format"], last["transactions"]) == ("header", 1, 3)
    assert header["runtime"].startswith("solders ")
    assert len(b64decode(first["transaction"])) > 200


def test_reading_can_be_taken_up_again(path: Path, ledger_bytes: bytes) -> None:
    whole = read(path, ledger_bytes)
    ledger = Ledger(path)
    for count, (_, position) in enumerate(ledger.entries(), 1):
        assert [entry for entry, _ in ledger.entries(position)] == whole[count:]


def test_1000_edits_of_one_byte_are_all_found(path: Path, ledger_bytes: bytes) -> None:
    rng = random.Random(3)
    for _ in range(1_000):
        edited = bytearray(ledger_bytes)
        at = rng.randrange(len(edited))
        edited[at] ^= rng.randrange(1, 256)
        line = ledger_bytes.count(b"\n", 0, at) + 1
        with pytest.raises(LedgerError) as found:
            read(path, bytes(edited))
        assert found.value.line in (line, line + 1)


def test_a_byte_less_or_more_is_found(path: Path, ledger_bytes: bytes) -> None:
    rng = random.Random(4)
    for at in rng.sample(range(len(ledger_bytes)), 200):
        with pytest.raises(LedgerError):
            read(path, ledger_bytes[:at] + ledger_bytes[at + 1 :])
        with pytest.raises(LedgerError):
            read(path, ledger_bytes[:at] + bytes([rng.randrange(256)]) + ledger_bytes[at:])


EDITS: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int, str]] = {
    "last line missing": (lambda lines: lines[:-1], 6, "missing"),
    "cut in a line": (lambda lines: [*lines[:2], lines[2][:40]], 3, "truncated"),
    "line missing": (lambda lines: [*lines[:1], *lines[2:]], 2, "hash is wrong"),
    "lines swapped": (lambda ls: [ls[0], ls[2], ls[1], *ls[3:]], 2, "hash is wrong"),
    "line doubled": (lambda lines: [*lines[:2], *lines[1:]], 3, "hash is wrong"),
    "line after the end": (lambda lines: [*lines, lines[-1]], 7, "after the closing line"),
    "empty": (lambda lines: [], 1, "missing"),
    "no header": (lambda lines: lines[1:], 1, "hash is wrong"),
    "not JSON": (lambda lines: [b"ledger\n", *lines], 1, "not JSON"),
    "not an object": (lambda lines: [b"[]\n", *lines], 1, "not an object"),
    "spaces added": (lambda ls: [ls[0].replace(b":", b": "), *ls[1:]], 1, "hash is wrong"),
}


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_is_named_by_line_and_rule(path: Path, ledger_bytes: bytes, case: str) -> None:
    edit, line, rule = EDITS[case]
    with pytest.raises(LedgerError, match=rf"ledger line {line}: .*{rule}"):
        read(path, b"".join(edit(ledger_bytes.splitlines(keepends=True))))


def test_recording_starts_before_the_first_transaction(chain: Chain, path: Path) -> None:
    chain.vm.send(chain.pay(1))
    with pytest.raises(LocalnetError, match="1 have landed"), recording(chain.vm, path):
        pass
    assert list(path.parent.iterdir()) == []


def test_a_ledger_appears_complete_or_not_at_all(chain: Chain, path: Path) -> None:
    def fail() -> None:
        with recording(chain.vm, path):
            chain.vm.send(chain.pay(1))
            assert not path.exists()
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        fail()
    assert list(path.parent.iterdir()) == []
    assert chain.vm.observers == []


def test_a_ledger_that_was_cut_off_has_no_closing_line(chain: Chain, path: Path) -> None:
    with recording(chain.vm, path):
        chain.vm.send(chain.pay(1))
    partial = path.read_bytes().splitlines(keepends=True)[:2]
    with pytest.raises(LedgerError, match="ledger line 3: missing"):
        read(path, b"".join(partial))


def test_it_holds_no_secret(ledger_bytes: bytes) -> None:
    for actor in (ALICE, BOB):
        secret = bytes(actor.keypair)[:32]
        assert secret.hex().encode() not in ledger_bytes
        assert str(actor.keypair).encode() not in ledger_bytes


def test_equal_histories_give_equal_ledgers(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        chain = new_chain()
        with recording(chain.vm, tmp_path / name):
            chain.vm.send(chain.pay(1))
            chain.vm.warp(5)
            chain.vm.send(chain.pay(2))
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
