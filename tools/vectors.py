"""Adds wire vectors of new accounts, events, instructions and enums to ``tests/vectors/wire.json``.

    python -m tools.vectors             add what is missing; refuse to change what is published
    python -m tools.vectors --rewrite   before the first release: write everything anew

The bytes are made here from the IDLs' types alone, without the code under test; Rust
(``programs/*/tests/wire.rs``) and Python (``tests/codec/test_vectors.py``) read the same file, with
one entry for each program.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ionet.interfaces import PROGRAMS, load_idl

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests/vectors/wire.json"

_INTEGERS = {"u8": (1, False), "u16": (2, False), "u32": (4, False), "u64": (8, False)}
_INTEGERS["i64"] = (8, True)

Entry = dict[str, Any]


def main() -> None:
    """Write the vectors file."""
    parser = argparse.ArgumentParser(description="Add missing wire vectors.")
    parser.add_argument("--rewrite", action="store_true", help="replace published entries too")
    is_rewrite = parser.parse_args().rewrite
    fresh = {program: vectors(load_idl(program)) for program in PROGRAMS}
    if VECTORS.exists() and not is_rewrite:
        published = json.loads(VECTORS.read_text(encoding="utf-8"))
        if changed := changed_vectors(published, fresh):
            raise SystemExit("\n".join(changed))
    VECTORS.parent.mkdir(parents=True, exist_ok=True)
    VECTORS.write_text(json.dumps(fresh, indent=1) + "\n", encoding="utf-8")


def changed_vectors(published: Mapping[str, Any], fresh: Mapping[str, Any]) -> list[str]:
    """Name every published vector that is no longer what it was."""
    return [
        f"{program} {section} {name}: differs from the published vector"
        for program, sections in published.items()
        for section, entries in sections.items()
        for name, entry in entries.items()
        if fresh.get(program, {}).get(section, {}).get(name) != entry
    ]


def vectors(idl: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a program's entry of the file."""
    types = {entry["name"]: entry["type"] for entry in idl["types"]}
    enums = {
        name: [variant["name"] for variant in kind["variants"]]
        for name, kind in types.items()
        if kind["kind"] == "enum"
    }

    def records(section: str, kind: str) -> dict[str, Entry]:
        return {
            entry["name"]: _vector(kind, entry["name"], types[entry["name"]]["fields"], enums)
            for entry in idl[section]
        }

    return {
        "accounts": records("accounts", "account"),
        "events": records("events", "event"),
        "instructions": {
            entry["name"]: _vector("global", entry["name"], entry["args"], enums)
            for entry in idl["instructions"]
        },
        "enums": {name: enums[name] for name in sorted(enums)},
        "errors": {entry["name"]: entry["code"] for entry in idl["errors"]},
    }


def _vector(
    kind: str, name: str, fields: Sequence[Mapping[str, Any]], enums: Mapping[str, list[str]]
) -> Entry:
    discriminator = hashlib.sha256(f"{kind}:{name}".encode()).digest()[:8]
    image = discriminator
    listed: list[Entry] = []
    for field in fields:
        value, raw = _sample(f"{name}.{field['name']}", field["type"], enums)
        listed.append({"name": field["name"], "offset": len(image), "length": len(raw)})
        listed[-1]["value"] = value
        image += raw
    return {
        "discriminator": discriminator.hex(),
        "length": len(image),
        "fields": listed,
        "bytes": image.hex(),
    }


def _sample(path: str, kind: Any, enums: Mapping[str, list[str]]) -> tuple[Any, bytes]:
    """Return a value that no other field has, and its bytes; addresses and bytes are hex."""
    noise = hashlib.sha256(path.encode()).digest()
    match kind:
        case str() if path.endswith(".version"):
            return 1, b"\x01"
        case str() if kind in _INTEGERS:
            length, signed = _INTEGERS[kind]
            return int.from_bytes(noise[:length], "little", signed=signed), noise[:length]
        case "bool":
            return True, b"\x01"
        case "pubkey":
            return noise.hex(), noise
        case {"defined": {"name": name}}:
            tag = len(enums[name]) - 1
            return enums[name][tag], bytes([tag])
        case {"array": ["u8", count]}:
            is_reserved = path.endswith(".reserved")
            raw = bytes(count) if is_reserved else (noise * (count // 32 + 1))[:count]
            return raw.hex(), raw
        case {"array": [element, count]}:
            items = [_sample(f"{path}[{index}]", element, enums) for index in range(count)]
            return [value for value, _ in items], b"".join(raw for _, raw in items)
        case _:
            raise SystemExit(f"{path}: no vector for type {kind}")


if __name__ == "__main__":
    main()
