"""Was every rental paid for seen time, and for nothing else? Read from the devices' own rings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from solders.account import Account
from solders.pubkey import Pubkey

from ionet import money
from ionet.devices import seen_seconds
from ionet.localnet.demo_record import Executed
from ionet.localnet.demo_report import Check, JobLine
from ionet.localnet.errors import LocalnetError
from ionet.localnet.rent import minimum_balance
from ionet.programs.escrow.accounts import Offer
from ionet.programs.escrow.events import OfferPosted
from ionet.programs.verification.accounts import Device, Epoch, Report
from ionet.programs.verification.constants import EPOCH_ACCOUNTS
from ionet.programs.verification.events import (
    DeviceActivated,
    DeviceRegistered,
    EpochOpened,
    ReportOpened,
)

FetchDevice: TypeAlias = Callable[[Pubkey], Device]


def device_reader(
    get_account: Callable[[Pubkey], Account | None], verification: Pubkey
) -> FetchDevice:
    """Return what reads devices of a chain, given the verification program."""

    def fetch(address: Pubkey) -> Device:
        account = get_account(address)
        if account is None:
            raise LocalnetError(f"device {address}: is gone")
        return Device.decode(address, account, program_id=verification)

    return fetch


def check_seen(jobs: Sequence[JobLine], fetch_device: FetchDevice) -> Check:
    """Check that each rental earned its rate for the seconds that its device was seen, or less.

    Less is the deposit, which limits it; more may be the minimum charge of a client who ends early.
    """
    wrong: list[str] = []
    seen, ran, rentals = 0, 0, 0
    for job in jobs:
        service = job.service
        if service is None:
            continue
        device, start = fetch_device(service.device), service.started_at
        seconds = seen_seconds(device, start, service.ended_at)
        is_seen_first = seen_seconds(device, start, start + 1) > 0
        charged = max(seconds, service.minimum if is_seen_first else 0)
        earned = min(money.gross(service.rate, charged), job.money.deposit)
        if (seconds, earned) != (service.seen, job.money.paid + job.money.fee):
            wrong.append(job.label)
        rentals, seen, ran = rentals + 1, seen + seconds, ran + service.ran
    return Check(
        "every rental is paid for the seconds that its device was seen",
        not wrong,
        ", ".join(wrong) or f"{rentals} rentals ran {ran} s, of which {seen} s were seen",
    )


def check_epochs(skipped: Sequence[str], finished: int) -> Check:
    """Check that nothing that was due in an epoch was left out or refused."""
    return Check(
        "every epoch was opened, seeded, reported on and tallied in time",
        not skipped,
        "; ".join(skipped) or f"{finished} epochs",
    )


def lamports_that_stay(executed: Iterable[Executed]) -> Counter[Pubkey]:
    """Sum up by payer what is put up for accounts that stay.

    These are offers, devices with the deposits of active ones, reports and epochs.
    """
    stays: Counter[Pubkey] = Counter()
    epochs: set[int] = set()
    for transaction in executed:
        for event in transaction.events:
            match event:
                case OfferPosted():
                    stays[transaction.payer] += minimum_balance(Offer.LENGTH)
                case DeviceRegistered():
                    stays[transaction.payer] += minimum_balance(Device.LENGTH)
                case DeviceActivated():
                    stays[transaction.payer] += event.deposit
                case ReportOpened():
                    stays[transaction.payer] += minimum_balance(Report.LENGTH)
                case EpochOpened() if event.epoch_number % EPOCH_ACCOUNTS not in epochs:
                    # Later epochs use the account again.
                    epochs.add(event.epoch_number % EPOCH_ACCOUNTS)
                    stays[transaction.payer] += minimum_balance(Epoch.LENGTH)
                case _:
                    pass
    return stays
