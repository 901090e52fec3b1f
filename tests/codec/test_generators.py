"""The generators: committed files are what they write, and they refuse what they cannot."""

from __future__ import annotations

import copy
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from ionet.interfaces import PROGRAMS, read_idl
from ionet.interfaces import load_idl as load_json
from tools.codegen.calls import find_pdas, instructions_module, pdas_module
from tools.codegen.model import IdlError, load_idl
from tools.codegen.records import accounts_module
from tools.codegen.shared import Shared, find_shared
from tools.codegen.tree import differences, write_tree
from tools.codegen.wire import WireError
from tools.unasync import to_sync
from tools.vectors import VECTORS, changed_vectors, vectors

RAW: dict[str, Any] = json.loads(read_idl("escrow"))
OTHER: dict[str, Any] = json.loads(read_idl("verification"))


def changed(tmp_path: Path, raw: dict[str, Any]) -> Path:
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def entry(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (found,) = (entry for entry in entries if entry["name"] == name)
    return found


def test_vectors_cover_the_present_idls() -> None:
    fresh = {program: vectors(load_json(program)) for program in PROGRAMS}
    assert json.loads(VECTORS.read_text(encoding="utf-8")) == fresh


def test_a_changed_vector_is_named_and_a_new_one_is_not() -> None:
    published = {"escrow": vectors(RAW)}
    raw = copy.deepcopy(RAW)
    entry(raw["types"], "Paused")["type"]["fields"].pop()
    fresh = {"escrow": vectors(raw), "verification": vectors(OTHER)}
    assert changed_vectors(published, published) == []
    assert changed_vectors(published, fresh) == [
        "escrow events Paused: differs from the published vector"
    ]
    assert "verification" in " ".join(changed_vectors(fresh, published))


@pytest.mark.parametrize(
    "kind",
    [
        "f64",
        "string",
        {"vec": "u8"},
        {"array": ["bool", 3]},
        {"array": ["i64", 3]},
        {"array": [{"array": ["u16", 2]}, 3]},
        {"array": [{"defined": {"name": "JobKind"}}, 3]},
    ],
)
def test_unsupported_type_rejects(tmp_path: Path, kind: object) -> None:
    raw = copy.deepcopy(RAW)
    raw["instructions"][0]["args"][0]["type"] = kind
    with pytest.raises(WireError, match="no emitter writes it"):
        load_idl(changed(tmp_path, raw))


def test_optional_account_rejects(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    raw["instructions"][0]["accounts"][0]["optional"] = True
    with pytest.raises(IdlError, match="optional accounts"):
        load_idl(changed(tmp_path, raw))


def test_account_without_version_rejects(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    del entry(raw["types"], "Job")["type"]["fields"][0]
    with pytest.raises(IdlError, match="account Job: the first field must be its version"):
        accounts_module(load_idl(changed(tmp_path, raw)))


def test_two_recipes_for_one_address_reject(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    raw["instructions"][0]["accounts"][2]["pda"]["seeds"][0]["value"] = [1]
    with pytest.raises(IdlError, match="config has other seeds elsewhere"):
        pdas_module(load_idl(changed(tmp_path, raw)))


def test_seed_behind_its_account_rejects(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    entry(raw["instructions"], "post_offer")["accounts"].reverse()
    with pytest.raises(IdlError, match="post_offer: offer comes before its seed device"):
        instructions_module(load_idl(changed(tmp_path, raw)))


@pytest.mark.parametrize(
    ("docs", "seeds"),
    [
        ("Seeds: `free_index`, number.", (b"free_index", "number")),
        ("Seeds: `free_index`.", (b"free_index",)),
        ("Seeds: `free_index`, number. Its vault: `vault`, index.", (b"free_index", "number")),
        ("Seeds: `free_index`, number mod 32.", None),
        ("No seeds.", None),
    ],
)
def test_seeds_that_no_instruction_has_are_read_where_they_are_stated(
    tmp_path: Path, docs: str, seeds: tuple[bytes | str, ...] | None
) -> None:
    raw = copy.deepcopy(OTHER)
    entry(raw["types"], "FreeIndex")["docs"] = [docs]
    found = find_pdas(load_idl(changed(tmp_path, raw)))
    if seeds is None:
        assert "free_index" not in found
    else:
        assert tuple(seed.value for seed in found["free_index"][0]) == seeds


def test_remaining_accounts_are_the_last_line_of_the_docs(tmp_path: Path) -> None:
    raw = copy.deepcopy(OTHER)
    tally = entry(raw["instructions"], "tally")
    tally["docs"] = ["First. Remaining accounts: no.", "Remaining accounts: others"]
    found = {i.name: i for i in load_idl(changed(tmp_path, raw)).instructions}
    assert found["tally"].remaining == "others"
    assert found["tally"].docs == "First. Remaining accounts: no."
    assert [i.name for i in found.values() if i.remaining] == ["tally"]


def test_what_programs_declare_alike_is_found(tmp_path: Path) -> None:
    escrow = load_idl(changed(tmp_path, RAW))
    raw = copy.deepcopy(OTHER)
    entry(raw["errors"], "MissingSigner")["msg"] = "Sign"
    shared = find_shared([escrow, load_idl(changed(tmp_path, raw))])
    assert [enum.name for enum in shared.enums] == ["GpuClass"]
    names = [fault.name for fault in shared.errors]
    assert "NotWritable" in names
    assert "MissingSigner" not in names
    assert find_shared([escrow]) == Shared()


def test_an_enum_that_programs_declare_differently_rejects(tmp_path: Path) -> None:
    escrow = load_idl(changed(tmp_path, RAW))
    raw = copy.deepcopy(OTHER)
    entry(raw["types"], "GpuClass")["type"]["variants"].pop()
    with pytest.raises(IdlError, match="enum GpuClass: two programs declare it differently"):
        find_shared([escrow, load_idl(changed(tmp_path, raw))])


def test_tree_differences_are_named(tmp_path: Path) -> None:
    files = {Path("a.py"): "A = 1\n", Path("sub/b.py"): "B = 1\n"}
    write_tree(tmp_path, files)
    assert differences(tmp_path, files) == []
    (tmp_path / "a.py").write_text("A = 1", encoding="utf-8")
    (tmp_path / "sub/b.py").unlink()
    (tmp_path / "c.py").write_text("", encoding="utf-8")
    found = " ".join(differences(tmp_path, files))
    assert [found.count(word) for word in ("a.py: differs", "b.py: missing", "c.py: not")] == [
        1
    ] * 3
    write_tree(tmp_path, files)
    assert differences(tmp_path, files) == []


ASYNC = '''
"""How an AsyncClient waits: ``await client.aclose()``; asynchronous, from _async.py."""
from ionet._async.network import AsyncNetwork


class AsyncThing(AsyncNetwork):
    async def __aenter__(self) -> Self:
        # await nothing here
        return self

    async def all(self) -> AsyncIterator[int]:
        name = (await self.fetch()).name
        pair = (await self.a(), await self.b())
        other = call(await self.fetch(1, (2)))
        text = f"{name} {await self.fetch()}"
        async with self.lock, other:
            async for item in self.iter():
                yield item + \\
                    name
        await self.aclose()
'''

SYNC = '''
"""How an Client waits: ``client.close()``; synchronous, from _sync.py."""
from ionet._sync.network import Network


class Thing(Network):
    def __enter__(self) -> Self:
        # nothing here
        return self

    def all(self) -> Iterator[int]:
        name = self.fetch().name
        pair = (self.a(), self.b())
        other = call(self.fetch(1, (2)))
        text = f"{name} {self.fetch()}"
        with self.lock, other:
            for item in self.iter():
                yield item + \\
                    name
        self.close()
'''


def test_the_twin_is_the_same_text_without_waiting() -> None:
    assert to_sync(ASYNC, "thing.py") == SYNC


def test_synchronous_text_stays_as_it_is() -> None:
    assert to_sync(SYNC, "thing.py") == SYNC


def test_what_stays_asynchronous_is_named_with_its_line() -> None:
    text = textwrap.dedent("""
        import asyncio
    """)
    with pytest.raises(SystemExit, match=r"thing\.py:2: asyncio has no synchronous form"):
        to_sync(text, "thing.py")
