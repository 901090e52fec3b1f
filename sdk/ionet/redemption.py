"""Whether a voucher can be redeemed: what the program would refuse, before anything is sent."""

from __future__ import annotations

from solders.hash import Hash
from solders.pubkey import Pubkey

from ionet.errors import VoucherError
from ionet.programs.escrow.accounts import Cluster, Job
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.standing import standing_of
from ionet.voucher import Voucher


def check_voucher(
    voucher: Voucher,
    job: Job,
    now: int,
    *,
    genesis_hash: Hash,
    program_id: Pubkey,
    cluster: Cluster | None = None,
    is_clamped: bool = False,
) -> None:
    """Hold a voucher against the job it is for.

    Args:
        voucher: As the client sent it.
        job: The account at ``voucher.job`` as read.
        now: The chain's Unix second.
        genesis_hash: The network's, as stored in the escrow ``Config``.
        program_id: The escrow program.
        cluster: The job's cluster, for members.
        is_clamped: Take a voucher above the deposit, which pays the deposit and no more.

    Raises:
        VoucherError: names the field or rule, and the values.
    """
    rules = {
        "genesis_hash": (voucher.genesis_hash, genesis_hash),
        "program_id": (voucher.program_id, program_id),
        "client": (voucher.client, job.client),
        "opened_slot": (voucher.opened_slot, job.opened_slot),
    }
    for name, (given, expected) in rules.items():
        if given != expected:
            raise VoucherError(f"voucher for job {voucher.job}: {name} {given} is not {expected}")
    if not voucher.is_valid():
        raise VoucherError(f"voucher for job {voucher.job}: signature is not the client's")
    if job.kind is not JobKind.METERED:
        raise VoucherError(f"voucher for job {voucher.job}: the job is not metered")
    _check_time(voucher, job, now, cluster)
    if voucher.cumulative > job.deposit and not is_clamped:
        raise VoucherError(
            f"voucher for job {voucher.job}: cumulative {voucher.cumulative} base units is above"
            f" the deposit {job.deposit}, and only that would be paid"
        )


def _check_time(voucher: Voucher, job: Job, now: int, cluster: Cluster | None) -> None:
    standing = standing_of(job, now, cluster)
    until = standing.release_at
    if standing.state is JobState.ENDING and (
        standing.is_final or (until is not None and now >= until)
    ):
        raise VoucherError(
            f"voucher for job {voucher.job}: it is {now}, vouchers were taken until"
            f" {'the release' if standing.is_final else until}"
        )
