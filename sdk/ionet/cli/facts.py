"""Accounts as commands tell them: the same names in every command, values as JSON has them."""

from __future__ import annotations

from typing import Any, Final

from solders.pubkey import Pubkey

from ionet.device_views import DeviceView
from ionet.offers import OfferView
from ionet.programs.verification.accounts import Attestor, Epoch
from ionet.programs.verification.constants import FOREVER
from ionet.reports import Duty, is_seeded

DEVICE_COLUMNS: Final = (
    "address",
    "gpu",
    "processors",
    "vram_gib",
    "source",
    "state",
    "is_carried",
    "is_eligible",
    "index",
)


def device_facts(view: DeviceView) -> dict[str, Any]:
    """Return what is to be said of a device."""
    account = view.account
    return {
        "address": view.address,
        "gpu": view.gpu,
        "processors": account.processors,
        "vram_gib": account.vram_gib,
        "source": view.source,
        "state": view.state,
        "is_carried": view.is_carried,
        "is_eligible": view.is_eligible,
        "is_active": view.is_active,
        "index": view.index,
        "heartbeat": account.heartbeat,
        "deposit": account.deposit,
        "owner": view.owner,
        "device_key": account.device_key,
        "at": view.at,
    }


def offer_facts(view: OfferView) -> dict[str, Any]:
    """Return what is to be said of an offer; ``rate`` in base units of the mint, per hour."""
    account, device = view.account, view.offered_device
    return {
        "address": view.address,
        "device": account.device,
        "provider": view.provider,
        "gpu": view.gpu,
        "source": None if device is None else device.source,
        "state": None if device is None else device.state,
        "is_eligible": view.is_eligible,
        "is_free": view.is_free,
        "obstacle": view.obstacle,
        "rate": view.rate,
        "mint": view.mint,
        "kinds": sorted(kind.name.lower() for kind in view.kinds),
        "min_duration": account.min_duration,
        "max_duration": account.max_duration,
        "min_charge": account.min_charge,
        "fee_bps": view.fee_bps,
    }


def attestor_facts(address: Pubkey, account: Attestor) -> dict[str, Any]:
    """Return what is to be said of an attestor."""
    has_left = account.active_until != FOREVER
    return {
        "address": address,
        "authority": account.authority,
        "seat": None if has_left else account.seats[0],
        "seat_since": None if has_left else account.seats_since[0],
        "last_duties": account.active_until - 1 if has_left else None,
        "bond": account.bond,
        "revealed": account.total_revealed,
        "missed": account.total_missed,
    }


def epoch_facts(epoch: Epoch) -> dict[str, Any]:
    """Return what is to be said of an epoch."""
    return {
        "number": epoch.number,
        "starts_at": epoch.starts_at,
        "is_seeded": is_seeded(epoch),
        "seats": epoch.seats,
        "committee_size": epoch.committee_size,
        "indexes": epoch.index_count,
    }


def duty_facts(duty: Duty) -> dict[str, Any]:
    """Return what is to be said of a report that is due."""
    return {
        "epoch": duty.at.epoch,
        "range": duty.range,
        "place": duty.place,
        "report": duty.at.address,
        "devices": [
            {"address": view.address, "index": view.account.index} for view in duty.devices
        ],
    }
