"""An ``anchorpy.Program`` for each program, from the IDL in the format that anchorpy reads.

Needs the extra: ``pip install ionet[anchorpy]``. anchorpy 0.21 forces solana 0.36.6 and solders
0.26; it checks no account owner when it decodes and maps program errors only before sending, so
prefer ``ionet.programs``: this is for code that has anchorpy already.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from solders.pubkey import Pubkey

from ionet.errors import InterfaceError
from ionet.interfaces import read_idl
from ionet.programs.escrow import constants as escrow
from ionet.programs.verification import constants as verification

_PROGRAM_IDS = {"escrow": escrow.PROGRAM_ID, "verification": verification.PROGRAM_ID}


def program(
    connection_or_provider: Any, name: str = "escrow", *, program_id: Pubkey | None = None
) -> Any:
    """Return the ``anchorpy.Program`` of one of our programs.

    Args:
        connection_or_provider: An ``anchorpy.Provider``, or a solana-py ``AsyncClient``, for which
            a provider with a fresh wallet (it can read, and pay for nothing) is made.
        name: Which program.
        program_id: Its address, if deployed elsewhere.

    Raises:
        InterfaceError: anchorpy is not installed, or no program has that name.
    """
    anchorpy = _import_anchorpy()
    idl = anchorpy.Idl.from_json(read_idl(name, is_legacy=True))
    if isinstance(connection_or_provider, anchorpy.Provider):
        provider = connection_or_provider
    else:
        provider = anchorpy.Provider(connection_or_provider, anchorpy.Wallet.dummy())
    return anchorpy.Program(idl, program_id or _PROGRAM_IDS[name], provider)


def _import_anchorpy() -> Any:
    try:
        return import_module("anchorpy")
    except ImportError:
        raise InterfaceError("anchorpy: not installed; pip install ionet[anchorpy]") from None
