"""june-2024: the recount gives the published figures, whoever counts, wherever the accounts are."""

from __future__ import annotations

from collections import Counter

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.counts import Counts, Tally, count_chain, count_devices, count_records
from ionet.devices import DeviceState, device_state
from ionet.localnet import Localnet
from ionet.localnet.census import Census, load_census
from ionet.localnet.scenario import shipped_scenario
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import CONNECTED_EPOCHS, EPOCH_SECONDS
from ionet.programs.verification.pdas import find_device

SHA256 = "dc6179674655a41c6616ede7a90242edd827ba92bff5605951f9ed9aa6887f32"
"""Of a hundredth: the same in every run and in each lane."""
Accounts = list[tuple[Pubkey, Account]]


@pytest.fixture(scope="module")
def census() -> Census:
    return load_census(shipped_scenario("june-2024"))


@pytest.fixture(scope="module")
def accounts(census: Census) -> Accounts:
    return list(census.accounts(100))


@pytest.fixture(scope="module")
def counts(census: Census, accounts: Accounts) -> Counts:
    return count_devices(accounts, census.at)


def test_a_hundredth_of_each_rounded_down(counts: Counts) -> None:
    assert counts.total == Tally(
        unverified=8_179, verified=1_173, cluster_ready=195, hired=50, carried=126
    )
    assert counts.accounts == 8_179 + 1_173 + 195 + 50 + 400
    assert counts.sha256 == SHA256


def test_the_plan_has_the_published_figures(census: Census) -> None:
    assert census.devices[DeviceState.UNVERIFIED] == 817_992
    assert census.devices[DeviceState.VERIFIED] == 117_343
    assert census.devices[DeviceState.CLUSTER_READY] == 19_578
    assert sum(census.devices.values()) == 1_000_000


@pytest.mark.parametrize("is_fast", [False, True])
def test_raw_bytes_give_the_same(
    census: Census, accounts: Accounts, counts: Counts, is_fast: bool
) -> None:
    records = (bytes(address) + account.data for address, account in reversed(accounts))
    assert count_records(records, census.at, is_fast=is_fast) == counts


def test_a_chain_gives_the_same(census: Census) -> None:
    few = list(census.accounts(2_000))
    with Localnet.start() as net:
        for address, account in few:
            net.vm.set_account(address, account)
        found = count_chain(net.connection, census.at)
    assert found == count_devices(few, census.at)
    assert found.total.cluster_ready == 19_578 // 2_000


def test_the_accounts_are_those_of_devices(accounts: Accounts) -> None:
    """What the program would have written: addresses, bumps, deposits, indexes."""
    devices = [(address, Device.decode(address, account)) for address, account in accounts]
    for address, device in devices[::50]:
        assert find_device(device.device_key) == (address, device.bump)
    held = [device.index for _, device in devices if device.deposit]
    assert sorted(held) == list(range(len(held)))
    assert len(held) > 1_000


def test_what_must_not_count_is_hard_to_tell(census: Census, accounts: Accounts) -> None:
    """Each of the three states has devices on both sides of its boundaries."""
    epoch = (census.at - census.genesis) // EPOCH_SECONDS
    kinds: Counter[tuple[DeviceState, str]] = Counter()
    for address, account in accounts:
        device = Device.decode(address, account)
        state = device_state(device, census.at)
        beat = epoch - (device.heartbeat - census.genesis) // EPOCH_SECONDS
        kinds[state, "last heartbeat in the epoch"] += beat == 0
        kinds[state, "oldest heartbeat that counts"] += beat == CONNECTED_EPOCHS
        kinds[state, "one epoch older"] += beat == CONNECTED_EPOCHS + 1
        kinds[state, "results in the ring"] += any(device.ring)
        kinds[state, "nobody tallied"] += 1 <= device.tallied_to < epoch - 1
    for state, what in (
        (DeviceState.UNVERIFIED, "oldest heartbeat that counts"),
        (DeviceState.UNVERIFIED, "last heartbeat in the epoch"),
        (DeviceState.UNVERIFIED, "results in the ring"),
        (DeviceState.UNVERIFIED, "nobody tallied"),
        (DeviceState.VERIFIED, "nobody tallied"),
        (DeviceState.CLUSTER_READY, "nobody tallied"),
        (DeviceState.NOT_COUNTED, "one epoch older"),
        (DeviceState.NOT_COUNTED, "last heartbeat in the epoch"),
        (DeviceState.NOT_COUNTED, "results in the ring"),
    ):
        assert kinds[state, what] > 0, (state, what)
    assert kinds[DeviceState.UNVERIFIED, "one epoch older"] == 0
