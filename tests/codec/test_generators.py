"""The generators: committed files are what they write, and they refuse what they cannot."""

from __future__ import annotations

import copy
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tools.codegen.calls import instructions_module, pdas_module
from tools.codegen.model import IdlError, load_idl
from tools.codegen.records import accounts_module
from tools.codegen.tree import differences, write_tree
from tools.codegen.wire import WireError
from tools.unasync import to_sync
from tools.vectors import IDL, VECTORS, vectors

RAW: dict[str, Any] = json.loads(IDL.read_text(encoding="utf-8"))


def changed(tmp_path: Path, raw: dict[str, Any]) -> Path:
    path = tmp_path / "escrow.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def test_vectors_cover_the_present_idl() -> None:
    assert json.loads(VECTORS.read_text(encoding="utf-8")) == vectors(RAW)


@pytest.mark.parametrize("kind", ["f64", "string", {"vec": "u8"}, {"array": ["bool", 3]}])
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
    job = next(entry for entry in raw["types"] if entry["name"] == "Job")
    del job["type"]["fields"][0]
    with pytest.raises(IdlError, match="account Job: the first field must be its version"):
        accounts_module(load_idl(changed(tmp_path, raw)))


def test_two_recipes_for_one_address_reject(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    raw["instructions"][0]["accounts"][2]["pda"]["seeds"][0]["value"] = [1]
    with pytest.raises(IdlError, match="config has other seeds elsewhere"):
        pdas_module(load_idl(changed(tmp_path, raw)))


def test_seed_behind_its_account_rejects(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    for instruction in raw["instructions"]:
        if instruction["name"] == "post_offer":
            instruction["accounts"].reverse()
    with pytest.raises(IdlError, match="post_offer: offer comes before its seed device"):
        instructions_module(load_idl(changed(tmp_path, raw)))


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
