"""The fleet of the demo: what the chain comes to say of it, and who is paid for what it saw."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from ionet.codec import Unknown
from ionet.counts import Counts, Tally, count_devices
from ionet.localnet import Localnet
from ionet.localnet.demo_checks_devices import FetchDevice, check_epochs, check_seen, device_reader
from ionet.localnet.demo_report import JobLine, Service
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.events import DeviceTallied
from tests.scenarios.conftest import Run


def moment(text: str) -> int:
    return int(datetime.fromisoformat(f"2026-11-{text}:00Z").timestamp())


@pytest.fixture(scope="module")
def fetch_device(demo: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FetchDevice]:
    """Read devices as they are after the demo, by executing its ledger again."""
    path = tmp_path_factory.mktemp("devices") / "demo.jsonl"
    shutil.copy(demo.ledger, path)
    with Localnet.open(path) as net:
        yield device_reader(net.vm.get_account, net.verification)


def job_of(run: Run, label: str) -> JobLine:
    return next(job for job in run.report.jobs if job.label == label)


def service_of(run: Run, label: str) -> Service:
    service = job_of(run, label).service
    assert service is not None
    return service


def test_before_the_first_report_every_device_is_unverified(demo: Run) -> None:
    assert {name: t.unverified for name, t in demo.report.before.by_class.items()} == {
        "H100": 8,
        "B200": 2,
        "A100": 2,
        "L40S": 3,
        "RTX4090": 13,
        "RTX3090": 1,
    }
    assert demo.report.before.total == Tally(unverified=29)


def test_at_the_end_each_counts_as_what_it_proved(demo: Run) -> None:
    after = demo.report.after
    assert after.total == Tally(unverified=15, verified=3, cluster_ready=11)
    assert after.by_class == {
        "H100": Tally(cluster_ready=8),
        "B200": Tally(unverified=2),  # they have fewer GPUs than they say
        "A100": Tally(unverified=1, cluster_ready=1),  # one of them died
        "L40S": Tally(verified=3),
        "RTX4090": Tally(unverified=12, cluster_ready=1),  # twelve never proved anything
        "RTX3090": Tally(cluster_ready=1),
    }
    assert after.by_source == {
        "own": Tally(unverified=1, cluster_ready=9),
        "render": Tally(cluster_ready=1),
        "filecoin": Tally(verified=3, cluster_ready=1),
        "other": Tally(unverified=14),
    }


def test_four_epochs_of_reports_verify_the_fleet_before_it_is_hired(demo: Run) -> None:
    totals = [epoch.counts.total for epoch in demo.report.epochs]
    assert totals[:5] == [
        Tally(unverified=29),
        Tally(unverified=23, cluster_ready=6),
        Tally(unverified=20, cluster_ready=9),
        Tally(unverified=15, verified=3, cluster_ready=11),
        Tally(unverified=14, verified=3, cluster_ready=12),
    ]
    assert totals[6] == Tally(unverified=14, verified=3, cluster_ready=3, hired=9)
    # The device that died, and nothing else, is hired no more.
    assert totals[7] == Tally(unverified=15, verified=3, cluster_ready=3, hired=8)


def test_the_silent_attestor_is_missed_in_four_epochs_and_evicted_in_the_fifth(demo: Run) -> None:
    first, *others = demo.report.epochs
    assert (first.seats, first.committee, first.reports, first.devices) == (0, 0, 0, 0)
    assert [epoch.number for epoch in others] == list(range(1, 14))
    found = [(epoch.seats, epoch.committee, epoch.reports, epoch.missed) for epoch in others]
    # Who is evicted in an epoch keeps the duties of it.
    assert found == [(7, 7, 6, 1)] * 5 + [(6, 6, 6, 0)] * 8
    assert [epoch.devices for epoch in others] == [8, 11, 16, *[17] * 10]


def test_the_attestor_who_passes_everything_passes_nobody(demo: Run) -> None:
    reasons: dict[str, set[ReportCode | Unknown]] = {}
    for event in (event for executed in demo.report.executed for event in executed.events):
        if isinstance(event, DeviceTallied) and event.nibble == 0:
            group = demo.report.labels[event.device].partition(" ")[0]
            reasons.setdefault(group, set()).add(event.reason)
    assert reasons == {
        "delta-b200": {ReportCode.FEWER_GPUS},
        "delta-a100": {ReportCode.NO_ANSWER},
    }


def test_a_device_that_dies_is_paid_until_the_attestors_miss_it(demo: Run) -> None:
    (death,) = demo.report.power
    assert (death.at, death.device, death.action) == (moment("22T19:00"), "delta-a100", "unplug")
    service = service_of(demo, "simulation")
    assert service.started_at == moment("22T11:01")
    assert service.unseen_from == moment("23T03:00")
    assert service.ended_at == moment("23T07:00")
    assert service.seen == moment("23T03:00") - moment("22T11:01") == 57_540
    assert job_of(demo, "simulation").money.refunded == 33_360_000 - 22_216_833


def test_a_device_that_returns_is_not_paid_for_its_absence(exits: Run) -> None:
    service = service_of(exits, "gap")
    assert service.unseen_from == moment("22T21:00")
    assert (service.ran, service.seen) == (36 * 3_600, 24 * 3_600)


def test_all_other_rentals_are_seen_from_start_to_end(either: Run) -> None:
    for job in either.report.jobs:
        if job.service is not None and job.label not in ("simulation", "gap"):
            assert (job.service.seen, job.service.unseen_from) == (job.service.ran, None)


def test_anyone_recounts_the_same_from_the_ledger(either: Run, tmp_path: Path) -> None:
    path = tmp_path / "copy.jsonl"
    shutil.copy(either.ledger, path)
    with Localnet.open(path) as net:
        accounts = [
            (address, account)
            for address, account in net.vm.program_accounts(net.verification)
            if account.data.startswith(Device.DISCRIMINATOR)
        ]

        def recount(counts: Counts) -> Counts:
            return count_devices(accounts, counts.at, program_id=net.verification)

        assert recount(either.report.after) == either.report.after
        # Rings keep what was: the past is counted from the accounts as they are now.
        for epoch in either.report.epochs:
            assert recount(epoch.counts).sha256 == epoch.counts.sha256


def test_digests_are_the_same_in_every_run_and_lane(demo: Run) -> None:
    assert (demo.report.before.sha256, demo.report.after.sha256) == (
        "6b9951a9381b63d6c3d3c0b58b387d0051eb4b49d748e27e9fec284918daf643",
        "8c7d28fe96cff74c1d77563d32f565099f6f8ddf2f3831a5e9a13f82a8330fd8",
    )


def test_json_has_counts_and_epochs(either: Run) -> None:
    document = either.report.to_json()
    for name in ("before", "after"):
        counts = document["counts"][name]
        keys = ("at", "unverified", "verified", "cluster_ready", "hired")
        assert all(type(counts[key]) is int for key in keys)
        assert len(bytes.fromhex(counts["sha256"])) == 32
        for key in keys[1:]:
            assert counts[key] == sum(tally[key] for tally in counts["by_class"].values())
    keys = ("number", "seats", "committee", "reports", "devices")
    assert all(type(epoch[key]) is int for epoch in document["epochs"] for key in keys)
    ran = {job["name"]: (job["ran"], job["seen"]) for job in document["jobs"]}
    assert all(seen <= ran for ran, seen in ran.values())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda service: replace(service, seen=service.seen + 1),
        lambda service: replace(service, ended_at=service.unseen_from - 1),
        lambda service: replace(service, started_at=service.started_at - 1),
        lambda service: replace(service, rate=service.rate + 1),
        lambda service: replace(service, minimum=service.seen + 1),
    ],
    ids=["a second more", "an earlier end", "an earlier start", "another rate", "a larger minimum"],
)
def test_a_rental_that_is_not_paid_by_its_ring_does_not_pass(
    demo: Run, fetch_device: FetchDevice, spoil: Callable[[Service], Service]
) -> None:
    job, service = job_of(demo, "simulation"), service_of(demo, "simulation")
    check = check_seen([replace(job, service=spoil(service))], fetch_device)
    assert (check.holds, check.detail) == (False, "simulation")


def test_all_rentals_are_paid_by_their_rings(demo: Run, fetch_device: FetchDevice) -> None:
    check = check_seen(demo.report.jobs, fetch_device)
    assert check.holds
    assert check.detail == "10 rentals ran 1117740 s, of which 1103340 s were seen"


def test_an_epoch_with_something_left_out_does_not_pass() -> None:
    assert check_epochs([], 4).holds
    check = check_epochs(["epoch 3: tally: 5 s too late"], 4)
    assert (check.holds, check.detail) == (False, "epoch 3: tally: 5 s too late")
