"""What an attestor of the localnet has to do, and what it can do it with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from struct import Struct

from solders.account import Account
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from ionet import Client
from ionet.committees import CODES_LENGTH, commitment_of
from ionet.localnet.actors import Actor
from ionet.localnet.vm import Landed, Vm
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import Report
from ionet.programs.verification.constants import EPOCH_ACCOUNTS, MAX_COMMITTEE
from ionet.programs.verification.interface import INSTRUCTIONS
from ionet.programs.verification.pdas import find_attestor, find_epoch, find_report
from ionet.report_journal import JournalScope, MemoryJournal
from ionet.reports import ReportPlace

NO_EVIDENCE = bytes(32)
_REVEAL = Struct(f"<8sIIB32s32s{CODES_LENGTH}s")
"""Data of ``reveal_report``: discriminator, epoch, range, place, evidence root, salt, codes."""
_REVEAL_CODE = INSTRUCTIONS["reveal_report"].discriminator


@dataclass(frozen=True, slots=True)
class Task:
    """A report that is due.

    Attributes:
        at: The place in the committee of a range, for one epoch.
        codes: What the attestor saw, one code for each index of the range.
    """

    at: ReportPlace
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a commitment: the codes, the root over the evidence and the salt."""

    codes: bytes
    evidence_root: bytes
    salt: bytes

    def commitment(self, attestor: Pubkey, task: Task) -> bytes:
        """Return what an attestor commits to with it."""
        return commitment_of(
            self.codes, self.evidence_root, self.salt, attestor, task.at.range, task.at.epoch
        )


def salt_of(actor: Actor, epoch: int, range_: int) -> bytes:
    """Return the actor's salt for a report, the same in every run; only the secret key tells it."""
    text = f"ionet:localnet:salt:{epoch}:{range_}".encode()
    return sha256(bytes(actor.keypair.sign_message(text))).digest()


class RepeatableJournal(MemoryJournal):
    """A journal in memory whose salts follow from a key, so that runs repeat to the byte."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self._actor = actor

    def _new_salt(self, scope: JournalScope, epoch: int, range_: int) -> bytes:  # noqa: ARG002
        return salt_of(self._actor, epoch, range_)


@dataclass(slots=True, eq=False)
class Overheard:
    """Observer that keeps what was revealed: salts are in transactions, which everybody can read.

    Attributes:
        program: The verification program.
        openings: By epoch and range, in the order in which they landed.
    """

    program: Pubkey
    openings: dict[tuple[int, int], list[Opening]] = field(
        default_factory=dict[tuple[int, int], list[Opening]]
    )

    def landed(self, landed: Landed) -> None:
        """Note the reveals of a transaction that succeeded."""
        if landed.outcome.err is not None:
            return
        message = VersionedTransaction.from_bytes(landed.raw).message
        for instruction in message.instructions:
            data = bytes(instruction.data)
            if (
                message.account_keys[instruction.program_id_index] == self.program
                and len(data) == _REVEAL.size
                and data.startswith(_REVEAL_CODE)
            ):
                _, epoch, range_, _, root, salt, codes = _REVEAL.unpack(data)
                opening = Opening(codes, root, salt)
                self.openings.setdefault((epoch, range_), []).append(opening)

    def account_set(self, address: Pubkey, account: Account) -> None:
        """Nothing is revealed by it."""

    def first(self, task: Task) -> Opening | None:
        """Return what was revealed first for the range and epoch of a task."""
        return next(iter(self.openings.get((task.at.epoch, task.at.range), ())), None)


@dataclass(frozen=True, slots=True)
class Hand:
    """What an attestor acts with.

    Attributes:
        vm: The chain, which everybody can read.
        client: The SDK as the attestor uses it.
        rogue: The same without the simulation before each transaction: what it sends, lands.
        actor: Who signs.
        program: The verification program.
        overheard: What was revealed in this epoch, by all.
    """

    vm: Vm
    client: Client
    rogue: Client
    actor: Actor
    program: Pubkey
    overheard: Overheard

    @property
    def attestor(self) -> Pubkey:
        """Address of the attestor's account."""
        return find_attestor(self.actor.pubkey, program_id=self.program)[0]

    def commit(self, task: Task, commitment: bytes) -> None:
        """Send any commitment at all."""
        step = instructions.commit_report(
            authority=self.actor.pubkey,
            attestor=self.attestor,
            report=task.at.address,
            epoch=self._epoch(task),
            epoch_number=task.at.epoch,
            range=task.at.range,
            place=task.at.place,
            commitment=commitment,
            program_id=self.program,
        )
        self.rogue.sender.execute([step], [self.actor.keypair])

    def reveal(self, task: Task, opening: Opening) -> None:
        """Reveal anything at all."""
        step = instructions.reveal_report(
            authority=self.actor.pubkey,
            attestor=self.attestor,
            report=task.at.address,
            epoch=self._epoch(task),
            epoch_number=task.at.epoch,
            range=task.at.range,
            place=task.at.place,
            evidence_root=opening.evidence_root,
            salt=opening.salt,
            codes=opening.codes,
            program_id=self.program,
        )
        self.rogue.sender.execute([step], [self.actor.keypair])

    def commitments(self, task: Task) -> Iterator[bytes]:
        """Yield what the other members of the range's committee have committed to so far."""
        for place in range(MAX_COMMITTEE):
            address = find_report(task.at.range, place, program_id=self.program)[0]
            account = None if place == task.at.place else self.vm.get_account(address)
            if account is not None and account.owner == self.program:
                report = Report.decode(address, account, program_id=self.program)
                if report.epoch == task.at.epoch and report.attestor != Pubkey.default():
                    yield report.commitment

    def _epoch(self, task: Task) -> Pubkey:
        return find_epoch(task.at.epoch % EPOCH_ACCOUNTS, program_id=self.program)[0]
