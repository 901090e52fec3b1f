"""Edits a ledger as somebody who can compute all of its hashes again.

Written from ADR 008, apart from the package.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

Lines: TypeAlias = list[dict[str, Any]]


def forge(path: Path, edit: Callable[[Lines], None], *, to: Path | None = None) -> None:
    """Edit the lines, then chain them anew."""
    lines: Lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    edit(lines)
    forge_lines(lines, to or path)


def forge_lines(lines: Lines, path: Path) -> None:
    """Write lines in a chain of their own."""
    previous, content = "0" * 64, ""
    for line in lines:
        line.pop("hash", None)
        previous = sha256((previous + canonical(line)).encode()).hexdigest()
        content += canonical({**line, "hash": previous}) + "\n"
    path.write_text(content)


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
