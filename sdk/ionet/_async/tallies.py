"""Counting an epoch: the accounts that it takes, the tally itself, and reports that were missed."""

from __future__ import annotations

from collections.abc import Sequence

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.batches import land_each
from ionet._async.network import AsyncNetwork
from ionet.device_views import DeviceView
from ionet.devices import is_active
from ionet.errors import IonetError, ProgramError
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import Epoch, Report
from ionet.programs.verification.constants import EPOCH_ACCOUNTS
from ionet.programs.verification.errors import AlreadyInUse, AlreadyTallied, ReportSettled
from ionet.programs.verification.pdas import find_epoch
from ionet.reports import ReportPlace, all_places, is_settled, report_places, seat_at
from ionet.results import Landed
from ionet.tallies import build_tally, count_tallied, tally_capacity
from ionet.verification_results import EpochRound


async def open_places(
    network: AsyncNetwork, places: Sequence[ReportPlace]
) -> tuple[list[Landed], list[IonetError]]:
    """Open the report accounts that are missing; return what landed, and what failed."""
    verification = network.verification
    found = await verification.find_reports([place.address for place in places])
    steps = [
        instructions.open_report(
            payer=network.payer.pubkey(),
            report=place.address,
            range=place.range,
            place=place.place,
            program_id=verification.program_id,
        )
        for place, account in zip(places, found, strict=True)
        if account is None
    ]
    return await land_each(network, steps, done=AlreadyInUse)


async def tally_epoch(network: AsyncNetwork, epoch: Epoch) -> EpochRound:
    """Decide the devices of an epoch that has its seed, range by range."""
    landed: list[Landed] = []
    failures: list[IonetError] = []
    ranges = await network.verification.scan_ranges(epoch.number) if epoch.committee_size else {}
    for range_, views in sorted(ranges.items()):
        devices = [view.address for view in views if _is_due(view, epoch.number)]
        if devices:
            more, failed = await _tally_range(network, epoch, range_, devices)
            landed += more
            failures += failed
    return EpochRound(epoch.number, tuple(landed), tuple(failures), count_tallied(landed))


async def record_misses_of(
    network: AsyncNetwork, epochs: Sequence[Epoch]
) -> tuple[list[Landed], list[IonetError]]:
    """Record what was due in epochs and not revealed; return what landed, and what failed."""
    verification = network.verification
    places = [
        place for epoch in epochs for place in all_places(epoch, program_id=verification.program_id)
    ]
    # All epochs use the same accounts: each is opened and read once.
    accounts = {place.address: place for place in places}
    landed, failures = await open_places(network, list(accounts.values()))
    reports = dict(zip(accounts, await verification.find_reports(list(accounts)), strict=True))
    missed = [place for place in places if not _is_settled(reports[place.address], place.epoch)]
    attestors = await verification.scan_attestors() if missed else []
    holders = {
        (number, seat_at(attestor, number)): address
        for number in {place.epoch for place in missed}
        for address, attestor in attestors
    }
    steps = [
        _miss(network, place, holders[place.epoch, place.seat])
        for place in missed
        # Who has withdrawn the bond is gone, and so is what a miss counts against.
        if (place.epoch, place.seat) in holders
    ]
    more, failed = await land_each(network, steps, done=ReportSettled)
    return landed + more, failures + failed


async def _tally_range(
    network: AsyncNetwork, epoch: Epoch, range_: int, devices: list[Pubkey]
) -> tuple[list[Landed], list[IonetError]]:
    program_id = network.verification.program_id
    places = report_places(epoch, range_, program_id=program_id)
    landed, failures = await open_places(network, places)
    draft = await network.sender.build([], [])
    size = tally_capacity(draft, places, devices, program_id=program_id)
    waiting = [devices[start : start + size] for start in range(0, len(devices), size)]
    while waiting:
        group = waiting.pop(0)
        try:
            landed.append(await network.land([build_tally(places, group, program_id=program_id)]))
        except AlreadyTallied:
            continue
        except ProgramError as error:
            # One that has an index of another range by now fails all: the others again.
            left = await _still_due(network, epoch.number, group)
            if len(left) == len(group):
                failures.append(error)
            elif left:
                waiting.insert(0, left)
        except IonetError as error:
            failures.append(error)
    return landed, failures


async def _still_due(network: AsyncNetwork, epoch: int, devices: Sequence[Pubkey]) -> list[Pubkey]:
    views = await network.verification.find_views(devices)
    return [view.address for view in views if view is not None and _is_due(view, epoch)]


def _is_settled(report: Report | None, epoch: int) -> bool:
    # An account that could not be opened has no outcome to be written, now.
    return report is None or is_settled(report, epoch)


def _is_due(view: DeviceView, epoch: int) -> bool:
    return is_active(view.account, epoch) and view.account.tallied_to < epoch


def _miss(network: AsyncNetwork, place: ReportPlace, attestor: Pubkey) -> Instruction:
    program_id = network.verification.program_id
    return instructions.record_miss(
        attestor=attestor,
        report=place.address,
        epoch=find_epoch(place.epoch % EPOCH_ACCOUNTS, program_id=program_id)[0],
        epoch_number=place.epoch,
        range=place.range,
        place=place.place,
        program_id=program_id,
    )
