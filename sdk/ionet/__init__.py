"""Typed SDK of a GPU compute market on Solana.

Everything below is loaded when it is first used, so ``import ionet`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ionet._async.client import AsyncClient
    from ionet._async.clusters import AsyncClusterHandle
    from ionet._async.jobs import AsyncJobHandle
    from ionet._async.requests import AsyncRequest
    from ionet._sync.client import Client
    from ionet._sync.clusters import ClusterHandle
    from ionet._sync.jobs import JobHandle
    from ionet._sync.requests import Request
    from ionet.amounts import Amount, Io, Usdc
    from ionet.connection import AsyncConnection, Connection
    from ionet.cranks import CrankReport
    from ionet.deployment import Programs
    from ionet.device_views import DeviceView
    from ionet.devices import DeviceState
    from ionet.durations import days, hours, minutes, seconds
    from ionet.errors import (
        AccountDecodeError,
        AmountError,
        EquivocationError,
        IdempotencyError,
        IonetError,
        JournalError,
        NotSentError,
        OpeningExpiredError,
        OutcomeUnknownError,
        ProgramError,
        TransactionFailedError,
    )
    from ionet.localnet.ledger import Ledger
    from ionet.localnet.net import Localnet
    from ionet.localnet.replay import replay
    from ionet.offers import OfferObstacle, OfferView, Quote, quote
    from ionet.programs.escrow.enums import GpuClass, JobKind, JobState
    from ionet.programs.verification.enums import ReportCode, SupplySource
    from ionet.report_journal import MemoryJournal, ReportJournal
    from ionet.reports import Duty
    from ionet.results import Landed, OfferChange, Settlement
    from ionet.signers import Signer, load_keypair
    from ionet.verification_results import DeviceChange, EpochRound
    from ionet.voucher import Voucher

__version__ = "0.1.0"

_MODULE_OF = {
    "AccountDecodeError": "errors",
    "Amount": "amounts",
    "AmountError": "errors",
    "AsyncClient": "_async.client",
    "AsyncClusterHandle": "_async.clusters",
    "AsyncConnection": "connection",
    "AsyncJobHandle": "_async.jobs",
    "AsyncRequest": "_async.requests",
    "Client": "_sync.client",
    "ClusterHandle": "_sync.clusters",
    "Connection": "connection",
    "CrankReport": "cranks",
    "DeviceChange": "verification_results",
    "DeviceState": "devices",
    "DeviceView": "device_views",
    "Duty": "reports",
    "EpochRound": "verification_results",
    "EquivocationError": "errors",
    "GpuClass": "programs.escrow.enums",
    "IdempotencyError": "errors",
    "Io": "amounts",
    "IonetError": "errors",
    "JobHandle": "_sync.jobs",
    "JobKind": "programs.escrow.enums",
    "JobState": "programs.escrow.enums",
    "JournalError": "errors",
    "Landed": "results",
    "Ledger": "localnet.ledger",
    "Localnet": "localnet.net",
    "MemoryJournal": "report_journal",
    "NotSentError": "errors",
    "OfferChange": "results",
    "OfferObstacle": "offers",
    "OfferView": "offers",
    "OpeningExpiredError": "errors",
    "OutcomeUnknownError": "errors",
    "ProgramError": "errors",
    "Programs": "deployment",
    "Quote": "offers",
    "ReportCode": "programs.verification.enums",
    "ReportJournal": "report_journal",
    "Request": "_sync.requests",
    "Settlement": "results",
    "Signer": "signers",
    "SupplySource": "programs.verification.enums",
    "TransactionFailedError": "errors",
    "Usdc": "amounts",
    "Voucher": "voucher",
    "days": "durations",
    "hours": "durations",
    "load_keypair": "signers",
    "minutes": "durations",
    "quote": "offers",
    "replay": "localnet.replay",
    "seconds": "durations",
}

__all__ = [
    "AccountDecodeError",
    "Amount",
    "AmountError",
    "AsyncClient",
    "AsyncClusterHandle",
    "AsyncConnection",
    "AsyncJobHandle",
    "AsyncRequest",
    "Client",
    "ClusterHandle",
    "Connection",
    "CrankReport",
    "DeviceChange",
    "DeviceState",
    "DeviceView",
    "Duty",
    "EpochRound",
    "EquivocationError",
    "GpuClass",
    "IdempotencyError",
    "Io",
    "IonetError",
    "JobHandle",
    "JobKind",
    "JobState",
    "JournalError",
    "Landed",
    "Ledger",
    "Localnet",
    "MemoryJournal",
    "NotSentError",
    "OfferChange",
    "OfferObstacle",
    "OfferView",
    "OpeningExpiredError",
    "OutcomeUnknownError",
    "ProgramError",
    "Programs",
    "Quote",
    "ReportCode",
    "ReportJournal",
    "Request",
    "Settlement",
    "Signer",
    "SupplySource",
    "TransactionFailedError",
    "Usdc",
    "Voucher",
    "days",
    "hours",
    "load_keypair",
    "minutes",
    "quote",
    "replay",
    "seconds",
]


def __getattr__(name: str) -> object:
    if (module := _MODULE_OF.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
