"""Filling a tally: the reports of a range's committee, then as many devices as fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from ionet.errors import TransactionTooLargeError
from ionet.programs import verification
from ionet.programs.verification import instructions
from ionet.programs.verification.constants import EPOCH_ACCOUNTS
from ionet.programs.verification.pdas import find_epoch
from ionet.reports import ReportPlace
from ionet.results import Landed
from ionet.tx import Draft, check_size


def build_tally(
    places: Sequence[ReportPlace], devices: Sequence[Pubkey], *, program_id: Pubkey
) -> Instruction:
    """Return the instruction that decides ``devices`` by the reports of one committee.

    Args:
        places: All places of the range's committee in the epoch, in order, at least one.
        devices: Devices of the range.
        program_id: The verification program.
    """
    epoch, range_ = places[0].epoch, places[0].range
    return instructions.tally(
        epoch=find_epoch(epoch % EPOCH_ACCOUNTS, program_id=program_id)[0],
        epoch_number=epoch,
        range=range_,
        reports_and_devices=[
            *(AccountMeta(place.address, is_signer=False, is_writable=False) for place in places),
            *(AccountMeta(device, is_signer=False, is_writable=True) for device in devices),
        ],
        program_id=program_id,
    )


def tally_capacity(
    draft: Draft, places: Sequence[ReportPlace], devices: Sequence[Pubkey], *, program_id: Pubkey
) -> int:
    """Return how many of ``devices`` one transaction takes; as many as any others.

    Args:
        draft: Gives payer, signers and budget; its own instructions are ignored.
        places: As for :func:`build_tally`.
        devices: Each once, at least one.
        program_id: The verification program.

    Raises:
        TransactionTooLargeError: not even one fits.
    """
    for count in range(1, len(devices) + 1):
        step = build_tally(places, devices[:count], program_id=program_id)
        try:
            check_size(replace(draft, instructions=(step,)))
        except TransactionTooLargeError:
            if count == 1:
                raise
            return count - 1
    return len(devices)


def count_tallied(landed: Iterable[Landed]) -> int:
    """Return how many devices these transactions decided; those decided before do not count."""
    kind = verification.events.DeviceTallied
    return sum(isinstance(event, kind) for transaction in landed for event in transaction.events)
