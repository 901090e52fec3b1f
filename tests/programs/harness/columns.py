"""The transaction that each column of the transition table stands for."""

from __future__ import annotations

from typing import Final

from solders.instruction import Instruction

from ionet.programs.escrow.enums import JobKind
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.world import World

INSTRUCTION_OF: Final = {
    "accept": "accept_job",
    "decline": "decline_job",
    "extend": "extend_job",
    "settle": "settle_job",
    "voucher": "settle_voucher",
    "submit": "submit_result",
    "end": "end_job",
    "quit": "quit_job",
    "expire": "expire_job",
    "release": "release",
    "waive": "release",
    "refund": "refund",
    "sweep": "sweep_fee",
    "close": "close_job",
}


def steps_of(world: World, job: JobRef, column: str) -> tuple[Instruction, ...]:
    """Build what a column of the transition table stands for; its last step is the instruction."""
    name = INSTRUCTION_OF[column]
    if column == "extend":
        longer = JobRef(kind=job.kind, duration=job.duration + HOURS).asked_deposit
        added = longer - job.asked_deposit if job.kind is JobKind.RENTAL else 1_000_000
        return (job.extend(world, duration=HOURS, deposit=added),)
    if column == "voucher":
        return job.redeem(world, 6_000_000)
    if column == "submit":
        return (job.step(world, name, result_hash=bytes(32)),)
    if column == "waive":
        protected = job.listing.provider if job.kind is JobKind.METERED else job.client
        return (job.step(world, name, caller=protected.pubkey),)
    return (job.step(world, name),)
