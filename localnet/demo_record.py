"""What landed while a scenario ran: instructions, their cost, and what the programs said."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from solders.account import Account
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from ionet.deployment import Programs
from ionet.events import Event
from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.vm import Landed, Vm
from ionet.programs.escrow import interface as escrow
from ionet.programs.verification import interface as verification
from ionet.surface import InstructionInfo

Names: TypeAlias = Mapping[bytes, str]
"""Names of a program's instructions, by discriminator."""

_INVOKE = re.compile(r"Program (\w+) invoke \[1\]")
_CONSUMED = re.compile(r"Program (\w+) consumed (\d+) of \d+ compute units")


@dataclass(frozen=True, slots=True)
class Call:
    """One instruction of a program of the market: its name, and the compute units it used."""

    name: str
    units: int


@dataclass(frozen=True, slots=True)
class Executed:
    """A transaction that landed.

    Attributes:
        unix_timestamp: When.
        payer: Who paid its fee.
        calls: Its instructions of the market's programs, in order.
        events: What these said, in order; nothing if it failed.
        fee: Network fee in lamports.
        size: Bytes on the wire.
        is_success: Whether it succeeded.
    """

    unix_timestamp: int
    payer: Pubkey
    calls: tuple[Call, ...]
    events: tuple[Event, ...]
    fee: int
    size: int
    is_success: bool


class Recorder:
    """Observes a chain; also checks every job's money after every transaction.

    Attributes:
        executed: What landed, in order.
        violations: Where money was not conserved.
    """

    def __init__(self, vm: Vm, programs: Programs) -> None:
        self.executed: list[Executed] = []
        self.violations: list[str] = []
        self._programs = programs
        self._names = {
            programs.escrow: _names_of(escrow.INSTRUCTIONS),
            programs.verification: _names_of(verification.INSTRUCTIONS),
        }
        self._conservation = ConservationCheck(vm.get_account, vm.genesis.programs)

    def landed(self, landed: Landed) -> None:
        """Take note of a transaction."""
        tx = VersionedTransaction.from_bytes(landed.raw)
        outcome = landed.outcome
        self.executed.append(
            Executed(
                outcome.unix_timestamp,
                tx.message.account_keys[0],
                tuple(_calls(tx, outcome.logs, self._names)),
                tuple(self._programs.parse_logs(outcome.logs)),
                outcome.fee,
                len(landed.raw),
                outcome.err is None,
            )
        )
        violation = self._conservation.after(landed)
        if violation is not None:
            at = f"transaction {len(self.executed) - 1}"
            found = f"{violation.account}: {violation.rule}: {violation.found}"
            self.violations.append(f"{at}, {found}")

    def account_set(self, address: Pubkey, account: Account) -> None:
        """Scenarios change nothing but by transactions."""


def _names_of(instructions: Mapping[str, InstructionInfo]) -> Names:
    return {info.discriminator: name for name, info in instructions.items()}


def _calls(
    tx: VersionedTransaction, logs: Iterable[str], names: Mapping[Pubkey, Names]
) -> Iterator[Call]:
    """Yield the programs' instructions with the compute units that the log says they used."""
    keys = tx.message.account_keys
    called = [
        names[keys[instruction.program_id_index]].get(bytes(instruction.data[:8]), "unknown")
        for instruction in tx.message.instructions
        if keys[instruction.program_id_index] in names
    ]
    for name, units in zip(called, _consumed(logs, frozenset(map(str, names))), strict=False):
        yield Call(name, units)


def _consumed(logs: Iterable[str], programs: Container[str]) -> Iterator[int]:
    """Yield what each outermost run of the programs consumed; what it called is part of it."""
    running, units = "", 0
    for line in logs:
        if match := _INVOKE.fullmatch(line):
            running = match[1] if match[1] in programs else ""
        elif (match := _CONSUMED.fullmatch(line)) and match[1] == running:
            units = int(match[2])
        elif running and line == f"Program {running} success":
            yield units
            running = ""
