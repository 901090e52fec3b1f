"""One epoch's work: opened, seeded, committed, revealed, tallied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from ionet.committees import commitment_of, digest_of, draw_committee, pack_codes
from ionet.localnet.actors import Actor
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import Attestor
from ionet.programs.verification.constants import COMMIT_WINDOW, REVEAL_DEADLINE, SEED_DELAY_SLOTS
from ionet.programs.verification.pdas import find_report
from tests.verification.harness.cast import ATTESTORS, FLEET, FUNDER, Gpu, attestor_of
from tests.verification.harness.world import World, epoch_account, open_epoch

UNTIL_SEED = SEED_DELAY_SLOTS + 1
"""Slots from the one in which an epoch was opened to the first in which its seed is to be had."""
GOOD = (2, 2, 2)
"""Codes of the fleet when all is well, by index."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one attestor says of a range in an epoch."""

    attestor: Actor
    epoch: int
    place: int
    codes: bytes = pack_codes(GOOD)
    range: int = 0
    evidence_root: bytes = sha256(b"evidence").digest()

    @property
    def salt(self) -> bytes:
        """Differs for each attestor, range and epoch."""
        return sha256(f"{self.attestor.name} {self.range} {self.epoch}".encode()).digest()

    @property
    def report(self) -> Pubkey:
        """The report account of the place."""
        return find_report(self.range, self.place)[0]

    @property
    def commitment(self) -> bytes:
        """As ADR 010 makes it."""
        return commitment_of(
            self.codes,
            self.evidence_root,
            self.salt,
            attestor_of(self.attestor),
            self.range,
            self.epoch,
        )

    @property
    def digest(self) -> bytes:
        """What the history keeps once it is revealed."""
        return digest_of(self.codes, self.evidence_root)

    def commit(self, **changes: Any) -> Instruction:
        """Build ``commit_report``."""
        arguments: dict[str, Any] = {**self._accounts, "commitment": self.commitment}
        return instructions.commit_report(**{**arguments, **changes})

    def reveal(self, **changes: Any) -> Instruction:
        """Build ``reveal_report``."""
        arguments: dict[str, Any] = {
            **self._accounts,
            "evidence_root": self.evidence_root,
            "salt": self.salt,
            "codes": self.codes,
        }
        return instructions.reveal_report(**{**arguments, **changes})

    def miss(self, **changes: Any) -> Instruction:
        """Build ``record_miss``."""
        arguments = {**self._accounts, **changes}
        del arguments["authority"]
        return instructions.record_miss(**arguments)

    @property
    def _accounts(self) -> dict[str, Any]:
        return {
            "authority": self.attestor.pubkey,
            "attestor": attestor_of(self.attestor),
            "report": self.report,
            "epoch": epoch_account(self.epoch),
            "epoch_number": self.epoch,
            "range": self.range,
            "place": self.place,
        }


def seed_epoch(number: int) -> Instruction:
    """Build ``seed_epoch``."""
    return instructions.seed_epoch(epoch=epoch_account(number))


def rearm_epoch(number: int) -> Instruction:
    """Build ``rearm_epoch``."""
    return instructions.rearm_epoch(epoch=epoch_account(number))


def post_answers(number: int, provider: Actor, **changes: Any) -> Instruction:
    """Build ``post_answers``."""
    arguments: dict[str, Any] = {
        "payer": FUNDER.pubkey,
        "provider": provider.pubkey,
        "epoch": epoch_account(number),
        "epoch_number": number,
        "devices": 2,
        "root": sha256(b"answers").digest(),
    }
    return instructions.post_answers(**{**arguments, **changes})


def start(world: World) -> int:
    """Open and seed the clock's epoch; return its number."""
    number = world.epoch
    world.accept(open_epoch(number))
    world.vm.advance_slots(UNTIL_SEED)
    world.accept(seed_epoch(number))
    return number


def seat_at(attestor: Attestor, epoch: int) -> int | None:
    """Return the seat that an attestor holds in an epoch (ADR 010)."""
    if epoch >= attestor.active_until:
        return None
    held = zip(attestor.seats_since, attestor.seats, strict=True)
    return next((seat for since, seat in held if 0 < since <= epoch), None)


def members(world: World, number: int, range_: int = 0) -> tuple[Actor, ...]:
    """Return the committee of a range by place, as the seed of a seeded epoch draws it."""
    epoch = world.epoch_record(number)
    seats = {
        seat_at(world.attestor(actor), number): actor
        for actor in ATTESTORS
        if world.exists(attestor_of(actor))
    }
    drawn = draw_committee(epoch.seed, number, range_, epoch.seats, epoch.committee_size)
    return tuple(seats[seat] for seat in drawn)


def ballots(
    world: World, number: int, codes: Sequence[int] = GOOD, range_: int = 0
) -> tuple[Ballot, ...]:
    """Return the ballot of every member, all with the same codes."""
    return tuple(
        Ballot(actor, number, place, pack_codes(codes), range_)
        for place, actor in enumerate(members(world, number, range_))
    )


def tally(
    world: World,
    number: int,
    gpus: Sequence[Gpu] = FLEET,
    *,
    range_: int = 0,
    size: int | None = None,
    **changes: Any,
) -> Instruction:
    """Build ``tally`` with the reports of every place; ``size`` of an epoch that is not open."""
    if size is None:
        size = world.epoch_record(number).committee_size
    reports = [find_report(range_, place)[0] for place in range(size)]
    arguments: dict[str, Any] = {
        "epoch": epoch_account(number),
        "epoch_number": number,
        "range": range_,
        "reports_and_devices": [
            *(AccountMeta(key, is_signer=False, is_writable=False) for key in reports),
            *(AccountMeta(gpu.address, is_signer=False, is_writable=True) for gpu in gpus),
        ],
    }
    return instructions.tally(**{**arguments, **changes})


def commit_all(world: World, cast: Sequence[Ballot]) -> None:
    """Land every commitment."""
    for ballot in cast:
        world.accept(ballot.commit())


def reveal_all(world: World, cast: Sequence[Ballot]) -> None:
    """Move on to the reveals and land them."""
    world.to(COMMIT_WINDOW)
    for ballot in cast:
        world.accept(ballot.reveal())


def report_all(world: World, codes: Sequence[int] = GOOD) -> int:
    """Bring the clock's epoch to its tally, every member saying the same; return its number."""
    number = start(world)
    cast = ballots(world, number, codes)
    commit_all(world, cast)
    reveal_all(world, cast)
    world.to(REVEAL_DEADLINE)
    return number


def play(world: World, codes: Sequence[int] = GOOD, gpus: Sequence[Gpu] = FLEET) -> int:
    """Play the clock's epoch and move on to the next one; return its number."""
    number = report_all(world, codes)
    world.accept(tally(world, number, gpus))
    world.to(0, epoch=number + 1)
    return number
