"""A market whose devices are real: both programs on one chain, and nothing written by hand."""

from __future__ import annotations

from typing import Final

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.connection import TransactionFault, TransactionOutcome
from ionet.errors import ProgramError
from ionet.localnet.actors import Actor
from ionet.localnet.rent import minimum_balance
from ionet.logs import first_failure
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import Attestor, Device, Epoch, FreeIndex
from ionet.programs.verification.pdas import find_report
from tests.programs.harness.world import DAVE, ERIN, LISTINGS, Listing
from tests.programs.harness.world import World as EscrowWorld
from tests.verification.harness.cast import ATTESTORS, Gpu
from tests.verification.harness.world import (
    GENESIS,
    SOL,
    epoch_account,
    initialize,
    join,
    open_epoch,
    open_report,
)
from tests.verification.harness.world import build as verification_build

SPARES: Final = tuple(
    Listing(owner, Actor.named(f"gpu-{number}"), rate=3_600)
    for number, owner in enumerate((DAVE, ERIN), len(LISTINGS) + 1)
)
"""Devices that are registered and offered when a history comes to them."""
FLEET: Final = (*LISTINGS, *SPARES)
GUESTS: Final = ATTESTORS[:7]
"""Who may be an attestor: the first ``SEATED`` are, from epoch 1 on."""
SEATED: Final = 4
PLACES: Final = 5
"""Report accounts of range 0: as many as the largest committee of any history."""
PROCESSORS: Final = 2
WEIGHT: Final = 1_000 * PROCESSORS
"""A hundred times the multiplier of an H100, for each processor (``programs/math/src/gpu.rs``)."""
RENT: Final = {kind: minimum_balance(kind.LENGTH) for kind in (Attestor, Device, Epoch, FreeIndex)}


def gpu_of(listing: Listing) -> Gpu:
    """Return the device of a listing as the verification program knows it."""
    return Gpu(listing.provider, listing.device_key, listing.class_, processors=PROCESSORS)


class World(EscrowWorld):
    """In epoch 0: four attestors who count from epoch 1 on, and no devices yet."""

    def __init__(self) -> None:
        super().__init__(verification_build())
        for listing in LISTINGS:
            self.remove(listing.device)  # written by hand for tests of the escrow alone
            self.remove(listing.address)
        self.introduce(*GUESTS, *(listing.device_key for listing in FLEET))
        for guest in GUESTS:
            self.vm.set_account(guest.pubkey, Account(1_000 * SOL, b"", SYSTEM_PROGRAM))
        self.accept(initialize())
        self.at(GENESIS)
        self.accept(open_epoch(0))
        for guest in GUESTS[:SEATED]:
            self.accept(join(guest))
        for place in range(PLACES):
            self.accept(open_report(0, place))
        self.keep()

    def reject(self, error: type[ProgramError], *steps: Instruction) -> TransactionOutcome:
        """Execute what the program of the last step must refuse, changing nothing."""
        fault = TransactionFault("Custom", len(steps) - 1, error.code)
        outcome = self.reject_by_runtime(fault, *steps)
        failure = first_failure(outcome.logs)
        assert failure is not None
        assert failure.program == str(steps[-1].program_id), failure
        return outcome


def tally(number: int, committee_size: int, devices: tuple[Pubkey, ...]) -> Instruction:
    """Build ``tally`` of range 0."""
    reports = [find_report(0, place)[0] for place in range(committee_size)]
    return instructions.tally(
        epoch=epoch_account(number),
        epoch_number=number,
        range=0,
        reports_and_devices=[
            *(AccountMeta(report, is_signer=False, is_writable=False) for report in reports),
            *(AccountMeta(device, is_signer=False, is_writable=True) for device in devices),
        ],
    )
