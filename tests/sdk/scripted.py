"""A connection that answers by script: what a node can do that the embedded chain never does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from solders.hash import Hash
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from ionet.connection import (
    LatestBlockhash,
    SimulationOutcome,
    TransactionFault,
    TransactionOutcome,
    TransactionRefusedError,
)

LAST_HEIGHT = 150
LATEST = LatestBlockhash(Hash(bytes([7] * 32)), LAST_HEIGHT)
OK = SimulationOutcome(None, (), 1_000)


def refused(kind: str) -> TransactionRefusedError:
    return TransactionRefusedError(TransactionFault(kind), f"refused: {kind}")


@dataclass
class ScriptedConnection:
    """Plays one answer for each call of ``send`` and of ``get_transaction``; the last one stays.

    An answer that is an exception is raised. Sleeping raises the block height.
    """

    sends: list[Any] = field(default_factory=lambda: [None])
    lookups: list[Any] = field(default_factory=lambda: [None])
    simulation: SimulationOutcome | Exception = OK
    blockhash: LatestBlockhash | Exception = LATEST
    blocks_per_sleep: int = 1
    height: int = 100
    sent: list[bytes] = field(default_factory=list)
    simulated: list[VersionedTransaction] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def get_latest_blockhash(self) -> LatestBlockhash:
        return _play([self.blockhash])

    def get_block_height(self) -> int:
        self.calls.append("height")
        return self.height

    def simulate(self, tx: VersionedTransaction) -> SimulationOutcome:
        self.simulated.append(tx)
        return _play([self.simulation])

    def send(self, raw: bytes) -> Signature:
        self.sent.append(raw)
        _play(self.sends)
        return VersionedTransaction.from_bytes(raw).signatures[0]

    def get_transaction(self, signature: Signature) -> TransactionOutcome | None:
        self.calls.append("lookup")
        answer = _play(self.lookups)
        return answer(signature) if callable(answer) else answer

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.height += self.blocks_per_sleep


class AsyncScriptedConnection:
    """The same script, as an ``AsyncConnection``."""

    def __init__(self, script: ScriptedConnection) -> None:
        self._script = script

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._script, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            return method(*args, **kwargs)

        return call


def landed(err: TransactionFault | None = None, logs: tuple[str, ...] = ()) -> Any:
    """Return the answer of a lookup that finds the transaction."""
    return lambda signature: TransactionOutcome(signature, 9, 1_000, err, logs, 900, 5_000)


def _play(answers: list[Any]) -> Any:
    answer = answers.pop(0) if len(answers) > 1 else answers[0]
    if isinstance(answer, Exception):
        raise answer
    return answer
