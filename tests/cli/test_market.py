"""``ionet market``: offers and devices by what is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ionet.cli.app import run
from ionet.programs.verification.pdas import find_device
from ionet.signers import load_keypair
from tests.cli.terminal import FINGERPRINT, Terminal

_DEVICES = {
    "fast": ("H100", "80", "own", "2.49"),
    "cheap": ("RTX4090", "24", "render", "0.35"),
    "new": ("RTX4090", "24", "filecoin", "0.30"),
}


@pytest.fixture(scope="module")
def stocked(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a localnet with two cluster-ready devices and an unverified one, all on offer."""
    folder = tmp_path_factory.mktemp("stocked")
    file, keys = folder / "market.jsonl", folder / "keys"
    file.write_bytes((fresh / "market.jsonl").read_bytes())

    def do(*arguments: object) -> None:
        assert run([str(argument) for argument in arguments]) == 0

    do("localnet", "keys", file, keys, "provider", *_DEVICES)
    net = ("--localnet", file, "--key", keys / "provider.json")
    for name, (gpu, vram, source, rate) in _DEVICES.items():
        described = ("--gpu", gpu, "--vram-gib", vram, "--source", source)
        key = ("--device-key", keys / f"{name}.json", "--fingerprint", FINGERPRINT)
        do("provider", "register", *key, *described, *net)
        address = _address(keys / f"{name}.json")
        if name != "new":
            do("provider", "activate", address, *net)
        do("provider", "offer", address, "--rate", rate, *net)
    do("localnet", "epochs", file, 2)
    return folder


def _address(path: Path) -> str:
    return str(find_device(load_keypair(path).pubkey())[0])


@pytest.fixture
def market(stocked: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Return a terminal that only looks."""
    return Terminal(stocked, capsys)


def names(terminal: Terminal, what: str, *options: object) -> list[str]:
    """Return which of the devices, or of the devices on offer, match."""
    by_address = {_address(terminal.key(name)): name for name in _DEVICES}
    key = "device" if what == "offers" else "address"
    found = terminal.json("market", what, *options)[what]
    return sorted(by_address[entry[key]] for entry in found)


@pytest.mark.parametrize(
    ("options", "devices", "offers"),
    [
        ((), ["cheap", "fast", "new"], ["cheap", "fast", "new"]),
        (("--gpu", "h100"), ["fast"], ["fast"]),
        (("--gpu", "B200"), [], []),
        (("--state", "cluster_ready"), ["cheap", "fast"], ["cheap", "fast"]),
        (("--state", "UNVERIFIED"), ["new"], ["new"]),
        (("--source", "filecoin"), ["new"], ["new"]),
        (("--gpu", "RTX4090", "--state", "cluster_ready"), ["cheap"], ["cheap"]),
    ],
)
def test_filters(
    market: Terminal, options: tuple[str, ...], devices: list[str], offers: list[str]
) -> None:
    assert names(market, "devices", *options) == devices
    assert names(market, "offers", *options) == offers


def test_a_rate_is_compared_to_the_last_unit(market: Terminal) -> None:
    assert names(market, "offers", "--max-rate", "2.49") == ["cheap", "fast", "new"]
    assert names(market, "offers", "--max-rate", "2.489999") == ["cheap", "new"]
    assert names(market, "offers", "--max-rate", "0.30", "--state", "cluster_ready") == []


def test_an_owner_has_devices(market: Terminal) -> None:
    (owner,) = {entry["owner"] for entry in market.json("market", "devices")["devices"]}
    assert names(market, "devices", "--owner", owner) == ["cheap", "fast", "new"]
    stranger = _address(market.key("new"))
    assert names(market, "devices", "--owner", stranger) == []


def test_looking_changes_nothing(market: Terminal) -> None:
    before = market.file.read_bytes()
    for arguments in (("devices",), ("offers", "--taken"), ("device", _address(market.key("new")))):
        done = market.on_net("market", *arguments)
        assert (done.code, done.err) == (0, "")
        assert _address(market.key("new")) in done.out
    assert market.file.read_bytes() == before


def test_the_counts_of_it(market: Terminal) -> None:
    counts = market.json("stats", "devices")
    assert (counts["unverified"], counts["verified"], counts["cluster_ready"]) == (1, 0, 2)
    assert (counts["hired"], counts["carried"], counts["accounts"]) == (0, 0, 3)
    assert counts["by_class"]["RTX4090"]["cluster_ready"] == 1
    assert counts["by_source"]["filecoin"]["unverified"] == 1
    # Six hours later nobody has tallied, and the results are carried on.
    later = market.json("stats", "devices", "--at", counts["at"] + 21_600)
    assert (later["cluster_ready"], later["carried"], later["sha256"]) == (2, 2, counts["sha256"])
    gone = market.json("stats", "devices", "--at", counts["at"] + 3 * 21_600)
    assert (gone["unverified"], gone["cluster_ready"]) == (3, 0)
    assert gone["sha256"] != counts["sha256"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("offers", "--gpu", "GTX"), "gpu 'GTX': must be one of OTHER, H100"),
        (("offers", "--max-rate", "cheap"), "cheap"),
        (("devices", "--state", "good"), "state 'good': must be one of NOT_COUNTED, UNVERIFIED"),
        (("devices", "--source", "x"), "source 'x': must be one of OWN"),
        (("devices", "--owner", "me"), "address 'me': must be 32 bytes in base58"),
        (("device", "Job1111111111111111111111111111111111111111"), "does not exist"),
    ],
)
def test_bad_input(market: Terminal, arguments: tuple[str, ...], message: str) -> None:
    done = market.on_net("market", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1
