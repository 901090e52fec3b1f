"""Offers as a client sees them, and what a job would cost: pure, no network involved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from solders.pubkey import Pubkey

from ionet import money
from ionet.amounts import Amount, base_units_of
from ionet.choices import choose
from ionet.codec import Unknown
from ionet.device_views import DeviceFilter, DeviceView
from ionet.durations import checked_duration
from ionet.errors import QuoteError
from ionet.programs.escrow.accounts import Offer
from ionet.programs.escrow.constants import KIND_DELIVERABLE, KIND_METERED, KIND_RENTAL
from ionet.programs.escrow.enums import GpuClass, JobKind
from ionet.terms import hash_terms

KIND_BITS = {
    JobKind.RENTAL: KIND_RENTAL,
    JobKind.METERED: KIND_METERED,
    JobKind.DELIVERABLE: KIND_DELIVERABLE,
}
"""Bit of each job kind in ``Offer.kinds``."""


class OfferObstacle(StrEnum):
    """Why no job can start on an offer now; of several, the one that lasts longest."""

    DEVICE_DEREGISTERED = "device_deregistered"
    """Its device is gone."""
    DEVICE_CHANGED = "device_changed"
    """Its device was registered again, perhaps with other hardware: it is of the earlier one."""
    WITHDRAWN = "withdrawn"
    """It takes no jobs of any kind."""
    BUSY = "busy"
    """A job holds its device."""
    DEVICE_NOT_ELIGIBLE = "device_not_eligible"
    """Its device has not passed its checks of late."""


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer together with the fee that a job opened on it would carry, and its device.

    What was seen is what is agreed to: opening a job fails if offer or fee have changed since.

    Attributes:
        address: Address of the offer.
        account: The offer as read.
        fee_bps: Fee in bps of what the provider earns, from the ``Config`` as read.
        device: The device registered when the offer was read; None if there was none. Of an offer
            whose device was registered again it is another one, see ``offered_device``.
    """

    address: Pubkey
    account: Offer
    fee_bps: int
    device: DeviceView | None = field(default=None, compare=False)

    @property
    def rate(self) -> int:
        """Base units per hour."""
        return self.account.rate

    @property
    def mint(self) -> Pubkey:
        """Token that the offer is paid in."""
        return self.account.mint

    @property
    def provider(self) -> Pubkey:
        """Who runs the device."""
        return self.account.provider

    @property
    def gpu(self) -> GpuClass | Unknown:
        """Class of the device."""
        return self.account.class_

    @property
    def is_free(self) -> bool:
        """Whether no job holds the device."""
        return self.account.live_job == Pubkey.default()

    @property
    def offered_device(self) -> DeviceView | None:
        """The device that is offered; None if it is gone, whatever was registered in its place."""
        device = self.device
        if device is None or device.account.registered_slot != self.account.device_slot:
            return None
        return device

    @property
    def is_eligible(self) -> bool:
        """Whether a job may start on the device that is offered."""
        device = self.offered_device
        return device is not None and device.is_eligible

    @property
    def is_available(self) -> bool:
        """Whether a job that is opened now can be accepted now."""
        return self.obstacle is None

    @property
    def obstacle(self) -> OfferObstacle | None:
        """Why no job can start now; None if one can."""
        if self.device is None:
            return OfferObstacle.DEVICE_DEREGISTERED
        if self.offered_device is None:
            return OfferObstacle.DEVICE_CHANGED
        if not self.kinds:
            return OfferObstacle.WITHDRAWN
        if not self.is_free:
            return OfferObstacle.BUSY
        return None if self.is_eligible else OfferObstacle.DEVICE_NOT_ELIGIBLE

    @property
    def kinds(self) -> frozenset[JobKind]:
        """Kinds of jobs that the offer takes; empty when it is withdrawn."""
        return frozenset(kind for kind, bit in KIND_BITS.items() if self.account.kinds & bit)

    @property
    def terms_hash(self) -> bytes:
        """The 32 bytes by which a client agrees to the terms as read."""
        offer = self.account
        return hash_terms(
            offer=self.address,
            mint=offer.mint,
            rate=offer.rate,
            min_duration=offer.min_duration,
            max_duration=offer.max_duration,
            min_charge=offer.min_charge,
            kinds=offer.kinds,
            gpu_class=int(offer.class_),
            fee_bps=self.fee_bps,
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """What opening a job costs; amounts in base units of ``mint``.

    Attributes:
        offer: Address of the offer.
        mint: Token that is paid.
        kind: What is paid for.
        duration: Seconds from start to scheduled end.
        deposit: Paid in at opening; what is not earned comes back.
        fee_bps: Fee in bps, taken from the provider's part, not added to the deposit.
        max_fee: Fee if the whole deposit is earned.
        min_charge: Earned at least if the client ends a rental early.
    """

    offer: Pubkey
    mint: Pubkey
    kind: JobKind
    duration: int
    deposit: int
    fee_bps: int
    max_fee: int
    min_charge: int


def quote(
    offer: OfferView,
    duration: int,
    *,
    kind: JobKind = JobKind.RENTAL,
    deposit: Amount | int | None = None,
) -> Quote:
    """Compute what a job on ``offer`` costs.

    Args:
        offer: As read by ``iter_offers`` or ``fetch_offer``.
        duration: Seconds, within the offer's bounds.
        kind: One that the offer takes.
        deposit: Most that can be earned; required for metered jobs and deliverables, refused for
            rentals, whose price the rate fixes.

    Raises:
        QuoteError: the offer does not take such a job, or the deposit breaks these rules.
        DurationError: not a whole number of seconds above 0.
        AmountError: the deposit is no amount.
    """
    account = offer.account
    if kind not in offer.kinds:
        raise QuoteError(f"offer {offer.address}: does not take {kind.name.lower()} jobs")
    if not account.min_duration <= checked_duration(duration, "duration") <= account.max_duration:
        raise QuoteError(
            f"duration {duration} s: offer {offer.address} takes"
            f" {account.min_duration} to {account.max_duration} s"
        )
    paid_in = _deposit(offer, duration, kind, deposit)
    is_rental = kind is JobKind.RENTAL
    charge = account.min_charge if is_rental else 0
    return Quote(
        offer=offer.address,
        mint=account.mint,
        kind=kind,
        duration=duration,
        deposit=paid_in,
        fee_bps=offer.fee_bps,
        max_fee=money.fee(paid_in, offer.fee_bps),
        min_charge=money.earned(account.rate, 0, paid_in, min_charge=charge),
    )


def _deposit(offer: OfferView, duration: int, kind: JobKind, deposit: Amount | int | None) -> int:
    if kind is JobKind.RENTAL:
        if deposit is not None:
            raise QuoteError(f"deposit {deposit}: a rental's deposit is its price, give none")
        return money.price(offer.rate, duration)
    if deposit is None:
        raise QuoteError(f"deposit missing: a {kind.name.lower()} job needs one")
    amount = base_units_of(deposit, "deposit")
    if amount == 0:
        raise QuoteError("deposit 0: must be above 0")
    return amount


@dataclass(frozen=True, slots=True)
class OfferFilter:
    """Which offers a client wants; None means any.

    Attributes:
        kind: Kind of job that the offer must take.
        gpu: Class of the device.
        mint: Token that the offer is paid in.
        max_rate: Highest rate, base units per hour.
        is_free: Whether the device must be free.
        device: What the device must be; None for any, even one that is gone or was replaced.
    """

    kind: JobKind | None = None
    gpu: GpuClass | None = None
    mint: Pubkey | None = None
    max_rate: int | None = None
    is_free: bool = True
    device: DeviceFilter | None = None

    def matches(self, offer: OfferView) -> bool:
        """Return whether the offer is not withdrawn and passes every filter."""
        return (
            bool(offer.kinds)
            and (self.kind is None or self.kind in offer.kinds)
            and (self.gpu is None or self.gpu is offer.gpu)
            and (self.mint is None or self.mint == offer.mint)
            and (self.max_rate is None or offer.rate <= self.max_rate)
            and (offer.is_free or not self.is_free)
            and self._matches_device(offer)
        )

    def _matches_device(self, offer: OfferView) -> bool:
        if self.device is None:
            return True
        # What was registered in its place says nothing of the device that is offered.
        device = offer.offered_device
        return device is not None and self.device.matches(device)


def kind_bits(kinds: Collection[JobKind]) -> int:
    """Return the bits of ``Offer.kinds`` for these kinds; 0 for none."""
    return sum(KIND_BITS[kind] for kind in set(kinds))


def gpu_class_of(name: GpuClass | str) -> GpuClass:
    """Return the GPU class of a name such as ``"H100"``, in any case.

    Raises:
        QuoteError: no class has this name.
    """
    return choose("gpu", GpuClass, name)
