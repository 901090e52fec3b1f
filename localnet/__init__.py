"""Embedded localnet: the programs of ionet on a Solana chain inside this process.

``Localnet.start()`` gives a market with its programs, mints, config and funded actors; ``Vm`` is
the bare chain below it. Recording is in ``ionet.localnet.ledger``, replay in
``ionet.localnet.replay``. Everything is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ionet.localnet.actors import Actor
    from ionet.localnet.behaviours import AttestorActor
    from ionet.localnet.connection import AsyncEmbeddedConnection, EmbeddedConnection
    from ionet.localnet.epoch_report import EpochReport
    from ionet.localnet.errors import LedgerError, LocalnetError
    from ionet.localnet.genesis import Genesis, Program
    from ionet.localnet.ledger import Ledger
    from ionet.localnet.net import Localnet
    from ionet.localnet.vm import Vm

_MODULE_OF = {
    "Actor": "actors",
    "AsyncEmbeddedConnection": "connection",
    "AttestorActor": "behaviours",
    "EmbeddedConnection": "connection",
    "EpochReport": "epoch_report",
    "Genesis": "genesis",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "Localnet": "net",
    "LocalnetError": "errors",
    "Program": "genesis",
    "Vm": "vm",
}

__all__ = [
    "Actor",
    "AsyncEmbeddedConnection",
    "AttestorActor",
    "EmbeddedConnection",
    "EpochReport",
    "Genesis",
    "Ledger",
    "LedgerError",
    "Localnet",
    "LocalnetError",
    "Program",
    "Vm",
]


def __getattr__(name: str) -> object:
    try:
        module = _MODULE_OF[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return __all__
