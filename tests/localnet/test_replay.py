"""Replay re-executes the signed bytes: honest ledgers are identical, forged ones are caught."""

from collections.abc import Callable
from pathlib import Path

import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.lanes import runtime_version
from ionet.localnet.errors import LedgerError
from ionet.localnet.genesis import Genesis, Program
from ionet.localnet.ledger import Ledger, recording
from ionet.localnet.replay import replay
from tests.localnet.chain import ALICE, BOB, SOL, Chain, new_chain, system_account
from tests.localnet.forgery import Lines, forge
from tests.localnet.market import record_rental
from tests.localnet.record_fixtures import MARKET, TOKENS, record_tokens

CAROL = Pubkey(bytes(range(32)))
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")


def record(path: Path) -> Chain:
    """Seven transactions: paid, failed, late, beside a direct change, tipped, below rent, memo."""
    chain = new_chain()
    with recording(chain.vm, path):
        chain.vm.send(chain.pay(1))
        chain.vm.send(chain.pay(10_000 * SOL))
        chain.vm.warp_to(chain.vm.now().unix_timestamp + 21_600)
        chain.vm.send(chain.pay(2))
        chain.vm.set_account(CAROL, system_account(SOL))
        chain.vm.send(chain.pay(SOL, to=CAROL))
        price = (set_compute_unit_limit(1_000), set_compute_unit_price(999_999))
        chain.vm.send(chain.sign(*price, chain.transfer(3)))
        chain.vm.send(chain.pay(1, to=MEMO_OWNER))
        chain.vm.send(chain.sign(Instruction(MEMO, b"hello", [])))
    return chain


MEMO_OWNER = Pubkey(bytes(reversed(range(32))))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def test_an_honest_ledger_is_identical(path: Path) -> None:
    record(path)
    report = replay(path)
    assert report.first_difference is None
    assert (report.is_identical, report.transactions) == (True, 7)
    assert report.compared_logs_and_units
    assert report.to_json()["identical"] is True
    assert replay(Ledger(path)) == report


def test_the_digest_is_the_same_in_both_lanes(path: Path) -> None:
    """Pinned: transactions without programs of ours give this history wherever they run."""
    record(path)
    assert replay(path).sha256 == DIGEST


DIGEST = "142be300468c4b06b59551e6dac46c2d1b3198d283ab31c9a0c64d0f8036ec01"


@pytest.mark.parametrize("fixture", [TOKENS, MARKET])
def test_a_ledger_of_one_lane_replays_in_the_other(fixture: Path) -> None:
    report = replay(fixture)
    assert report.first_difference is None
    assert report.is_identical


@pytest.mark.parametrize(("fixture", "again"), [(TOKENS, record_tokens), (MARKET, record_rental)])
def test_fixtures_are_what_is_recorded_now(
    fixture: Path, again: Callable[[Path], None], path: Path
) -> None:
    """After a change of the program: ``python -m tests.localnet.record_fixtures``."""
    if Ledger(fixture).header.runtime != runtime_version():
        pytest.skip("compute limits come from simulation: another runtime signs other transactions")
    again(path)
    assert path.read_bytes() == fixture.read_bytes()


def test_another_runtime_is_replayed_without_logs_and_units(path: Path) -> None:
    record(path)
    digest = replay(path).sha256

    def edit(lines: Lines) -> None:
        lines[0]["runtime"] = "solders 0.1.0"
        lines[1]["units"] = 1
        lines[1]["logs"] = []

    forge(path, edit)
    report = replay(path)
    assert (report.is_identical, report.compared_logs_and_units) == (True, False)
    assert report.sha256 == digest


def set_field(line: int, name: str, value: object) -> Callable[[Lines], None]:
    def edit(lines: Lines) -> None:
        assert lines[line][name] != value
        lines[line][name] = value

    return edit


def set_account_field(line: int, place: int, name: str, value: object) -> Callable[[Lines], None]:
    def edit(lines: Lines) -> None:
        assert lines[line]["accounts"][place].get(name) != value
        lines[line]["accounts"][place][name] = value

    return edit


FAULT = {"kind": "Custom", "instruction_index": 0, "custom_code": 2}
EVENT = {"program": str(MEMO), "data": "aGk="}
FORGERIES: dict[str, tuple[Callable[[Lines], None], int, str | None, str]] = {
    "lamports": (set_account_field(1, 1, "lamports", SOL), 0, str(BOB.pubkey), "lamports"),
    "owner": (set_account_field(1, 0, "owner", str(MEMO)), 0, str(ALICE.pubkey), "owner"),
    "data": (set_account_field(1, 0, "data", "AA=="), 0, str(ALICE.pubkey), "data"),
    "error code": (set_field(2, "error", FAULT), 1, None, "error"),
    "success": (set_field(2, "error", None), 1, None, "error"),
    "fee": (set_field(1, "fee", 5_001), 0, None, "fee"),
    "event": (set_field(1, "events", [EVENT]), 0, None, "events"),
    "slot": (set_field(3, "slot", 1), 2, None, "slot"),
    "time": (set_field(3, "unix_ms", 1_767_247_202_000), 2, None, "slot"),
    "time going back": (set_field(3, "unix_ms", 1), 2, None, "unix_ms"),
    "blockhash": (set_field(1, "blockhash", "1" * 32), 0, None, "blockhash"),
    "units": (set_field(1, "units", 151), 0, None, "units"),
    "logs": (set_field(1, "logs", []), 0, None, "logs"),
    "account left out": (lambda lines: lines[1]["accounts"].pop(), 0, None, "accounts"),
    "direct change": (set_field(4, "lamports", SOL + 1), 3, str(CAROL), "lamports"),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_a_forged_result_is_caught(path: Path, case: str) -> None:
    record(path)
    edit, index, account, name = FORGERIES[case]
    forge(path, edit)
    report = replay(path)
    found = report.first_difference
    assert found is not None
    assert not report.is_identical
    assert (found.index, found.account, found.field) == (index, account, name)
    assert found.expected != found.got
    assert report.to_json()["first_difference"]["signature"] == found.signature


def test_a_forged_transaction_is_refused(path: Path) -> None:
    record(path)

    def edit(lines: Lines) -> None:
        raw = lines[1]["transaction"]
        lines[1]["transaction"] = raw[:20] + ("A" if raw[20] != "A" else "B") + raw[21:]

    forge(path, edit)
    found = replay(path).first_difference
    assert found is not None
    assert (found.index, found.field) == (0, "error")
    assert "signature of" in str(found.got)


def test_a_transaction_replayed_twice_is_refused(path: Path) -> None:
    record(path)

    def edit(lines: Lines) -> None:
        copy = {**lines[1], "index": 1}
        lines[2:] = [copy, {"kind": "end", "transactions": 2, "hash": ""}]

    forge(path, edit)
    found = replay(path).first_difference
    assert found is not None
    assert found.index == 1


def test_a_forged_genesis_is_an_error(path: Path) -> None:
    record(path)
    forge(path, lambda lines: lines[0]["accounts"][0].update(lamports=5))
    with pytest.raises(LedgerError, match="genesis_hash"):
        replay(path)


def test_a_program_that_is_not_at_hand_is_named(path: Path) -> None:
    record(path)

    def edit(lines: Lines) -> None:
        program = Program("lost", CAROL, b"elf")
        accounts = Ledger(path).header.accounts
        lines[0]["programs"] = [{"name": "lost", "address": str(CAROL), "sha256": program.sha256}]
        lines[0]["genesis_hash"] = str(Genesis((program,), accounts).hash())

    forge(path, edit)
    with pytest.raises(LedgerError, match=f"program lost at {CAROL}"):
        replay(path, programs=())
