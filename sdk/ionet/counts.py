"""The published counts of devices: a pure function of device accounts and a second.

Anyone who has the accounts of the verification program can recount. What counts as what is decided
by ``ionet.devices`` (docs/adr/009-devices-and-epochs.md); what is hashed: docs/counts.md::

    count_chain(connection)                     # what a chain holds, at its clock
    count_devices(accounts, at)                 # addresses and accounts
    count_records(read_records(file), at)       # addresses and data, by the million

With numpy installed (``pip install ionet[fast]``) records are counted many times faster, with the
same result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from importlib.util import find_spec

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.connection import Connection
from ionet.counts_records import (
    ADDRESS_LENGTH,
    RECORD_LENGTH,
    Buffer,
    Recount,
    Sort,
    recount,
    whole_records,
)
from ionet.errors import AccountDecodeError, ArgumentError
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import PROGRAM_ID
from ionet.programs.verification.enums import GPU_CLASS_OF_TAG, SUPPLY_SOURCE_OF_TAG

_MAX_TIME = 2**62


@dataclass(frozen=True, slots=True)
class Tally:
    """How many devices count as what.

    Attributes:
        unverified: Connected in the last 30 days, and neither of the next two.
        verified: Passed the proof of work.
        cluster_ready: Passed it and deployable.
        hired: At work for a job; in none of the three published counts.
        carried: Those of the last three whose result is from an earlier epoch.
    """

    unverified: int = 0
    verified: int = 0
    cluster_ready: int = 0
    hired: int = 0
    carried: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts at one second.

    Attributes:
        at: The Unix second.
        accounts: Device accounts read, counted or not.
        total: All devices.
        by_class: By name of the GPU class, such as ``H100``.
        by_source: By name of the supply source, such as ``own``.
        sha256: Hex digest over the sorted list of what counts, see docs/counts.md.
    """

    at: int
    accounts: int
    total: Tally
    by_class: Mapping[str, Tally]
    by_source: Mapping[str, Tally]
    sha256: str


def count_chain(
    connection: Connection, at: int | None = None, *, program_id: Pubkey = PROGRAM_ID
) -> Counts:
    """Count the devices that a chain holds.

    Args:
        connection: The chain.
        at: As for ``count_devices``; by default the second of the chain's clock.
        program_id: The verification program.

    Raises:
        AccountDecodeError: a device is of a layout that this package cannot read.
        ArgumentError: ``at`` is no Unix second.
    """
    second = connection.get_clock().unix_timestamp if at is None else at
    # Not filtered by version: a count that left out newer devices would be wrong without a word.
    kind = ((0, Device.DISCRIMINATOR),)
    accounts = connection.get_program_accounts(program_id, memcmp=kind)
    return count_devices(accounts, second, program_id=program_id)


def count_devices(
    accounts: Iterable[tuple[Pubkey, Account]], at: int, *, program_id: Pubkey = PROGRAM_ID
) -> Counts:
    """Count device accounts as a chain gives them.

    Args:
        accounts: Address and account, in any order.
        at: Unix second. The state at a second of an epoch is final when the epoch begins; of a
            second before a device's last heartbeats and results less is known than was then.
        program_id: The verification program.

    Raises:
        AccountDecodeError: an account is no device, or of a layout that this package cannot read.
        ArgumentError: a device is listed twice, or ``at`` is no Unix second.
    """

    def records() -> Iterator[tuple[bytes, bytes]]:
        for address, account in accounts:
            if account.owner != program_id:
                rule = f"owner is {account.owner}, must be {program_id}"
                raise AccountDecodeError(f"account {address}: not a Device: {rule}")
            yield bytes(address), account.data

    return _counts(recount(records(), _checked_time(at)), at)


def count_records(chunks: Iterable[Buffer], at: int, *, is_fast: bool | None = None) -> Counts:
    """Count devices from raw bytes: records of address[32] and account data[400], in any order.

    Args:
        chunks: The records, cut anywhere; a chunk is not looked at again after the next is taken.
            That the verification program owns these accounts is the caller's to check.
        at: As for ``count_devices``.
        is_fast: Whether to use numpy; by default if it is installed.

    Raises:
        AccountDecodeError, ArgumentError: as for ``count_devices``; also a record that is cut off.
    """
    _checked_time(at)
    if find_spec("numpy") is not None if is_fast is None else is_fast:
        from ionet import counts_numpy  # an extra, and slow to import

        return _counts(counts_numpy.recount(whole_records(chunks), at), at)
    pairs = (
        (
            chunk[start : start + ADDRESS_LENGTH],
            chunk[start + ADDRESS_LENGTH : start + RECORD_LENGTH],
        )
        for chunk in map(bytes, whole_records(chunks))
        for start in range(0, len(chunk), RECORD_LENGTH)
    )
    return _counts(recount(pairs, at), at)


def _counts(found: Recount, at: int) -> Counts:
    classes = {tag for tag, _, _, _ in found.sorts}
    sources = {tag for _, tag, _, _ in found.sorts}
    return Counts(
        at=at,
        accounts=found.accounts,
        total=_tally(found.sorts.items()),
        by_class={
            _name(GPU_CLASS_OF_TAG[tag]): _tally(
                (sort, count) for sort, count in found.sorts.items() if sort[0] == tag
            )
            for tag in sorted(classes)
        },
        by_source={
            _name(SUPPLY_SOURCE_OF_TAG[tag]).lower(): _tally(
                (sort, count) for sort, count in found.sorts.items() if sort[1] == tag
            )
            for tag in sorted(sources)
        },
        sha256=found.sha256,
    )


def _tally(sorts: Iterable[tuple[Sort, int]]) -> Tally:
    counts: Counter[str] = Counter()
    for (_, _, state, carried), count in sorts:
        counts[state.name.lower()] += count
        counts["carried"] += count if carried else 0
    return Tally(**counts)


def _name(variant: IntEnum | Unknown) -> str:
    """Return the name of a class or source; of one that this package does not know, its tag."""
    return f"unknown {variant.tag}" if isinstance(variant, Unknown) else variant.name


def _checked_time(at: int) -> int:
    if type(at) is not int or not 0 <= at < _MAX_TIME:
        raise ArgumentError(f"at {at!r}: must be a Unix second")
    return at
