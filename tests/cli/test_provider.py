"""``ionet provider``: a device from its registration to the return of its rent."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from ionet.localnet import Actor
from ionet.programs.verification.pdas import find_device
from tests.cli.terminal import FINGERPRINT, Terminal, names_of

DESCRIBED = ("--gpu", "h100", "--vram-gib", 80, "--fingerprint", FINGERPRINT)


def register(terminal: Terminal, *options: object, key: str = "provider") -> object:
    terminal.localnet("keys", terminal.folder / "keys", "gpu-1")
    given = ("--device-key", terminal.key("gpu-1"), *DESCRIBED, *options)
    return terminal.on_net("provider", "register", *given, "--json", key=key)


def test_a_devices_life(terminal: Terminal) -> None:
    terminal.localnet("keys", terminal.folder / "keys", "gpu-1")
    given = ("--device-key", terminal.key("gpu-1"), *DESCRIBED, "--processors", 8)
    made = terminal.json("provider", "register", *given, "--source", "render", key="provider")
    device, key = made["device"], Actor.named("gpu-1").pubkey
    assert (made["dry_run"], names_of(made)) == (False, ["register_device"])
    assert device == {
        "address": str(find_device(key)[0]),
        "gpu": "H100",
        "processors": 8,
        "vram_gib": 80,
        "source": "render",
        "state": "not_counted",
        "is_carried": False,
        "is_eligible": False,
        "is_active": False,
        "index": None,
        "heartbeat": device["at"] - 1,
        "deposit": 0,
        "owner": str(Actor.named("provider").pubkey),
        "device_key": str(key),
        "at": device["at"],
    }
    address = device["address"]
    active = terminal.json("provider", "activate", address, key="provider")
    assert names_of(active) == ["activate_device"]
    assert (active["device"]["index"], active["device"]["deposit"]) == (0, 10_000_000)
    terminal.localnet("warp", "--epochs", 1)
    assert terminal.state(address) == "unverified"
    beat = terminal.json(
        "provider", "heartbeat", "--device-key", terminal.key("gpu-1"), key="renter"
    )
    assert names_of(beat) == ["heartbeat"]
    assert beat["device"]["heartbeat"] > device["heartbeat"]
    rested = terminal.json("provider", "deactivate", address, key="provider")
    assert (rested["device"]["is_active"], rested["device"]["deposit"]) == (False, 0)
    terminal.localnet("warp", "--epochs", 1)
    assert len(terminal.json("provider", "devices", key="provider")["devices"]) == 1
    gone = terminal.json("provider", "deregister", address, key="provider")
    assert (names_of(gone), gone["deregistered"]) == (["deregister_device"], address)
    assert terminal.json("provider", "devices", key="provider") == {"devices": []}


def test_an_offer_says_what_it_takes(terminal: Terminal) -> None:
    address = terminal.register()
    given = ("--rate", "2.49", "--min", "30m", "--max", "2d", "--min-charge", "10m")
    kinds = ("--kind", "rental", "--kind", "metered")
    made = terminal.json("provider", "offer", address, *given, *kinds, key="provider")
    assert names_of(made) == ["post_offer", "create_token_account"]
    offer = made["offer"]
    assert (offer["device"], offer["rate"], offer["fee_bps"]) == (address, 2_490_000, 250)
    assert (offer["min_duration"], offer["max_duration"]) == (1_800, 172_800)
    assert (offer["min_charge"], offer["kinds"]) == (600, ["metered", "rental"])
    assert (offer["state"], offer["is_eligible"], offer["is_free"]) == ("not_counted", False, True)


def test_what_the_program_refuses_is_one_line_and_exit_code_1(terminal: Terminal) -> None:
    address = terminal.register()
    before = terminal.file.read_bytes()
    for arguments, key, name in (
        (("provider", "deactivate", address), "provider", "DeviceNotActive"),
        (("provider", "activate", address), "renter", "NotDeviceOwner"),
        (("provider", "offer", address, "--rate", "1"), "renter", "NotDeviceOwner"),
    ):
        done = terminal.on_net(*arguments, "--json", key=key)
        assert (done.code, done.out) == (1, "")
        assert name in done.err
        assert done.err.count("\n") == 1
    done = register(terminal)
    assert "AlreadyInUse" in str(done)
    assert terminal.file.read_bytes() == before


def test_each_step_is_told_to_people_too(terminal: Terminal) -> None:
    address = terminal.register()
    done = terminal.on_net("provider", "activate", address, key="provider")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("sent activate_device (")
    assert "\n  is_active    yes\n" in done.out
    done = terminal.on_net("provider", "devices", key="provider")
    assert address in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("activate", "here"), "address 'here': must be 32 bytes in base58"),
        (("activate",), "Missing argument"),
        (("offer", "{device}", "--rate", "2.4900001"), "2.4900001"),
        (("offer", "{device}", "--rate", "1", "--min", "1.5h"), "min '1.5h': must be a duration"),
        (("offer", "{device}", "--rate", "1", "--min", "0s"), "min 0: must be above 0"),
        (("offer", "{device}", "--rate", "1", "--kind", "lease"), "'lease'"),
        (("register", "--device-key", "absent", *DESCRIBED), "absent: does not exist"),
        (
            ("register", "--device-key", "{key}", *DESCRIBED[:-1], "11"),
            "fingerprint '11': must be 32 bytes in hex",
        ),
        (
            ("register", "--device-key", "{key}", "--gpu", "GTX", *DESCRIBED[2:]),
            "gpu 'GTX': must be one of OTHER, H100",
        ),
        (
            ("register", "--device-key", "{key}", *DESCRIBED, "--source", "moon"),
            "source 'moon': must be one of OWN, RENDER, FILECOIN, OTHER",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    terminal: Terminal, arguments: tuple[object, ...], message: str
) -> None:
    address = terminal.register()
    before = terminal.file.read_bytes()
    parts = [str(part).format(device=address, key=terminal.key("gpu-1")) for part in arguments]
    done = terminal.on_net("provider", *parts, key="provider")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ionet: ")
    assert done.err.count("\n") == 1
    assert message in done.err
    assert terminal.file.read_bytes() == before


def test_network_and_key_must_be_given(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, message in (
        (("provider", "devices"), "no key: give --key FILE, or set IONET_KEY"),
        (("market", "devices"), "no network: give --localnet FILE, or set IONET_LOCALNET"),
        (
            ("market", "devices", "--localnet", "https://node.example"),
            "network https://node.example: is a URL, and networks over RPC are not supported yet",
        ),
        (("market", "devices", "--localnet", "absent"), "absent: No such file or directory"),
    ):
        done = terminal.run(*arguments)
        assert (done.code, done.out) == (2, "")
        assert message in done.err
        assert done.err.count("\n") == 1
    monkeypatch.setenv("IONET_LOCALNET", str(terminal.file))
    monkeypatch.setenv("IONET_KEY", str(terminal.key("provider")))
    assert terminal.run("provider", "devices", "--json").json == {"devices": []}


@pytest.mark.parametrize(
    ("content", "rule"),
    [("[1, 2]", "has 2 numbers, must be 64"), ("secret", "is not JSON"), ("{}", "must be a JSON")],
)
def test_a_malformed_key_file_is_named_and_not_shown(
    terminal: Terminal, content: str, rule: str
) -> None:
    path = terminal.folder / "bad.json"
    path.write_text(content)
    path.chmod(0o600)
    done = terminal.run("provider", "devices", "--localnet", terminal.file, "--key", path)
    assert (done.code, done.out) == (2, "")
    assert f"key file {path}: {rule}" in done.err
    assert "secret" not in done.err.replace(str(path), "")


def test_a_key_file_that_others_can_read_gets_a_warning(
    terminal: Terminal, caplog: pytest.LogCaptureFixture
) -> None:
    path: Path = terminal.key("provider")
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert terminal.on_net("provider", "devices", key="provider").code == 0
    assert caplog.messages == [f"key file {path} can be read by other users: chmod 600 it"]


def test_who_cannot_pay_is_refused(terminal: Terminal) -> None:
    terminal.localnet("keys", terminal.folder / "keys", "pauper")
    done = terminal.on_net("attestor", "join", key="pauper")
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
