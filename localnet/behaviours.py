"""How attestors of the localnet behave: honestly, or in a way that the protocol must withstand.

What the program refuses lands as a failed transaction, so that a ledger shows the attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol, TypeAlias

from solders.pubkey import Pubkey

from ionet.committees import pack_codes
from ionet.localnet.actors import Actor
from ionet.localnet.reporting import NO_EVIDENCE, Hand, Opening, Task, salt_of
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.enums import ReportCode

Probe: TypeAlias = Callable[[Pubkey, Device], ReportCode]
"""What an attestor sees of a device, by its account's address and state."""


class Window(Enum):
    """The parts of an epoch in which attestors act."""

    COMMIT = "commit"
    REVEAL = "reveal"
    TALLY = "tally"


class Behaviour(Protocol):
    """What an attestor does in each window of an epoch.

    Attributes:
        waits: Whether it acts only after those that do not.
    """

    @property
    def waits(self) -> bool: ...  # noqa: D102 - documented above

    def act(self, window: Window, hand: Hand, task: Task) -> None:
        """Do what is to be done at one place; raises ``IonetError`` for what was refused."""
        ...


@dataclass(frozen=True, slots=True)
class Honest:
    """Commits to what it saw, and reveals it."""

    waits: bool = False

    def act(self, window: Window, hand: Hand, task: Task) -> None:
        """Commit, reveal."""
        if window is Window.COMMIT:
            hand.client.attestor.commit(task.at.range, task.codes)
        elif window is Window.REVEAL:
            hand.client.attestor.reveal(task.at.range)


@dataclass(frozen=True, slots=True)
class Says:
    """Reports the same of every device, and has not looked at any."""

    code: ReportCode
    waits: bool = False

    def act(self, window: Window, hand: Hand, task: Task) -> None:
        """Commit, reveal."""
        Honest().act(window, hand, replace(task, codes=(self.code,) * len(task.codes)))


@dataclass(frozen=True, slots=True)
class Silent:
    """Does nothing."""

    waits: bool = False

    def act(self, window: Window, hand: Hand, task: Task) -> None:
        """Stay silent."""


@dataclass(frozen=True, slots=True)
class Late:
    """Commits in time, and reveals when the time for it is over."""

    waits: bool = False

    def act(self, window: Window, hand: Hand, task: Task) -> None:
        """Commit; reveal in the window of the tally."""
        if window is Window.TALLY:
            Honest().act(Window.REVEAL, hand, task)
        elif window is Window.COMMIT:
            Honest().act(window, hand, task)


@dataclass(frozen=True, slots=True)
class Copier:
    """Looks at nothing: repeats another member's commitment, then what that one revealed."""

    waits: bool = True

    def act(self, window: Window, hand: Hand, task: Task) -> None:
        """Copy, if there is anything to copy."""
        if window is Window.COMMIT:
            copied = next(hand.commitments(task), None)
            if copied is not None:
                hand.commit(task, copied)
        elif window is Window.REVEAL:
            opening = hand.overheard.first(task)
            if opening is not None:
                hand.reveal(task, opening)


@dataclass(frozen=True, slots=True)
class Equivocator:
    """Says two things: commits to both, and reveals the one it did not commit to."""

    waits: bool = False

    def act(self, window: Window, hand: Hand, task: Task) -> None:
        """Commit twice; reveal the second."""
        salt = salt_of(hand.actor, task.at.epoch, task.at.range)
        first, second = (
            Opening(pack_codes(codes), NO_EVIDENCE, salt)
            for codes in (task.codes, [_opposite(code) for code in task.codes])
        )
        if window is Window.COMMIT:
            for opening in (first, second):
                hand.commit(task, opening.commitment(hand.attestor, task))
        elif window is Window.REVEAL:
            hand.reveal(task, second)


def _opposite(code: int) -> int:
    """Return deployable for what is not, and no answer for what is."""
    is_deployable = code == ReportCode.DEPLOYABLE
    return ReportCode.NO_ANSWER if is_deployable else ReportCode.DEPLOYABLE


HONEST = Honest()
ALWAYS_PASS = Says(ReportCode.DEPLOYABLE)
ALWAYS_FAIL = Says(ReportCode.NO_ANSWER)
SILENT = Silent()
LATE = Late()
COPIER = Copier()
EQUIVOCATOR = Equivocator()


@dataclass(slots=True)
class AttestorActor:
    """An attestor that ``Localnet.run_epochs`` acts for; what it does may be changed at any time.

    Attributes:
        actor: Its authority, who signs.
        behaviour: What it does.
        probe: What it sees, if that is not what the others see.
    """

    actor: Actor
    behaviour: Behaviour = HONEST
    probe: Probe | None = None
