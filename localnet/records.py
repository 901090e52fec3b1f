"""The lines of a ledger as values, and their one JSON form.

A ledger is JSON Lines: a header, then one line for each landed transaction and for each account
that was set directly, then a closing line. Amounts are integers, bytes are base64, addresses and
signatures base58, hashes of files hex. See ADR 008 for the format.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.connection import TransactionFault
from ionet.localnet.errors import LocalnetError
from ionet.localnet.genesis import Genesis
from ionet.localnet.vm import Landed
from ionet.logs import LoggedData, logged_data

FORMAT = 1

Json: TypeAlias = dict[str, Any]
_U64_MAX = 2**64 - 1
_I64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ProgramRecord:
    """A program of the genesis; the ledger names its build and does not contain it."""

    name: str
    address: Pubkey
    sha256: str


@dataclass(frozen=True, slots=True)
class Header:
    """Where the recorded chain started and what executed it."""

    genesis_hash: str
    slot: int
    unix_time: int
    runtime: str
    programs: tuple[ProgramRecord, ...]
    accounts: tuple[tuple[Pubkey, Account], ...]

    @classmethod
    def of(cls, genesis: Genesis, runtime: str) -> Header:
        """Describe a genesis."""
        programs = tuple(ProgramRecord(p.name, p.address, p.sha256) for p in genesis.programs)
        start = (genesis.slot, genesis.unix_time)
        return cls(str(genesis.hash()), *start, runtime, programs, genesis.accounts)

    def to_json(self) -> Json:
        """Return the line's fields."""
        return {
            "kind": "header",
            "format": FORMAT,
            "genesis_hash": self.genesis_hash,
            "slot": self.slot,
            "unix_time": self.unix_time,
            "runtime": self.runtime,
            "programs": [
                {"name": p.name, "address": str(p.address), "sha256": p.sha256}
                for p in self.programs
            ],
            "accounts": [account_to_json(*item) for item in self.accounts],
        }

    def compared(self) -> Json:
        """Return what every replay shares, whatever runtime and program build it uses."""
        return {
            "kind": "header",
            "genesis_hash": self.genesis_hash,
            "slot": self.slot,
            "unix_time": self.unix_time,
        }

    @classmethod
    def from_json(cls, line: Json) -> Header:
        """Read the line's fields."""
        if line["format"] != FORMAT:
            raise LocalnetError(f"format {line['format']}: this reader knows format {FORMAT}")
        return cls(
            _text(line, "genesis_hash"),
            _integer(line, "slot", _I64_MAX),
            _integer(line, "unix_time", _I64_MAX),
            _text(line, "runtime"),
            tuple(
                ProgramRecord(
                    _text(item, "name"), Pubkey.from_string(item["address"]), _text(item, "sha256")
                )
                for item in line["programs"]
            ),
            tuple(account_from_json(item) for item in line["accounts"]),
        )


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account that was set directly after genesis."""

    address: Pubkey
    account: Account

    def to_json(self) -> Json:
        """Return the line's fields."""
        return {"kind": "account", **account_to_json(self.address, self.account)}

    @classmethod
    def from_json(cls, line: Json) -> AccountRecord:
        """Read the line's fields."""
        return cls(*account_from_json(line))


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A landed transaction.

    Attributes:
        index: Its place among the transactions, from 0.
        slot: Slot in which it executed.
        unix_ms: Unix time in milliseconds at which it executed.
        blockhash: The newest blockhash at that time.
        signature: Its first signature.
        transaction: The signed bytes.
        error: None on success.
        events: ``Program data:`` lines of its log.
        accounts: State of each account it could change afterwards; None where there is none.
        fee: Lamports charged.
        units: Compute units consumed.
        logs: The whole log.
    """

    index: int
    slot: int
    unix_ms: int
    blockhash: str
    signature: str
    transaction: bytes
    error: TransactionFault | None
    events: tuple[LoggedData, ...]
    accounts: tuple[tuple[Pubkey, Account | None], ...]
    fee: int
    units: int
    logs: tuple[str, ...]

    @classmethod
    def of(cls, index: int, landed: Landed) -> TransactionRecord:
        """Describe a transaction that has just landed."""
        outcome = landed.outcome
        return cls(
            index,
            outcome.slot,
            landed.ms,
            str(landed.blockhash),
            str(outcome.signature),
            landed.raw,
            outcome.err,
            logged_data(outcome.logs),
            landed.written,
            outcome.fee,
            outcome.units_consumed,
            outcome.logs,
        )

    def to_json(self) -> Json:
        """Return the line's fields."""
        return {
            "kind": "transaction",
            **self.compared(),
            "units": self.units,
            "logs": list(self.logs),
        }

    def compared(self) -> Json:
        """Return what every replay compares, whatever runtime and program build it uses."""
        return {
            "index": self.index,
            "slot": self.slot,
            "unix_ms": self.unix_ms,
            "blockhash": self.blockhash,
            "signature": self.signature,
            "transaction": b64encode(self.transaction).decode(),
            "error": None if self.error is None else _fault_to_json(self.error),
            "events": [{"program": e.program, "data": e.data} for e in self.events],
            "accounts": [account_to_json(*item) for item in self.accounts],
            "fee": self.fee,
        }

    @classmethod
    def from_json(cls, line: Json) -> TransactionRecord:
        """Read the line's fields."""
        error = line["error"]
        return cls(
            _integer(line, "index"),
            _integer(line, "slot"),
            _integer(line, "unix_ms"),
            _text(line, "blockhash"),
            _text(line, "signature"),
            b64decode(line["transaction"], validate=True),
            None if error is None else _fault_from_json(error),
            tuple(LoggedData(_text(e, "program"), _text(e, "data")) for e in line["events"]),
            tuple(_written_from_json(item) for item in line["accounts"]),
            _integer(line, "fee"),
            _integer(line, "units"),
            tuple(line["logs"]),
        )


@dataclass(frozen=True, slots=True)
class Closing:
    """The last line: how many transactions came before it, and the clock if it says so."""

    transactions: int
    unix_ms: int | None = None

    def to_json(self) -> Json:
        """Return the line's fields."""
        fields: Json = {"kind": "end", "transactions": self.transactions}
        return fields if self.unix_ms is None else {**fields, "unix_ms": self.unix_ms}

    @classmethod
    def from_json(cls, line: Json) -> Closing:
        """Read the line's fields."""
        unix_ms = _integer(line, "unix_ms", _I64_MAX) if "unix_ms" in line else None
        return cls(_integer(line, "transactions"), unix_ms)


Record: TypeAlias = Header | AccountRecord | TransactionRecord | Closing
Entry: TypeAlias = AccountRecord | TransactionRecord
"""What happened between the header and the closing line."""

KINDS: Mapping[str, type[Header | AccountRecord | TransactionRecord | Closing]] = {
    "header": Header,
    "account": AccountRecord,
    "transaction": TransactionRecord,
    "end": Closing,
}


def account_to_json(address: Pubkey, account: Account | None) -> Json:
    """Return the fields of an account; one that does not exist has 0 lamports."""
    if account is None:
        return {"address": str(address), "lamports": 0}
    fields: Json = {
        "address": str(address),
        "lamports": account.lamports,
        "owner": str(account.owner),
        "data": b64encode(account.data).decode(),
    }
    return {**fields, "executable": True} if account.executable else fields


def account_from_json(line: Json) -> tuple[Pubkey, Account]:
    """Read the fields of an account that exists."""
    return Pubkey.from_string(line["address"]), Account(
        _integer(line, "lamports"),
        b64decode(line["data"], validate=True),
        Pubkey.from_string(line["owner"]),
        line.get("executable", False),
    )


def _written_from_json(line: Json) -> tuple[Pubkey, Account | None]:
    if "owner" in line:
        return account_from_json(line)
    return Pubkey.from_string(line["address"]), None


def _fault_from_json(line: Json) -> TransactionFault:
    index, code = (
        None if line[name] is None else _integer(line, name)
        for name in ("instruction_index", "custom_code")
    )
    return TransactionFault(_text(line, "kind"), index, code)


def _integer(line: Json, name: str, maximum: int = _U64_MAX) -> int:
    value = line[name]
    if type(value) is not int or not 0 <= value <= maximum:
        raise ValueError(f"{name} {value!r}: must be an integer of 0 to {maximum}")
    return value


def _text(line: Json, name: str) -> str:
    value = line[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} {value!r}: must be a string")
    return value


def _fault_to_json(fault: TransactionFault) -> Json:
    return {
        "kind": fault.kind,
        "instruction_index": fault.instruction_index,
        "custom_code": fault.custom_code,
    }
