"""What landed while a scenario ran: instructions, their cost, and what the programs said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from solders.account import Account
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.vm import Landed, Vm
from ionet.programs.escrow.events import Event, parse_logs
from ionet.programs.escrow.interface import INSTRUCTIONS

_NAME_OF = {info.discriminator: name for name, info in INSTRUCTIONS.items()}


@dataclass(frozen=True, slots=True)
class Call:
    """One instruction of the escrow program: its name, and the compute units it used."""

    name: str
    units: int


@dataclass(frozen=True, slots=True)
class Executed:
    """A transaction that landed.

    Attributes:
        unix_timestamp: When.
        payer: Who paid its fee.
        calls: Its instructions of the escrow program, in order.
        events: What the escrow said, in order; nothing if it failed.
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

    def __init__(self, vm: Vm, escrow: Pubkey) -> None:
        self.executed: list[Executed] = []
        self.violations: list[str] = []
        self._escrow = escrow
        self._conservation = ConservationCheck(vm.get_account, vm.genesis.programs)

    def landed(self, landed: Landed) -> None:
        """Take note of a transaction."""
        tx = VersionedTransaction.from_bytes(landed.raw)
        outcome = landed.outcome
        self.executed.append(
            Executed(
                outcome.unix_timestamp,
                tx.message.account_keys[0],
                tuple(_calls(tx, outcome.logs, self._escrow)),
                tuple(parse_logs(outcome.logs, program_id=self._escrow)),
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


def _calls(tx: VersionedTransaction, logs: Iterable[str], program: Pubkey) -> Iterator[Call]:
    """Yield the program's instructions with the compute units that the log says they used."""
    keys = tx.message.account_keys
    names = [
        _NAME_OF.get(bytes(instruction.data[:8]), "unknown")
        for instruction in tx.message.instructions
        if keys[instruction.program_id_index] == program
    ]
    for name, units in zip(names, _consumed(logs, program), strict=False):
        yield Call(name, units)


def _consumed(logs: Iterable[str], program: Pubkey) -> Iterator[int]:
    """Yield what each outermost run of the program consumed; what it called is part of it."""
    invoke = re.compile(r"Program \w+ invoke \[1\]")
    consumed = re.compile(rf"Program {program} consumed (\d+) of \d+ compute units")
    units = 0
    is_inside = False
    for line in logs:
        if invoke.fullmatch(line):
            is_inside = line.startswith(f"Program {program} ")
        elif is_inside and (match := consumed.fullmatch(line)):
            units = int(match[1])
        elif is_inside and line == f"Program {program} success":
            yield units
