"""Emits accounts and events: frozen dataclasses that read and write their exact bytes."""

from __future__ import annotations

from collections.abc import Iterator

from tools.codegen.model import Field, Idl, IdlError, Record
from tools.codegen.text import docstring, entries, module, upper_snake
from tools.codegen.wire import DECODERS, ENCODERS

_IMPORTS = [
    "from collections.abc import Iterable, Mapping, Sequence",
    "from dataclasses import dataclass",
    "from struct import Struct",
    "from types import MappingProxyType",
    "from typing import ClassVar, Self, TypeAlias",
    "from solders.account import Account as AccountData",
    "from solders.pubkey import Pubkey",
    f"from ionet.codec import Unknown, check_account, check_event, {ENCODERS}, {DECODERS}",
    "from ionet.errors import AccountDecodeError, EventDecodeError",
]
_RESERVED = "reserved"


def accounts_module(idl: Idl) -> str:
    """Return ``accounts.py``."""
    body = [part for record in idl.accounts for part in _account(record)]
    names = " | ".join(record.name for record in idl.accounts)
    table = ", ".join(f"{record.name}.DISCRIMINATOR: {record.name}" for record in idl.accounts)
    body += [
        f"Account: TypeAlias = {names}",
        f'"""Any account of the {idl.name} program."""',
        f"_KINDS: Mapping[bytes, type[Account]] = MappingProxyType({{{table}}})",
        _DECODE_ACCOUNT.replace("<program>", idl.name),
    ]
    imports = [*_IMPORTS, *_local_imports(idl, "ACCOUNT_VERSION, PROGRAM_ID")]
    return module(idl.name, f"Accounts of the {idl.name} program.", imports, body)


def events_module(idl: Idl) -> str:
    """Return ``events.py``."""
    body = [part for record in idl.events for part in _event(record)]
    names = " | ".join(record.name for record in idl.events)
    table = ", ".join(f"{record.name}.DISCRIMINATOR: {record.name}" for record in idl.events)
    body += [
        f"Event: TypeAlias = {names}",
        f'"""Any event of the {idl.name} program."""',
        f"_KINDS: Mapping[bytes, type[Event]] = MappingProxyType({{{table}}})",
        _DECODE_EVENT,
        _PARSE_LOGS.replace("<program>", idl.name),
    ]
    logs = "from ionet.logs import read_events"
    imports = [*_IMPORTS, logs, *_local_imports(idl, "PROGRAM_ID")]
    return module(idl.name, f"Events of the {idl.name} program.", imports, body)


_DECODE_ACCOUNT = '''
def decode_account(
    address: Pubkey, account: AccountData, *, program_id: Pubkey = PROGRAM_ID
) -> Account:
    """Decode an account of whichever kind its discriminator says.

    Raises:
        AccountDecodeError: naming the address and the rule.
    """
    found = account.data[:8]
    kind = _KINDS.get(found)
    if kind is None:
        raise AccountDecodeError(
            f"account {address}: discriminator {found.hex()!r} is of no <program> account"
        )
    return kind.decode(address, account, program_id=program_id)
'''

_DECODE_EVENT = '''
def decode_event(data: bytes) -> Event | None:
    """Decode an event; None when its discriminator is not of this program.

    Raises:
        EventDecodeError: the length is not exactly the event's.
    """
    kind = _KINDS.get(data[:8])
    return None if kind is None else kind.decode(data)
'''

_PARSE_LOGS = '''
def parse_logs(logs: Iterable[str], *, program_id: Pubkey = PROGRAM_ID) -> list[Event]:
    """List the events that this program wrote, in order; see ``ionet.logs.read_events``.

    Args:
        logs: The transaction's log lines.
        program_id: Address of the <program> program.
    """
    return read_events(logs, {str(program_id): decode_event})
'''


def _local_imports(idl: Idl, constants: str) -> list[str]:
    package = f"ionet.programs.{idl.name}"
    enums = [name for enum in idl.enums for name in (enum.name, f"{upper_snake(enum.name)}_OF_TAG")]
    return [
        f"from {package}.constants import {constants}",
        f"from {package}.enums import {', '.join(enums)}",
    ]


def _account(record: Record) -> Iterator[str]:
    if record.fields[0].idl_name != "version":
        raise IdlError(f"account {record.name}: the first field must be its version")
    struct = f"_{upper_snake(record.name)}"
    yield from _class_head(record)
    yield "    @classmethod"
    yield (
        "    def decode(cls, address: Pubkey, account: AccountData, *,"
        " program_id: Pubkey = PROGRAM_ID) -> Self:"
    )
    yield docstring(
        "Decode an account; owner, exact length, discriminator and version must be right.",
        ["Raises:\n    AccountDecodeError: naming the address and the rule."],
        8,
    )
    yield (
        f'        data = check_account("{record.name}", address, account, program_id, cls.LENGTH,'
        f" {struct}_HEADER)"
    )
    yield from _decode_body(record, struct)
    yield from _encode_body(record, struct)
    yield f'{struct} = Struct("{_format(record)}")'
    yield f"{struct}_HEADER = {record.name}.DISCRIMINATOR + bytes([ACCOUNT_VERSION])"


def _event(record: Record) -> Iterator[str]:
    struct = f"_{upper_snake(record.name)}"
    yield from _class_head(record)
    yield "    @classmethod"
    yield "    def decode(cls, data: bytes) -> Self:"
    yield docstring(
        "Decode the event; discriminator and exact length must be right.",
        ["Raises:\n    EventDecodeError: naming the rule."],
        8,
    )
    yield f'        check_event("{record.name}", data, cls.LENGTH, cls.DISCRIMINATOR)'
    yield from _decode_body(record, struct)
    yield from _encode_body(record, struct)
    yield f'{struct} = Struct("{_format(record)}")'


def _class_head(record: Record) -> Iterator[str]:
    fields = _kept(record)
    documented = [(field.name, field.docs) for field in fields if field.docs]
    yield "@dataclass(frozen=True, slots=True)"
    yield f"class {record.name}:"
    yield docstring(record.docs, [entries("Attributes", documented, 4)] if documented else ())
    yield f'    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex("{record.discriminator.hex()}")'
    yield f"    LENGTH: ClassVar[int] = {record.length}"
    offsets: list[str] = []
    offset = len(record.discriminator)
    for field in record.fields:
        if field.idl_name != _RESERVED:
            offsets.append(f'"{field.name}": {offset}')
        offset += field.type.length
    yield (f"    OFFSETS: ClassVar[Mapping[str, int]] = MappingProxyType({{{', '.join(offsets)}}})")
    yield ""
    yield from (f"    {field.name}: {field.type.annotation}" for field in fields)
    yield ""


def _decode_body(record: Record, struct: str) -> Iterator[str]:
    names = ", ".join(["_", *(field.name for field in _kept(record))])
    values = ", ".join(field.type.decoder.format(field.name) for field in _kept(record))
    yield f"        ({names},) = {struct}.unpack(data)"
    yield f"        return cls({values})"


def _encode_body(record: Record, struct: str) -> Iterator[str]:
    values = ", ".join(
        field.type.encoder.format(name=field.name, value=f"self.{field.name}")
        for field in _kept(record)
    )
    yield "    def encode(self) -> bytes:"
    yield docstring(
        "Return the exact bytes; ``ArgumentError`` names a field that does not fit.", (), 8
    )
    yield f"        return {struct}.pack(self.DISCRIMINATOR, {values})"


def _format(record: Record) -> str:
    items = (
        f"{field.type.length}x" if field.idl_name == _RESERVED else field.type.format
        for field in record.fields
    )
    return f"<8s{''.join(items)}"


def _kept(record: Record) -> list[Field]:
    return [field for field in record.fields if field.idl_name != _RESERVED]
