"""What each instruction does to the model, or why it must be refused, guard by guard.

Every function gets a copy of the job which time has been applied to, and changes offer and cluster
only once nothing can be refused any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.stateful.model import (
    ACTIVE,
    CANCELLED,
    DECLINED,
    DELIVERABLE,
    DISPUTED,
    ENDING,
    EXPIRED,
    METERED,
    OPEN,
    RENTAL,
    RULED,
    ClusterModel,
    JobModel,
    OfferModel,
    Refused,
    price,
)


@dataclass
class Call:
    """An instruction about a job, and what it depends on.

    Attributes:
        key: What an offer knows the job by.
        is_payable: Whether the payee of the instruction can be paid.
        is_funder_frozen: Whether the client's token account is frozen, when he has to pay.
        is_paused: Whether this entry is paused.
        has_ended: Whether time has just ended the job.
        amount: The cumulative amount of a voucher, or the total deposit of an extension.
        duration: Total seconds of an extension.
        is_stale: Whether an accept names another opening.
        is_waived: Whether the caller of ``release`` is who the window protects.
    """

    key: object
    job: JobModel
    offer: OfferModel
    cluster: ClusterModel | None
    now: int
    is_payable: bool = True
    is_funder_frozen: bool = False
    is_paused: bool = False
    has_ended: bool = False
    amount: int = 0
    duration: int = 0
    is_waived: bool = False
    is_stale: bool = False


@dataclass
class Effect:
    """What moved: base units to the payee, lamports to the caller, a donated surplus."""

    paid: int = 0
    tip: int = 0
    surplus: int = 0
    is_closed: bool = False


def accept(call: Call) -> Effect:
    job = call.job
    if call.is_paused:
        raise Refused("EntriesPaused")
    if call.is_stale:
        raise Refused("JobChanged")
    job.expect(OPEN)
    if job.is_accepted:
        raise Refused("AlreadyAccepted")
    if call.now >= job.accept_by:
        raise Refused("AcceptTooLate")
    if call.offer.live_job is not None:
        raise Refused("OfferBusy")
    if not call.offer.device.is_eligible(call.now):
        raise Refused("DeviceNotEligible")
    if call.cluster is not None and call.cluster.is_failed:
        raise Refused("ClusterFailed")
    if call.cluster is not None and len(call.cluster.places) < call.cluster.size:
        raise Refused("ClusterIncomplete")
    call.offer.jobs += 1
    call.offer.live_job = call.key
    if call.cluster is None:
        job.start(call.now)
        return Effect()
    call.cluster.accepted += 1
    if call.cluster.accepted == call.cluster.size:
        call.cluster.started_at = call.now
        job.start(call.now)
    else:
        job.is_accepted = True
    return Effect()


def _leave(call: Call, state: int) -> None:
    call.job.state, call.job.is_accepted = state, False
    if call.cluster is not None:
        call.cluster.is_failed = True


def _pay_client(call: Call) -> int:
    amount = call.job.due_to_client(call.now) if call.is_payable else 0
    call.job.refunded += amount
    return amount


def _pay_provider(call: Call) -> int:
    amount = call.job.due_to_provider if call.is_payable else 0
    call.job.paid += amount
    return amount


def decline(call: Call) -> Effect:
    call.job.expect(OPEN)
    _leave(call, DECLINED)
    return Effect(_pay_client(call))


def extend(call: Call) -> Effect:
    job = call.job
    if call.is_paused:
        raise Refused("EntriesPaused")
    job.expect(ACTIVE)
    if job.kind == DELIVERABLE:
        raise Refused("WrongKind")
    longer, dearer = call.duration - job.duration, call.amount - job.deposit
    if longer < 0 or dearer < 0 or longer == dearer == 0:
        raise Refused("NothingToExtend")
    if longer and call.duration > min(call.offer.max_duration, 2_592_000):
        raise Refused("ExtensionTooLong")
    if job.kind == RENTAL and call.amount != price(job.rate, call.duration):
        raise Refused("WrongDeposit")
    if not call.offer.kinds & 1 << job.kind:
        raise Refused("KindNotOffered")
    if job.kind == RENTAL and call.offer.rate > job.rate:
        raise Refused("OfferDearer")
    if call.is_funder_frozen and dearer:
        raise Refused("TokenFrozen")
    job.duration, job.deposit = call.duration, call.amount
    return Effect(-dearer)


def settle(call: Call) -> Effect:
    call.job.expect(ACTIVE, ENDING, DISPUTED)
    call.job.book(call.now)
    return Effect(_pay_provider(call))


def voucher(call: Call) -> Effect:
    job = call.job
    job.expect(ACTIVE, ENDING)
    if job.kind != METERED:
        raise Refused("WrongKind")
    if job.state == ENDING and (job.is_final or call.now >= job.release_at):
        raise Refused("VoucherTooLate")
    if min(call.amount, job.deposit) <= job.earned:
        raise Refused("VoucherNotIncreasing")
    job.voucher = min(call.amount, job.deposit)
    return Effect(_pay_provider(call))


def submit(call: Call) -> Effect:
    call.job.expect(ACTIVE)
    if call.job.kind != DELIVERABLE:
        raise Refused("WrongKind")
    call.job.stop(call.job.run_for(call.now))
    call.job.is_submitted = True
    return Effect()


def end(call: Call) -> Effect:
    job = call.job
    if job.state == OPEN:
        _leave(call, CANCELLED)
        return Effect(_pay_client(call))
    job.expect(ACTIVE)
    if job.kind == DELIVERABLE:
        raise Refused("WrongKind")
    job.stop(job.run_for(call.now), charged=job.min_charge)
    return Effect(_pay_client(call))


def quit_(call: Call) -> Effect:
    call.job.expect(ACTIVE)
    call.job.stop(call.job.run_for(call.now))
    return Effect(_pay_client(call))


def expire(call: Call) -> Effect:
    job = call.job
    if job.state == OPEN:
        is_late = call.now >= job.accept_by
        if not is_late and not (call.cluster is not None and call.cluster.is_failed):
            raise Refused("ExpireTooEarly")
        is_failed = call.cluster is not None and call.cluster.is_failed
        could_take = not is_failed and not job.is_accepted and call.offer.live_job is None
        call.offer.expired += is_late and could_take
        _leave(call, EXPIRED)
    elif not call.has_ended:
        raise Refused("ExpireTooEarly" if job.state == ACTIVE else "WrongState")
    tip, job.tip = job.tip, 0
    return Effect(_pay_client(call), tip)


def release(call: Call) -> Effect:
    call.job.expect(ENDING, RULED)
    if call.job.is_final:
        raise Refused("AlreadyReleased")
    if call.now < call.job.release_at and not call.is_waived:
        raise Refused("ReleaseTooEarly")
    call.job.is_final = True
    return Effect(_pay_provider(call))


def refund(call: Call) -> Effect:
    call.job.expect(ENDING, DISPUTED, RULED, DECLINED, EXPIRED, CANCELLED)
    if call.job.due_to_client(call.now) == 0:
        raise Refused("NothingDue")
    if not call.is_payable:
        raise Refused("PayeeNotPayable")
    return Effect(_pay_client(call))


def sweep(call: Call) -> Effect:
    job = call.job
    job.expect(ACTIVE, ENDING, DISPUTED, RULED)
    amount = job.released_fee - job.fee
    if amount == 0:
        raise Refused("NothingDue")
    if not call.is_payable:
        raise Refused("PayeeNotPayable")
    job.fee += amount
    return Effect(amount)


def close(call: Call) -> Effect:
    job = call.job
    job.expect(ENDING, RULED, DECLINED, EXPIRED, CANCELLED)
    if call.now < job.valid_until:
        raise Refused("CloseTooEarly")
    if job.held:
        raise Refused("StillHeld")
    if call.cluster is not None:
        call.cluster.unclosed -= 1
    return Effect(surplus=job.donated, is_closed=True)


RULES: dict[str, Callable[[Call], Effect]] = {
    "accept_job": accept,
    "decline_job": decline,
    "extend_job": extend,
    "settle_job": settle,
    "settle_voucher": voucher,
    "submit_result": submit,
    "end_job": end,
    "quit_job": quit_,
    "expire_job": expire,
    "release": release,
    "refund": refund,
    "sweep_fee": sweep,
    "close_job": close,
}
PAYEE = {
    "settle_job": "provider",
    "settle_voucher": "provider",
    "release": "provider",
    "decline_job": "client",
    "end_job": "client",
    "quit_job": "client",
    "expire_job": "client",
    "refund": "client",
    "extend_job": "client",
    "close_job": "client",
    "sweep_fee": "treasury",
}
