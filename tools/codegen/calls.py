"""Emits instruction builders, address derivations and the table of the surface."""

from __future__ import annotations

from collections.abc import Iterator

from tools.codegen.model import Account, Field, Idl, IdlError, Instruction, Seed
from tools.codegen.text import docstring, entries, module, upper_snake
from tools.codegen.wire import ENCODERS

_SURFACE = "AccountInfo, AccountSeed, ArgInfo, ArgSeed, ConstSeed, InstructionInfo"


def instructions_module(idl: Idl) -> str:
    """Return ``instructions.py``: one keyword-only function per instruction."""
    package = f"ionet.programs.{idl.name}"
    imports = [
        "from collections.abc import Sequence",
        "from struct import Struct",
        "from solders.instruction import AccountMeta, Instruction",
        "from solders.pubkey import Pubkey",
        f"from ionet.codec import Unknown, {ENCODERS}",
        f"from {package} import constants",
        f"from {package}.constants import PROGRAM_ID",
        f"from {package}.enums import {', '.join(enum.name for enum in idl.enums)}",
        f"from {package}.pdas import {', '.join(f'find_{name}' for name in find_pdas(idl))}",
    ]
    body = [line for instruction in idl.instructions for line in _builder(instruction)]
    summary = f"Instructions of the {idl.name} program."
    return module(idl.name, summary, imports, body)


def pdas_module(idl: Idl) -> str:
    """Return ``pdas.py``: one function per kind of derived address."""
    package = f"ionet.programs.{idl.name}"
    imports = [
        "from solders.pubkey import Pubkey",
        f"from ionet.codec import {ENCODERS}",
        f"from {package}.constants import PROGRAM_ID",
    ]
    body = [
        *(line for name, pda in find_pdas(idl).items() for line in _find(name, *pda)),
    ]
    summary = f"Derived addresses of the {idl.name} program, each with its canonical bump."
    return module(idl.name, summary, imports, body)


def interface_module(idl: Idl) -> str:
    """Return ``interface.py``: the instructions as data."""
    imports = [
        "from collections.abc import Mapping",
        "from types import MappingProxyType",
        f"from ionet.programs.{idl.name} import constants",
        f"from ionet.surface import {_SURFACE}",
    ]
    infos = ",".join(_info(instruction) for instruction in idl.instructions)
    body = [
        f"_ALL = ({infos},)",
        "INSTRUCTIONS: Mapping[str, InstructionInfo] = MappingProxyType(",
        "    {info.name: info for info in _ALL}",
        ")",
        '"""Every instruction by name, in the order of the IDL."""',
    ]
    return module(idl.name, f"The surface of the {idl.name} program as data.", imports, body)


def find_pdas(idl: Idl) -> dict[str, tuple[tuple[Seed, ...], dict[str, Field]]]:
    """Return the seeds of each derived address, and the arguments among them by name."""
    found: dict[str, tuple[tuple[Seed, ...], dict[str, Field]]] = {}
    for instruction in idl.instructions:
        args = {arg.idl_name: arg for arg in instruction.args}
        for account in instruction.accounts:
            if not account.seeds:
                continue
            known = found.setdefault(account.name, (account.seeds, args))
            if known[0] != account.seeds:
                raise IdlError(f"{instruction.name}: {account.name} has other seeds elsewhere")
    for record in idl.accounts:
        name = upper_snake(record.name).lower()
        if record.seeds and name not in found:
            found[name] = record.seeds, {field.idl_name: field for field in record.fields}
    return found


def _find(name: str, seeds: tuple[Seed, ...], args: dict[str, Field]) -> Iterator[str]:
    parameters: list[str] = []
    parts: list[str] = []
    for seed in seeds:
        if isinstance(seed.value, bytes):
            parts.append(repr(seed.value).replace("'", '"'))
        elif seed.kind == "account":
            parameters.append(f"{seed.value}: Pubkey")
            parts.append(f'pubkey("{seed.value}", {seed.value})')
        else:
            field = args[seed.value]
            if field.type.idl not in ("u64", "u32", "u16", "u8"):
                raise IdlError(f"{name}: a seed of type {field.type.idl} is not supported")
            parameters.append(f"{field.name}: int")
            checked = field.type.encoder.format(name=field.name, value=field.name)
            parts.append(f'{checked}.to_bytes({field.type.length}, "little")')
    signature = "".join(f"{parameter}, " for parameter in parameters)
    yield f"def find_{name}({signature}*, program_id: Pubkey = PROGRAM_ID) -> tuple[Pubkey, int]:"
    what = ", ".join(_seed_text(seed) for seed in seeds)
    yield docstring(f"Derive the address and canonical bump of ``{name}``: {what}.")
    yield f"    return Pubkey.find_program_address([{', '.join(parts)}], program_id)"


def _builder(instruction: Instruction) -> Iterator[str]:
    struct = f"_{instruction.name.upper()}"
    code = f'bytes.fromhex("{instruction.discriminator.hex()}")'
    yield f"def {instruction.name}(*, {', '.join(_parameters(instruction))}) -> Instruction:"
    yield docstring(instruction.docs, [_arguments(instruction)])
    known: set[str] = set()
    for account in instruction.accounts:
        if account.seeds:
            yield from _derivation(instruction, account, known)
        known.add(account.name)
    metas = ", ".join(
        f"AccountMeta({account.name}, is_signer={account.signer}, is_writable={account.writable})"
        for account in instruction.accounts
    )
    rest = "" if instruction.remaining is None else f", *{instruction.remaining}"
    yield f"    accounts = [{metas}{rest}]"
    values = ", ".join(
        arg.type.encoder.format(name=arg.name, value=arg.name) for arg in instruction.args
    )
    packed = f"{struct}.pack({struct}_CODE, {values})" if values else f"{struct}_CODE"
    yield f"    data = {packed}"
    yield "    return Instruction(program_id, data, accounts)"
    yield f"{struct}_CODE = {code}"
    if values:
        items = "".join(arg.type.format for arg in instruction.args)
        yield f'{struct} = Struct("<8s{items}")'


def _parameters(instruction: Instruction) -> Iterator[str]:
    for account in instruction.accounts:
        if account.address is not None:
            yield f"{account.name}: Pubkey = constants.{account.name.upper()}"
        elif account.seeds:
            yield f"{account.name}: Pubkey | None = None"
        else:
            yield f"{account.name}: Pubkey"
    yield from (f"{arg.name}: {arg.type.annotation}" for arg in instruction.args)
    if instruction.remaining is not None:
        yield f"{instruction.remaining}: Sequence[AccountMeta]"
    yield "program_id: Pubkey = PROGRAM_ID"


def _arguments(instruction: Instruction) -> str:
    items: list[tuple[str, str]] = []
    for place, account in enumerate(instruction.accounts):
        flags = [word for word in ("signer", "writable") if getattr(account, word)]
        text = f"Account {place}{''.join(f', {flag}' for flag in flags)}. {account.docs}".strip()
        if account.seeds:
            text = f"{text} By default derived from {_names(account.seeds)}."
        items.append((account.name, text))
    items += [(arg.name, f"{arg.type.idl}. {arg.docs}".strip()) for arg in instruction.args]
    if instruction.remaining is not None:
        items.append((instruction.remaining, "Accounts that follow the declared ones, in order."))
    items.append(("program_id", "The program, if deployed elsewhere."))
    return entries("Args", items, 4)


def _derivation(instruction: Instruction, account: Account, known: set[str]) -> Iterator[str]:
    args = {arg.idl_name: arg.name for arg in instruction.args}
    names: list[str] = []
    for seed in account.seeds:
        if isinstance(seed.value, bytes):
            continue
        if seed.kind == "account" and seed.value not in known:
            raise IdlError(f"{instruction.name}: {account.name} comes before its seed {seed.value}")
        names.append(seed.value if seed.kind == "account" else args[seed.value])
    yield f"    if {account.name} is None:"
    inputs = "".join(f"{name}, " for name in names)
    yield f"        {account.name} = find_{account.name}({inputs}program_id=program_id)[0]"


def _info(instruction: Instruction) -> str:
    accounts = "".join(f"{_account_info(account)}, " for account in instruction.accounts)
    args = "".join(
        f'ArgInfo("{arg.name}", "{arg.type.idl}", {arg.type.length}), ' for arg in instruction.args
    )
    code = f'bytes.fromhex("{instruction.discriminator.hex()}")'
    rest = "" if instruction.remaining is None else f', remaining="{instruction.remaining}"'
    return f'InstructionInfo("{instruction.name}", {code}, ({accounts}), ({args}){rest})'


def _account_info(account: Account) -> str:
    text = f'AccountInfo("{account.name}", signer={account.signer}, writable={account.writable}'
    if account.address is not None:
        text += f", address=constants.{account.name.upper()}"
    if account.seeds:
        text += f", seeds=({''.join(f'{_seed_info(seed)}, ' for seed in account.seeds)})"
    return f"{text})"


def _seed_info(seed: Seed) -> str:
    if isinstance(seed.value, bytes):
        return f"ConstSeed({seed.value!r})"
    return f'{"AccountSeed" if seed.kind == "account" else "ArgSeed"}("{seed.value}")'


def _seed_text(seed: Seed) -> str:
    return f'"{seed.value.decode()}"' if isinstance(seed.value, bytes) else f"``{seed.value}``"


def _names(seeds: tuple[Seed, ...]) -> str:
    return ", ".join(_seed_text(seed) for seed in seeds)
