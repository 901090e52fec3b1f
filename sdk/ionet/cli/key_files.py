"""Writing key pair files, as the Solana command line reads them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from solders.keypair import Keypair

from ionet.errors import ArgumentError, SignerError
from ionet.signers import load_keypair

_ONLY_OWNER = 0o600


def write_key_file(folder: Path, name: str, keypair: Keypair) -> Path:
    """Write ``NAME.json``, which only its owner may read; one that is there already stays.

    Raises:
        ArgumentError: the name is none of a file.
        SignerError: there is a file of that name with another key, or that holds none.
        OSError: it cannot be written.
    """
    if not name or Path(name).name != name:
        raise ArgumentError(f"name {name!r}: must be the name of a file")
    path = folder / f"{name}.json"
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER)
    except FileExistsError:
        if load_keypair(path) != keypair:
            raise SignerError(f"key file {path}: is there already, with another key") from None
        return path
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        json.dump(list(bytes(keypair)), opened)
    return path
