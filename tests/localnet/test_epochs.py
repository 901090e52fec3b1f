"""Epochs of the localnet run by themselves: everybody acts through the SDK, the clock moves on."""

from pathlib import Path

import pytest
from solders.hash import Hash
from solders.pubkey import Pubkey

from ionet import Usdc, hours
from ionet.devices import DeviceState, Result, carries_of, device_state, nibble_of, result_of
from ionet.localnet import Actor, Localnet
from ionet.localnet.behaviours import LATE, SILENT, Behaviour, Window
from ionet.localnet.clock import BlockClock
from ionet.localnet.epoch_report import EpochReport
from ionet.localnet.errors import ClockError
from ionet.localnet.genesis import DEFAULT_UNIX_TIME as GENESIS
from ionet.localnet.replay import replay
from ionet.programs.verification.accounts import Device, Epoch
from ionet.programs.verification.constants import (
    COMMIT_WINDOW,
    EPOCH_SECONDS,
    OPEN_WINDOW,
    REVEAL_DEADLINE,
)
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.pdas import find_epoch
from tests.localnet.fleet import Gpu, read_attestor


def start(attestors: int = 1, *, ledger: Path | None = None) -> Localnet:
    return Localnet.start(["owner", "funder"], attestors=attestors, ledger=ledger)


def active_gpu(net: Localnet, name: str = "gpu-1") -> Gpu:
    gpu = Gpu(net, Actor.named(name))
    gpu.register()
    gpu.activate()
    return gpu


def state(gpu: Gpu) -> DeviceState:
    return device_state(gpu.read(), gpu.net.vm.now().unix_timestamp)


def results(gpu: Gpu, *epochs: int) -> list[Result]:
    return [result_of(nibble_of(gpu.read(), epoch)) for epoch in epochs]


def test_a_new_device_is_cluster_ready_two_epochs_later() -> None:
    with start() as net:
        gpu = active_gpu(net)
        first, second = net.run_epochs(2)
        assert net.vm.now().unix_timestamp == GENESIS + 2 * EPOCH_SECONDS
        assert state(gpu) is DeviceState.CLUSTER_READY
        assert (first.number, first.committee_size, first.tallied) == (0, 0, 0)
        assert first.skipped == ("reports: drawn from 0 seats, too few for committees",)
        assert (second.number, second.committee_size, second.skipped) == (1, 1, ())
        assert (second.committed, second.revealed, second.missed, second.tallied) == (1, 1, 0, 1)
        assert second.refusals == ()


def test_an_unplugged_device_fails_until_it_is_plugged_in() -> None:
    with start() as net:
        good, bad = active_gpu(net), active_gpu(net, "gpu-2")
        net.run_epochs(2)
        net.unplug(bad.address)
        net.run_epochs(2)
        net.plug(bad.address)
        net.run_epochs()
        assert results(good, 1, 2, 3, 4) == [Result.DEPLOYABLE] * 4
        assert results(bad, 1, 2, 3, 4) == [
            Result.DEPLOYABLE,
            Result.UNSEEN,
            Result.UNSEEN,
            Result.DEPLOYABLE,
        ]


def test_a_probe_decides_what_is_seen() -> None:
    with start() as net:
        late, passed = active_gpu(net), active_gpu(net, "gpu-2")

        def probe(address: Pubkey, device: Device) -> ReportCode:
            assert address == (late if device.index == 0 else passed).address
            return ReportCode.LATE if device.index == 0 else ReportCode.PASSED

        net.run_epochs(2, probe=probe)
        assert (results(late, 1), results(passed, 1)) == ([Result.UNSEEN], [Result.PASSED])
        assert late.read().reason is ReportCode.LATE


def test_every_attestor_looks_once_an_epoch_at_each_device() -> None:
    with start(2) as net:
        gpus = [active_gpu(net), active_gpu(net, "gpu-2")]
        seen: list[Pubkey] = []

        def probe(address: Pubkey, _device: Device) -> ReportCode:
            seen.append(address)
            return ReportCode.PASSED

        net.run_epochs(2, probe=probe)
        assert sorted(map(str, seen)) == sorted(str(gpu.address) for gpu in gpus * 2)


def test_a_device_that_a_job_holds_is_hired() -> None:
    with Localnet.start(["owner", "funder", "renter"]) as net:
        hired, idle = active_gpu(net), active_gpu(net, "gpu-2")
        owner, renter = net.client("owner").provider, net.client("renter").renter
        net.run_epochs(2)
        for gpu in (hired, idle):
            owner.post_offer(gpu.address, rate=Usdc("2.49"), min=hours(1), max=hours(48))
        (offer,) = (
            o for o in renter.iter_offers() if o.device and o.device.address == hired.address
        )
        renter.open_job(offer, hours(24))
        next(owner.iter_requests()).accept()
        net.run_epochs(2)
        assert results(hired, 1, 2, 3) == [Result.DEPLOYABLE, Result.ALIVE, Result.ALIVE]
        assert results(idle, 1, 2, 3) == [Result.DEPLOYABLE] * 3
        assert state(hired) is DeviceState.HIRED


def test_an_attestor_may_see_something_else() -> None:
    with start(3) as net:
        gpu = active_gpu(net)
        net.attestors["attestor-2"].probe = lambda _address, _device: ReportCode.TOO_FAST
        net.run_epochs(2)
        assert results(gpu, 1) == [Result.DEPLOYABLE]
        net.attestors["attestor-3"].probe = lambda _address, _device: ReportCode.TOO_FAST
        net.run_epochs()
        assert results(gpu, 2) == [Result.UNSEEN]
        assert gpu.read().reason is ReportCode.TOO_FAST


def test_who_joins_later_has_duties_from_the_next_epoch_on() -> None:
    with start(0) as net:
        active_gpu(net)
        net.run_epochs()
        net.join_attestor("owner")
        empty, full = net.run_epochs(2)
        assert (empty.committee_size, empty.committed) == (0, 0)
        assert (full.committee_size, full.committed, full.revealed) == (1, 1, 1)


@pytest.mark.parametrize(
    ("behaviour", "refused"), [(SILENT, []), (LATE, [(Window.TALLY, "RevealTooLate")])]
)
def test_who_does_not_reveal_is_recorded_as_missed(
    behaviour: Behaviour, refused: list[tuple[Window, str]]
) -> None:
    with start(2) as net:
        gpu = active_gpu(net)
        net.run_epochs(2)
        net.attestors["attestor-1"].behaviour = behaviour
        (report,) = net.run_epochs()
        assert (report.revealed, report.missed, report.tallied) == (1, 1, 1)
        assert [(r.window, type(r.error).__name__) for r in report.refusals] == refused
        # One of two is no quorum: the result of the epoch before is carried.
        assert carries_of(nibble_of(gpu.read(), 2)) == 1
        missed = read_attestor(net, net.actor("attestor-1"))
        assert (missed.total_revealed, missed.total_missed) == (1, 1)


@pytest.mark.parametrize(
    ("offset", "done", "skipped"),
    [
        (OPEN_WINDOW - 14, (1, 1, 1), ()),
        (OPEN_WINDOW, (0, 0, 0), ("open_epoch: 0 s too late",)),
        (EPOCH_SECONDS - 1, (0, 0, 0), (f"open_epoch: {EPOCH_SECONDS - 1 - OPEN_WINDOW} s",)),
    ],
)
def test_what_is_too_late_is_left_out_and_told(
    offset: int, done: tuple[int, ...], skipped: tuple[str, ...]
) -> None:
    with start() as net:
        active_gpu(net)
        net.run_epochs()
        net.vm.warp(offset)
        (report,) = net.run_epochs()
        assert (report.committed, report.revealed, report.tallied) == done
        assert len(report.skipped) == len(skipped)
        assert all(map(str.startswith, report.skipped, skipped))
        assert net.vm.now().unix_timestamp == GENESIS + 2 * EPOCH_SECONDS


@pytest.mark.parametrize(
    ("offset", "done", "skipped"),
    [
        (COMMIT_WINDOW, (0, 0, 1), ["commit: 0 s too late"]),
        (REVEAL_DEADLINE, (0, 0, 1), ["commit: 5400 s too late", "reveal: 0 s too late"]),
    ],
)
def test_a_seeded_epoch_is_taken_up_where_it_is(
    offset: int, done: tuple[int, ...], skipped: list[str]
) -> None:
    with start() as net:
        active_gpu(net)
        net.run_epochs()
        keeper = net.client("epoch-keeper").keeper
        keeper.open_epoch()
        net.vm.advance_slots(33)
        keeper.seed_epoch()
        net.vm.warp_to(GENESIS + EPOCH_SECONDS + offset)
        (report,) = net.run_epochs()
        assert (report.committed, report.revealed, report.missed) == done
        assert list(report.skipped) == skipped


def test_the_seed_is_the_hash_of_the_block_32_slots_after_the_opening() -> None:
    with start() as net:
        active_gpu(net)
        net.run_epochs(2)
        address = find_epoch(1)[0]
        account = net.vm.get_account(address)
        assert account is not None
        epoch = Epoch.decode(address, account)
        assert epoch.seed_slot == epoch.slot + 32
        then = BlockClock(net.vm.genesis_hash, slot=epoch.seed_slot + 1, unix_time=GENESIS)
        assert then.slot_hashes(1) == [(epoch.seed_slot, Hash(epoch.seed))]


def test_a_seed_that_was_lost_is_armed_again() -> None:
    with start() as net:
        active_gpu(net)
        net.run_epochs()
        net.client("epoch-keeper").keeper.open_epoch()
        net.vm.advance_slots(600)
        (report,) = net.run_epochs()
        assert (report.skipped, report.tallied) == ((), 1)


def test_runs_of_epochs_repeat_to_the_byte_and_replay_identically(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with start(3, ledger=tmp_path / name) as net:
            active_gpu(net)
            net.run_epochs(3)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    report = replay(tmp_path / "one")
    assert report.first_difference is None
    assert report.is_identical


@pytest.mark.parametrize("step", [3_600, 2_711, 40_000])
def test_time_in_steps_of_any_length_gives_the_same_history(tmp_path: Path, step: int) -> None:
    with start(3, ledger=tmp_path / "epochs") as net:
        active_gpu(net)
        whole = net.run_epochs(3)
    with start(3, ledger=tmp_path / "steps") as net:
        active_gpu(net)
        stepped: list[EpochReport] = []
        end = GENESIS + 3 * EPOCH_SECONDS
        for time in (*range(GENESIS + step, end, step), end):
            stepped += net.run_until(time)
            assert net.vm.now().unix_timestamp == time
    assert tuple(stepped) == whole
    assert (tmp_path / "epochs").read_bytes() == (tmp_path / "steps").read_bytes()


def test_only_what_is_due_is_done() -> None:
    with start() as net:
        gpu = active_gpu(net)
        net.run_epochs()
        for offset in (1, COMMIT_WINDOW, COMMIT_WINDOW + 1, REVEAL_DEADLINE, REVEAL_DEADLINE + 1):
            assert net.run_until(GENESIS + EPOCH_SECONDS + offset) == ()
            attestor = read_attestor(net, net.actor("attestor-1"))
            assert (attestor.total_revealed == 1) == (offset > COMMIT_WINDOW)
            assert (gpu.read().tallied_to == 1) == (offset > REVEAL_DEADLINE)


def test_a_time_that_has_passed_is_refused() -> None:
    with start() as net, pytest.raises(ClockError, match="lies before the clock's"):
        net.run_until(GENESIS - 1)


def test_epochs_go_on_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "localnet.jsonl"
    with Localnet.create(path, ["owner", "funder"], attestors=2) as net:
        gpu = active_gpu(net)
        net.run_epochs()
    with Localnet.open(path) as net:
        net.run_epochs(2)
    with Localnet.open(path) as net:
        assert results(Gpu(net, gpu.key), 1, 2) == [Result.DEPLOYABLE] * 2
        assert net.run_epochs()[0].revealed == 2
    assert replay(path).is_identical
