"""Counts of devices: one definition, two ways to compute it, a digest that anyone can repeat."""

from __future__ import annotations

import hashlib
import io
import random
from collections import Counter
from dataclasses import asdict, replace

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.codec import Unknown
from ionet.counts import Counts, Tally, count_devices, count_records
from ionet.counts_records import RECORD_LENGTH, read_records
from ionet.devices import DeviceState, device_state, is_carried
from ionet.errors import AccountDecodeError, ArgumentError
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import (
    CONNECTED_EPOCHS,
    EPOCH_SECONDS,
    FOREVER,
    PROGRAM_ID,
    RING_EPOCHS,
)
from ionet.programs.verification.enums import GpuClass, ReportCode, SupplySource

GENESIS = 1_700_000_000
EPOCH = 400
"""Of the count: the ring has gone round once."""
AT = GENESIS + EPOCH * EPOCH_SECONDS + 1_234
KEY = Pubkey.from_string("Job1111111111111111111111111111111111111111")


def device(**changes: object) -> Device:
    """Return a device that is active, tallied to the epoch before, and connected."""
    ordinary = Device(
        version=1,
        bump=255,
        class_=GpuClass.H100,
        source=SupplySource.OWN,
        processors=8,
        vram_gib=80,
        genesis=GENESIS,
        heartbeat=AT - EPOCH_SECONDS,
        earlier_heartbeat=0,
        index=0,
        active_from=10,
        active_until=FOREVER,
        tallied_to=EPOCH - 1,
        ring=bytes(RING_EPOCHS // 2),
        reason=ReportCode.NO_ANSWER,
        weight=8_000,
        registered_slot=1,
        registered_at=GENESIS,
        deposit=1,
        owner=KEY,
        device_key=KEY,
        fingerprint=bytes(32),
        rent_payer=KEY,
        open_case=KEY,
        case_nonce=0,
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]


def ring(nibbles: dict[int, int]) -> bytes:
    """Return a ring with these nibbles by epoch."""
    found = bytearray(RING_EPOCHS // 2)
    for epoch, nibble in nibbles.items():
        found[epoch % RING_EPOCHS // 2] |= nibble << epoch % 2 * 4
    return bytes(found)


def address_of(number: int) -> Pubkey:
    return Pubkey(hashlib.sha256(number.to_bytes(8, "little")).digest())


def record(address: Pubkey, account: Device) -> bytes:
    return bytes(address) + account.encode()


def both(records: bytes, at: int = AT) -> Counts:
    """Return what both ways of counting say."""
    exact = count_records([records], at, is_fast=False)
    assert count_records([records], at, is_fast=True) == exact
    return exact


def any_device(source: random.Random) -> Device:
    """Return a device whose every figure lies at a boundary, or near one, or anywhere."""
    far = [-(2**63), -1, 0, 1, GENESIS - 1, GENESIS, AT, 2**62, 2**63 - 1]
    near = [EPOCH - CONNECTED_EPOCHS, EPOCH - RING_EPOCHS, EPOCH - 3, EPOCH - 2, EPOCH - 1, EPOCH]

    def second() -> int:
        if source.random() < 0.1:
            return source.choice(far)
        epoch = source.choice(near) + source.randint(-2, 2)
        return GENESIS + epoch * EPOCH_SECONDS + source.choice([-1, 0, 1, EPOCH_SECONDS - 1])

    def epoch() -> int:
        if source.random() < 0.1:
            return source.choice([0, 1, 2**31, FOREVER - 1, FOREVER])
        return max(source.choice(near) + source.randint(-2, 2), 0)

    return device(
        class_=source.choice([*GpuClass, Unknown(200)]),
        source=source.choice([*SupplySource, Unknown(255)]),
        genesis=GENESIS if source.random() < 0.9 else source.choice(far),
        heartbeat=second(),
        earlier_heartbeat=second(),
        active_from=source.choice([0, 10, epoch()]),
        active_until=source.choice([FOREVER, epoch()]),
        tallied_to=epoch(),
        ring=source.randbytes(RING_EPOCHS // 2),
    )


def test_numpy_agrees_with_the_definition_wherever_devices_may_be() -> None:
    source = random.Random(4)
    accounts = [(address_of(number), any_device(source)) for number in range(20_000)]
    records = b"".join(record(address, account) for address, account in accounts)
    states: Counter[DeviceState] = Counter()
    boundaries = (0, 1, GENESIS - 1, GENESIS, GENESIS + EPOCH_SECONDS, AT, 2**62 - 1)
    for at in (*boundaries, AT - AT % EPOCH_SECONDS, AT + EPOCH_SECONDS):
        counts = both(records, at)
        expected = Counter(device_state(account, at) for _, account in accounts)
        total = asdict(counts.total)
        carried = total.pop("carried")
        assert total == {state.name.lower(): expected[state] for state in DeviceState if state}
        assert carried == sum(
            is_carried(account, at) and device_state(account, at) > DeviceState.UNVERIFIED
            for _, account in accounts
        )
        for parts in (counts.by_class, counts.by_source):
            for name, value in asdict(counts.total).items():
                assert sum(asdict(part)[name] for part in parts.values()) == value
        states.update(expected)
    # Each state is reached often enough to tell the two apart.
    assert min(states[state] for state in DeviceState) > 1_000


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ring": ring({EPOCH - 1: 3})}, Tally(cluster_ready=1)),
        ({"ring": ring({EPOCH - 1: 2})}, Tally(verified=1)),
        ({"ring": ring({EPOCH - 1: 1})}, Tally(hired=1)),
        ({"ring": ring({EPOCH - 1: 3 | 2 << 2})}, Tally(cluster_ready=1, carried=1)),
        ({"ring": ring({EPOCH - 3: 2}), "tallied_to": EPOCH - 3}, Tally(verified=1, carried=1)),
        ({"ring": ring({EPOCH - 4: 2}), "tallied_to": EPOCH - 4}, Tally(unverified=1)),
        ({"ring": ring({EPOCH: 3}), "tallied_to": EPOCH}, Tally(unverified=1)),
        ({}, Tally(unverified=1)),
        ({"heartbeat": AT - CONNECTED_EPOCHS * EPOCH_SECONDS}, Tally(unverified=1)),
        ({"heartbeat": AT - (CONNECTED_EPOCHS + 1) * EPOCH_SECONDS}, Tally()),
        ({"heartbeat": AT}, Tally()),
        ({"heartbeat": AT, "earlier_heartbeat": AT - EPOCH_SECONDS}, Tally(unverified=1)),
    ],
)
def test_what_counts_as_what(changes: dict[str, object], expected: Tally) -> None:
    counts = both(record(KEY, device(**changes)))
    assert (counts.total, counts.accounts) == (expected, 1)
    names = [] if expected == Tally() else [("H100", expected)]
    assert list(counts.by_class.items()) == names


def test_the_digest_is_over_addresses_in_order_with_their_states() -> None:
    """As docs/counts.md says, written down once more."""
    ready, dead = device(ring=ring({EPOCH - 1: 3})), device(heartbeat=0)
    accounts = [(address_of(n), (ready, dead, device())[n % 3]) for n in range(9)]
    listed = b"".join(
        bytes(address) + bytes([4 if account is ready else 1])
        for address, account in sorted(accounts, key=lambda item: bytes(item[0]))
        if account is not dead
    )
    counts = both(b"".join(record(*account) for account in accounts))
    assert counts.sha256 == hashlib.sha256(b"ionet:devices" + listed).hexdigest()
    assert counts == both(b"".join(record(*account) for account in reversed(accounts)))
    chain = [(address, Account(1, account.encode(), PROGRAM_ID)) for address, account in accounts]
    assert counts == count_devices(chain, AT)


def test_addresses_that_begin_alike_are_in_order_too() -> None:
    tails = [bytes([3, 0]), bytes([0, 9]), bytes([2, 255]), bytes([255, 0])]
    alike = [Pubkey(bytes([7] * 30) + tail) for tail in tails]
    both(b"".join(record(address, device()) for address in (*alike, KEY)))


def test_no_accounts_make_empty_counts() -> None:
    assert both(b"") == Counts(AT, 0, Tally(), {}, {}, hashlib.sha256(b"ionet:devices").hexdigest())


@pytest.mark.parametrize("is_fast", [False, True])
def test_records_may_be_cut_anywhere(is_fast: bool) -> None:
    source = random.Random(5)
    records = b"".join(record(address_of(n), any_device(source)) for n in range(50))
    whole = count_records([records], AT, is_fast=is_fast)
    for size in (1, 31, RECORD_LENGTH - 1, RECORD_LENGTH, RECORD_LENGTH + 1, 5_000):
        parts = (records[at : at + size] for at in range(0, len(records), size))
        assert count_records(parts, AT, is_fast=is_fast) == whole
    assert count_records(read_records(io.BytesIO(records)), AT, is_fast=is_fast) == whole


@pytest.mark.parametrize("is_fast", [False, True])
@pytest.mark.parametrize(
    ("records", "at", "error", "message"),
    [
        (record(KEY, device())[:-1], AT, ArgumentError, "431 bytes after the last whole one"),
        (record(KEY, device()) * 2, AT, ArgumentError, f"device {KEY}: is listed twice"),
        (record(KEY, device()), -1, ArgumentError, "at -1: must be a Unix second"),
        (record(KEY, device()), 2**62, ArgumentError, "must be a Unix second"),
        (record(KEY, device(version=2)), AT, AccountDecodeError, f"account {KEY}: .* version 2"),
        (bytes(RECORD_LENGTH), AT, AccountDecodeError, "discriminator 0000000000000000"),
    ],
)
def test_bad_records_are_refused(
    records: bytes, at: int, error: type[Exception], message: str, is_fast: bool
) -> None:
    with pytest.raises(error, match=message):
        count_records([records], at, is_fast=is_fast)


def test_accounts_of_strangers_are_refused() -> None:
    with pytest.raises(AccountDecodeError, match=f"account {KEY}: not a Device: owner is {KEY}"):
        count_devices([(KEY, Account(1, device().encode(), KEY))], AT)
    with pytest.raises(AccountDecodeError, match="3 bytes, must be 400"):
        count_devices([(KEY, Account(1, b"abc", PROGRAM_ID))], AT)
