"""A scenario that breaks the schema is refused in one line: file, key, value, rule."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ionet.localnet.demo import run_demo
from ionet.localnet.prices import load_prices
from ionet.localnet.scenario import DeviceEntry, load_scenario, shipped_scenario
from ionet.localnet.scenario_devices import DeviceAction, DeviceStep
from ionet.localnet.scenario_jobs import Action
from ionet.localnet.scenario_toml import ScenarioError

DEMO = shipped_scenario()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("demo.toml", "gpu-prices.toml"):
        shutil.copy(DEMO.parent / name, tmp_path)
    return tmp_path


def test_prices_keep_source_and_date() -> None:
    prices = load_prices(DEMO.parent / "gpu-prices.toml")
    assert len(prices) == 9
    price = prices["RTX 4090 24GB", "OpenRelay"]
    assert (price.rate, price.read_on.isoformat()) == (290_000, "2026-09-20")
    assert price.source.startswith("openrelay.inc/")


def test_the_demo_is_what_it_says() -> None:
    scenario = load_scenario(DEMO)
    assert scenario.providers == ("atlas", "boreal", "cirrus", "delta")
    assert sum(devices.count for devices in scenario.devices) == 29
    assert len(scenario.attestors) == 7
    assert scenario.starts_at - scenario.genesis == 5 * 21_600
    training = scenario.jobs[0]
    offers = {offer.devices.name: offer for offer in scenario.offers}
    assert sum(offers[name].devices.count for name in training.offers) == 8
    assert [(s.at, s.action, s.duration) for s in training.steps if s.duration] == [
        (82_800, Action.EXTEND, 43_200)
    ]
    entries = list(scenario.timeline())
    times = [entry.step.at for entry in entries]
    assert times == sorted(times)
    unplugged = [entry for entry in entries if isinstance(entry, DeviceEntry)]
    assert [(entry.plan.name, entry.step) for entry in unplugged] == [
        ("delta-a100", DeviceStep(36_000, DeviceAction.UNPLUG))
    ]


def test_an_offer_of_several_gpus_costs_as_much_as_all_of_them(folder: Path) -> None:
    path = folder / "demo.toml"
    path.write_text(path.read_text().replace("count = 6\n", "count = 6\nprocessors = 4\n"))
    assert load_scenario(path).offers[0].rate == 4 * 2_690_000


BAD = {
    "not TOML": ('name = "demo"', "name = demo", "demo.toml: is not TOML: "),
    "missing key": ("fee_bps = 250\n", "", "demo.toml: fee_bps: is missing"),
    "unknown key": ("fee_bps = 250", "fee_bps = 250\nfees = 1", "fees = 1: is unknown"),
    "fee": ("fee_bps = 250", "fee_bps = 1001", "fee_bps = 1001: must be a whole number, 0 to 1000"),
    "float": ("fee_bps = 250", "fee_bps = 2.5", "fee_bps = 2.5: must be a whole number"),
    "start": ("09:00:00Z", "09:00:00", "must be a time such as 2026-11-22T09:00:00Z"),
    "first epoch": (
        "first_epoch = 5",
        "first_epoch = 1",
        "first_epoch = 1: must be a whole number, 2",
    ),
    "nobody looks": (
        "{ honest = 5, silent = 1, always_pass = 1 }",
        "{}",
        "attestors.honest: is missing",
    ),
    "behaviour": ("silent = 1", "lazy = 1", "attestors.lazy = 1: is unknown or has no meaning"),
    "class": ('"A100"', '"A1000"', 'devices[3].class = "A1000": must be one of OTHER, H100'),
    "source": (
        'source = "own"',
        'source = "ebay"',
        'devices[1].source = "ebay": must be one of own',
    ),
    "no GPUs": ("processors = 8", "processors = 0", "devices[8].processors = 0: must be a whole"),
    "memory": (
        "vram_gib = 192",
        "vram_gib = 4097",
        "vram_gib = 4097: must be a whole number, 1 to",
    ),
    "too many": (
        "count = 12",
        "count = 65",
        "devices[9].count = 65: must be a whole number, 1 to 64",
    ),
    "too late": (
        "activated_in = 3",
        "activated_in = 5",
        "activated_in = 5: must be a whole number, 0",
    ),
    "answer": (
        'answers = "passed"',
        'answers = "hired"',
        'devices[6].answers = "hired": must be one of no_answer, passed, deployable, late',
    ),
    "no answer": (
        'activated_in = 3\nanswers = "deployable"',
        "activated_in = 3",
        "devices[7].answers: is missing",
    ),
    "answer of none that is asked": (
        'activated_in = 3\nanswers = "deployable"\n',
        'answers = "deployable"\n',
        'devices[7].answers = "deployable": is unknown or has no meaning here',
    ),
    "device action": (
        'do = "unplug"',
        'do = "kick"',
        'steps[1].do = "kick": must be one of unplug',
    ),
    "device": (
        'do = "unplug"',
        'do = "unplug", device = 2',
        "devices[7].steps[1].device = 2: must be a whole number, 1 to 1",
    ),
    "device order": (
        '{ at = "10h", do = "unplug" },',
        '{ at = "10h", do = "unplug" }, { at = "9h", do = "plug" },',
        'devices[7].steps[2].at = "32400 s": is before the step above',
    ),
    "devices twice": (
        'name = "boreal-a100"',
        'name = "boreal-h100"',
        'devices[3].name = "boreal-h100": is used twice',
    ),
    "offer of nothing": (
        'devices = "boreal-a100"',
        'devices = "boreal-a10"',
        'offer[3].devices = "boreal-a10": must be one of atlas-h100, boreal-h100',
    ),
    "offer twice": (
        'devices = "boreal-a100"',
        'devices = "boreal-h100"',
        'offer[3].devices = "boreal-h100": is offered twice',
    ),
    "offer of the unproven": (
        'devices = "boreal-a100"',
        'devices = "delta-4090"',
        'offer[3].devices = "delta-4090": are never activated',
    ),
    "seller": ('"OpenRelay"', '"Nobody"', 'offer[4].price.seller = "Nobody": has no row for RTX'),
    "no prices": ('gpu-prices.toml"\nfee', 'x.toml"\nfee', "x.toml: No such file or directory"),
    "duration": ('"30m", do = "open"', '"3 hours", do = "open"', 'job[2].steps[1].at = "3 hours"'),
    "order": ('at = "3h1m"', 'at = "1m"', 'job[2].steps[3].at = "60 s": is before the step above'),
    "action": ('do = "extend"', 'do = "prolong"', 'steps[4].do = "prolong": must be one of open'),
    "no opening": (
        'do = "open"',
        'do = "settle"',
        'steps[1].do = "settle": open must be the first',
    ),
    "kind of step": ('do = "settle"', 'do = "pay"', "needs a job of kind metered"),
    "stray argument": ('do = "settle"', 'do = "settle", cumulative = "1"', "is unknown or has no"),
    "offer": ('["cirrus-4090"]', '["cirrus-5090"]', '"cirrus-5090": is no offer of this file'),
    "member": (
        'do = "settle"',
        'do = "settle", member = 9',
        "member = 9: must be a whole number, 1",
    ),
    "amount": ('deposit = "5"', "deposit = 5.0", "job[3].deposit = 5.0: must be an amount of USDC"),
    "zero": ('deposit = "5"', 'deposit = "0"', 'job[3].deposit = "0": must be above 0'),
    "digits": ('"0.412355"', '"0.4123555"', "USDC has 6 decimals at most"),
    "deposit": ('"4h"\nsteps', '"4h"\ndeposit = "1"\nsteps', 'job[2].deposit = "1": is unknown'),
    "tip": (
        "tip = 20_000",
        "tip = 20_001",
        "job[4].tip = 20001: must be a whole number, 0 to 20000",
    ),
    "name twice": ('"fine-tune"', '"training"', 'job[2].name = "training": is used twice'),
    "actor twice": ('keeper = "stranger"', 'keeper = "ada"', 'actor "ada": has more than one role'),
    "min above max": (
        'min = "30m"',
        'min = "2d"',
        'offer[4].min = "172800 s": is above max 86400 s',
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_scenario_is_refused_in_one_line(folder: Path, case: str) -> None:
    path = folder / "demo.toml"
    good = path.read_text()
    old, new, message = BAD[case]
    assert old in good
    path.write_text(good.replace(old, new, 1))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_step_that_the_program_refuses_is_named(folder: Path) -> None:
    path = folder / "demo.toml"
    steps = path.read_text().replace(
        '{ at = "3m", do = "accept" }', '{ at = "16m", do = "accept" }'
    )
    path.write_text(steps)
    with pytest.raises(ScenarioError, match=r'demo: job "training": accept at 960 s: .*TooLate'):
        run_demo(load_scenario(path))


def test_a_reserved_name_is_refused(folder: Path) -> None:
    path = folder / "demo.toml"
    path.write_text(path.read_text().replace('renter = "ada"', 'renter = "treasury"'))
    with pytest.raises(ValueError, match="actor 'treasury'"):
        run_demo(load_scenario(path))
