"""Who signs: key pairs, key pair files, and anything else that can sign bytes.

Secrets stay inside the signer: no message, repr or log of this package carries one.
"""

from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path
from typing import Protocol, TypeAlias, cast, runtime_checkable

from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet.errors import SignerError

_logger = logging.getLogger("ionet.signers")

KEYPAIR_LENGTH = 64
"""Bytes of a key pair file: ed25519 seed 0..32, public key 32..64."""


@runtime_checkable
class Signer(Protocol):
    """Signs transaction messages and vouchers; ``solders`` ``Keypair`` is one.

    Hardware and remote signers implement the same two methods.
    """

    def pubkey(self) -> Pubkey:
        """Return the public key whose signatures it makes."""
        ...

    def sign_message(self, message: bytes) -> Signature:
        """Return the ed25519 signature over exactly these bytes."""
        ...


SignerSource: TypeAlias = Signer | str | os.PathLike[str]
"""A signer, or the path of a key pair file."""


def resolve_signer(source: SignerSource) -> Signer:
    """Return the signer itself, or the key pair in the file that ``source`` names."""
    if isinstance(source, str | os.PathLike):
        return load_keypair(source)
    return source


def load_keypair(source: Keypair | str | os.PathLike[str]) -> Keypair:
    """Read a key pair file in the Solana CLI's format, a JSON array of 64 numbers.

    A ``Keypair`` is returned as it is. A file that other users may read gets a logged warning.

    Raises:
        SignerError: the file is missing, unreadable, not such an array, or its halves disagree.
    """
    if isinstance(source, Keypair):
        return source
    path = Path(source)
    secret = _read_key_bytes(path)
    # Anyone who can sign with a mismatched public half leaks the seed (double public key attack).
    keypair = Keypair.from_seed(secret[:32])
    if bytes(keypair.pubkey()) != secret[32:]:
        raise SignerError(f"key file {path}: public half does not belong to the secret half")
    return keypair


def _read_key_bytes(path: Path) -> bytes:
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise SignerError(f"key file {path}: does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not text"
        raise SignerError(f"key file {path}: {reason}") from None
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        _logger.warning("key file %s can be read by other users: chmod 600 it", path)
    try:
        numbers: object = json.loads(text)
    except (ValueError, RecursionError):
        # No cause and no excerpt: the text may be a secret in another format.
        raise SignerError(f"key file {path}: is not JSON") from None
    return _key_bytes(numbers, path)


def _key_bytes(content: object, path: Path) -> bytes:
    if not isinstance(content, list):
        raise SignerError(f"key file {path}: must be a JSON array of {KEYPAIR_LENGTH} numbers")
    numbers = cast("list[object]", content)
    if len(numbers) != KEYPAIR_LENGTH:
        raise SignerError(f"key file {path}: has {len(numbers)} numbers, must be {KEYPAIR_LENGTH}")
    octets = [number for number in numbers if type(number) is int and 0 <= number <= 255]
    if len(octets) != len(numbers):
        raise SignerError(f"key file {path}: each number must be an integer of 0 to 255")
    return bytes(octets)
