"""Writes ``ionet.programs.<program>`` from ``idl/<program>.json``.

    python -m tools.generate           write the modules
    python -m tools.generate --check   fail, naming the files, unless they are what would be written

One declaration in the Rust program is behind all of it: docs/adr/002-wire-format.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ionet.interfaces import PROGRAMS
from tools.codegen.calls import instructions_module, interface_module, pdas_module
from tools.codegen.model import Idl, load_idl
from tools.codegen.records import accounts_module, events_module
from tools.codegen.shared import SHARED, Shared, find_shared
from tools.codegen.text import module
from tools.codegen.tree import differences, tidy, write_tree
from tools.codegen.values import (
    constants_module,
    enums_module,
    errors_module,
    shared_enums_module,
    shared_errors_module,
)

ROOT = Path(__file__).resolve().parent.parent

_MODULES: dict[str, Callable[[Idl, Shared], str]] = {
    "accounts": lambda idl, _: accounts_module(idl),
    "constants": lambda idl, _: constants_module(idl),
    "enums": enums_module,
    "errors": errors_module,
    "events": lambda idl, _: events_module(idl),
    "instructions": lambda idl, _: instructions_module(idl),
    "interface": lambda idl, _: interface_module(idl),
    "pdas": lambda idl, _: pdas_module(idl),
}


def main() -> None:
    """Write or check the modules of every program."""
    parser = argparse.ArgumentParser(description="Write ionet.programs.<program> from the IDL.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    is_check = parser.parse_args().check
    idls = [load_idl(ROOT / "idl" / f"{program}.json") for program in PROGRAMS]
    shared = find_shared(idls)
    packages = {idl.name: generate(idl, shared) for idl in idls}
    packages[SHARED] = generate_shared(shared)
    problems: list[str] = []
    for name, texts in packages.items():
        folder = ROOT / "sdk/ionet/programs" / name
        files = {Path(file): tidy(text, folder / file) for file, text in sorted(texts.items())}
        if is_check:
            problems += differences(folder, files)
        else:
            write_tree(folder, files)
    if problems:
        raise SystemExit("\n".join([*problems, "run make generate"]))


def generate(idl: Idl, shared: Shared) -> dict[str, str]:
    """Return the files of a program's package by name, not yet tidy."""
    files = {f"{name}.py": emit(idl, shared) for name, emit in _MODULES.items()}
    return files | {"__init__.py": _package(idl)}


def generate_shared(shared: Shared) -> dict[str, str]:
    """Return the files of the package of what the programs share by name, not yet tidy."""
    summary = "Enums and errors that several programs declare alike."
    return {
        "__init__.py": module("*", summary, (), ()),
        "enums.py": shared_enums_module(shared),
        "errors.py": shared_errors_module(shared),
    }


def _package(idl: Idl) -> str:
    names = sorted(_MODULES)
    package = f"ionet.programs.{idl.name}"
    imports = [
        "from importlib import import_module",
        "from types import ModuleType",
        "from typing import TYPE_CHECKING",
        "if TYPE_CHECKING:",
        f"    from {package} import {', '.join(names)}",
    ]
    body = [f"__all__ = [{', '.join(repr(name) for name in names)}]", _LAZY_MODULES]
    return module(idl.name, f"Client of the {idl.name} program: {idl.description}.", imports, body)


_LAZY_MODULES = """
def __getattr__(name: str) -> ModuleType:
    # Loaded on first use (PEP 562): making all classes takes longer than most callers need.
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
"""


if __name__ == "__main__":
    main()
