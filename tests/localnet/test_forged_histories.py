"""What somebody who can compute hashes cannot do to a ledger, and what needs its published hash."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from solders.pubkey import Pubkey

from ionet.lanes import runtime_version
from ionet.localnet.assets import USDC
from ionet.localnet.errors import LedgerError, LocalnetError
from ionet.localnet.ledger import Ledger
from ionet.localnet.records import AccountRecord, TransactionRecord, account_to_json
from ionet.localnet.replay import replay
from ionet.programs.escrow.accounts import Offer
from tests.localnet.chain import SOL, system_account
from tests.localnet.forgery import Lines, canonical, forge, forge_lines
from tests.localnet.market import escrow_build
from tests.localnet.record_fixtures import MARKET, TOKENS

EVE = Pubkey(b"\6" * 32)
WALLET = {"kind": "account", **account_to_json(EVE, system_account(SOL))}
RICH = {"kind": "account", **account_to_json(*USDC.holding(EVE, 10**18))}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "forged.jsonl"


def an_offer() -> dict[str, Any]:
    """Return the line that writes an offer of the market as it is."""
    for entry in Ledger(MARKET):
        assert isinstance(entry, TransactionRecord)
        for address, account in entry.accounts:
            if account is not None and account.data.startswith(Offer.DISCRIMINATOR):
                return AccountRecord(address, account).to_json()
    raise AssertionError("the market has an offer")


def removed(line: dict[str, Any]) -> dict[str, Any]:
    """Return the line that removes the account instead."""
    address = Pubkey.from_string(line["address"])
    return AccountRecord(address, system_account(0)).to_json()


def inserted(line: dict[str, Any], path: Path, at: int = -1) -> int:
    """Insert a line into the market's ledger; return its number."""
    forge(MARKET, lambda lines: lines.insert(at, line), to=path)
    return len(path.read_bytes().splitlines()) - 1


def test_tokens_set_directly_are_refused(path: Path) -> None:
    number = inserted(RICH, path)
    with pytest.raises(LedgerError, match=rf"ledger line {number}: account .* only wallets may be"):
        replay(path)
    report = replay(path, allow_set=True)
    assert report.is_identical
    assert [str(address) for address in report.accounts_set] == [RICH["address"]]
    assert report.to_json()["accounts_set"] == [RICH["address"]]
    assert report.sha256 != replay(MARKET).sha256


@pytest.mark.parametrize("edit", [lambda line: line, removed])
def test_accounts_of_the_escrow_set_directly_are_refused(path: Path, edit: Any) -> None:
    number = inserted(edit(an_offer()), path)
    owner = escrow_build().address
    with pytest.raises(LedgerError, match=rf"ledger line {number}: account .* owned by {owner}"):
        replay(path)


def test_a_program_set_directly_is_refused(path: Path) -> None:
    address, loader = escrow_build().address, "BPFLoader2111111111111111111111111111111111"
    line = {"kind": "account", **account_to_json(address, system_account(SOL))}
    inserted({**line, "owner": loader, "data": "AAAA", "executable": True}, path, 1)
    with pytest.raises(LedgerError, match=f"account {address}, owned by .*{loader}, was set"):
        replay(path)


def test_a_wallet_set_directly_is_told(path: Path) -> None:
    inserted(WALLET, path)
    honest, report = replay(MARKET), replay(path)
    assert report.is_identical
    assert report.accounts_set == (EVE,)
    assert report.sha256 != honest.sha256
    assert (honest.accounts_set, honest.to_json()["accounts_set"]) == ((), [])


def test_the_digest_tells_what_was_set_from_what_was_not(path: Path) -> None:
    digests = set()
    for lamports in (1, 2):
        line = {"kind": "account", **account_to_json(EVE, system_account(lamports))}
        inserted(line, path)
        digests.add(replay(path).sha256)
    assert len(digests) == 2


def test_a_ledger_that_was_cut_short_has_another_hash(path: Path) -> None:
    def cut(lines: Lines) -> None:
        del lines[-4:-1]
        lines[-1]["transactions"] -= 3

    forge(MARKET, cut, to=path)
    published = replay(MARKET)
    report = replay(path)
    assert report.is_identical  # what is left is true
    assert report.transactions == published.transactions - 3
    assert report.ledger_hash != published.ledger_hash
    assert report.genesis_hash == published.genesis_hash
    with pytest.raises(LedgerError, match=f"hash is {report.ledger_hash}, expected"):
        replay(path, expected_hash=published.ledger_hash)
    assert replay(MARKET, expected_hash=published.ledger_hash) == published


@pytest.mark.parametrize("expected", ["", "0" * 63, "G" * 64, "AB" * 32])
def test_an_expected_hash_that_is_none_is_named(expected: str) -> None:
    with pytest.raises(LocalnetError, match=f"expected hash '{expected}': must be 64"):
        replay(MARKET, expected_hash=expected)


def test_a_ledger_without_transactions_is_not_identical(path: Path) -> None:
    forge(MARKET, empty, to=path)
    report = replay(path)
    found = report.first_difference
    assert found is not None
    assert not report.is_identical
    assert (found.field, found.expected, found.got) == ("transactions", "at least one", 0)


def empty(lines: Lines) -> None:
    lines[1:] = [{"kind": "end", "transactions": 0}]


def test_everything_is_checked_before_anything_is_executed(path: Path) -> None:
    path.write_bytes(b"".join(MARKET.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(LedgerError, match="missing: the ledger ends without a closing line"):
        replay(path)


UNKNOWN = {
    "in a transaction": (1, ()),
    "in the header": (0, ()),
    "in the closing line": (-1, ()),
    "in an account": (1, ("accounts", 0)),
    "in an account that is gone": (-2, ("accounts", 1)),
    "in a program": (0, ("programs", 0)),
    "in an event": (1, ("events", 0)),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_field_of_no_meaning_is_refused(path: Path, case: str) -> None:
    line, steps = UNKNOWN[case]

    def add(lines: Lines) -> None:
        place: Any = lines[line]
        for step in steps:
            place = place[step]
        place["note"] = "paid eve 1,000,000 USDC"

    forge(MARKET, add, to=path)
    with pytest.raises(LedgerError, match=r"ledger line \d+: field '\w+' .*unknown"):
        replay(path)


WRONG: tuple[object, ...] = (None, True, -1, 2**64, 1.5, "", "x", [], [None], {}, {"x": 1})


def places(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value within JSON."""
    if at:
        yield at
    if isinstance(value, dict):
        for name, part in value.items():
            yield from places(part, (*at, name))
    if isinstance(value, list) and value:
        yield from places(value[0], (*at, 0))


def spoiled(lines: Lines, number: int, way: tuple[Any, ...], wrong: object) -> Lines | None:
    """Replace one value; None if it is the same."""
    copied = copy.deepcopy(lines)
    place: Any = copied[number]
    for step in way[:-1]:
        place = place[step]
    if canonical(place[way[-1]]) == canonical(wrong):
        return None
    place[way[-1]] = wrong
    return copied


def is_noticed(path: Path) -> bool:
    try:
        return not replay(path).is_identical
    except LocalnetError:
        return True


def test_no_value_of_any_type_is_overlooked_or_breaks_the_reader(path: Path) -> None:
    """Each value of each kind of line, replaced by each wrong one: an error, or a difference."""
    lines: Lines = [json.loads(line) for line in TOKENS.read_bytes().splitlines()]
    tried, unnoticed = 0, set()
    for number in (0, 1, 3, 4):  # header, a success, a failure, the closing line
        lines[number].pop("hash")
        for way in places(lines[number]):
            for wrong in WRONG:
                if (forged := spoiled(lines, number, way, wrong)) is not None:
                    tried += 1
                    forge_lines(forged, path)
                    if not is_noticed(path):
                        unnoticed.add(way)
    assert tried > 500
    # Free text, which decides only whether logs and compute units are compared.
    is_compared = Ledger(TOKENS).header.runtime == runtime_version()
    assert unnoticed == {("runtime",)} | (set() if is_compared else {("logs",), ("logs", 0)})
