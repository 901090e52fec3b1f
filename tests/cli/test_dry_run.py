"""A dry run tells what would be sent, and leaves localnet and journal as they were."""

from __future__ import annotations

import pytest

from tests.cli.terminal import FINGERPRINT, Terminal, names_of

PROVIDER, ATTESTOR = "provider", "attestor-1"


@pytest.fixture
def busy(terminal: Terminal) -> Terminal:
    """Return a localnet with an active device and one at rest, in an epoch that has its seed."""
    for name in ("gpu-1", "gpu-2"):
        terminal.register(name)
    active = terminal.register("gpu-3")
    terminal.json("provider", "activate", active, key="provider")
    terminal.localnet("warp", "--epochs", 1)
    terminal.json("keeper", "epoch", key="renter")
    terminal.localnet("warp", 14)
    terminal.json("keeper", "epoch", key="renter")
    return terminal


@pytest.mark.parametrize(
    ("arguments", "key", "sent"),
    [
        (
            (
                *("provider", "register", "--device-key", "{gpu-4}", "--gpu", "B200"),
                *("--vram-gib", "192", "--fingerprint", FINGERPRINT),
            ),
            PROVIDER,
            ["register_device"],
        ),
        (("provider", "activate", "{rest}"), PROVIDER, ["activate_device"]),
        (("provider", "heartbeat", "--device-key", "{gpu-1}"), PROVIDER, ["heartbeat"]),
        (("provider", "deactivate", "{active}"), PROVIDER, ["deactivate_device"]),
        (("provider", "deregister", "{rest}"), PROVIDER, ["deregister_device"]),
        (
            ("provider", "offer", "{rest}", "--rate", "2.49"),
            PROVIDER,
            ["post_offer", "create_token_account"],
        ),
        (("attestor", "join"), PROVIDER, ["join_attestor"]),
        (("attestor", "exit"), ATTESTOR, ["exit_attestor"]),
        (
            ("attestor", "commit", "0", "--others", "passed", "--journal", "{journal}"),
            ATTESTOR,
            ["open_report", "commit_report"],
        ),
        (
            ("attestor", "run", "--others", "passed", "--journal", "{journal}"),
            ATTESTOR,
            ["open_report", "commit_report"],
        ),
        (("keeper", "run"), PROVIDER, ["open_report", "open_report"]),
    ],
)
def test_nothing_remains(
    busy: Terminal, arguments: tuple[str, ...], key: str, sent: list[str]
) -> None:
    devices = {
        device["index"]: device["address"] for device in busy.json("market", "devices")["devices"]
    }
    busy.localnet("keys", busy.folder / "keys", "gpu-4")
    words = {
        "active": devices[0],
        "rest": devices[None],
        "journal": busy.journal("new"),
        "gpu-1": busy.key("gpu-1"),
        "gpu-4": busy.key("gpu-4"),
    }
    given = [word.format(**words) for word in arguments]
    before = {path: path.read_bytes() for path in busy.folder.rglob("*") if path.is_file()}
    tried = busy.json(*given, "--dry-run", key=key)
    assert (tried["dry_run"], names_of(tried)) == (True, sent)
    for transaction in tried["transactions"]:
        for step in transaction["instructions"]:
            if step["program"] in ("escrow", "verification"):
                assert step["accounts"]
                assert "args" in step
    shown = busy.on_net(*given, "--dry-run", key=key)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(f"would send {sent[0]}")
    assert {path: path.read_bytes() for path in busy.folder.rglob("*") if path.is_file()} == before
    # And it was no empty promise.
    assert names_of(busy.json(*given, key=key)) == sent


def test_a_refusal_is_the_same(busy: Terminal) -> None:
    (active,) = (
        device["address"]
        for device in busy.json("market", "devices")["devices"]
        if device["index"] == 0
    )
    real = busy.on_net("provider", "activate", active, key=PROVIDER)
    tried = busy.on_net("provider", "activate", active, "--dry-run", key=PROVIDER)
    assert (tried.code, tried.out) == (1, "")
    assert "DeviceActive" in tried.err
    assert tried == real


def test_it_knows_what_is_in_the_journal(busy: Terminal) -> None:
    given = ("attestor", "commit", "0", "--journal", busy.journal("kept"))
    busy.json(*given, "--others", "passed", key=ATTESTOR)
    kept = busy.journal("kept").read_bytes()
    again = busy.json(*given, "--others", "passed", "--dry-run", key=ATTESTOR)
    assert again["transactions"] == []
    other = busy.json(*given, "--others", "hired", "--dry-run", key=ATTESTOR)
    assert (again["report"]["codes"], other["report"]["codes"]) == (
        "as given",
        "as journaled before",
    )
    assert other["transactions"] == []
    assert busy.journal("kept").read_bytes() == kept


def test_a_journal_that_cannot_be_used_is_named(busy: Terminal) -> None:
    path = busy.journal("open")
    path.write_text("")
    path.chmod(0o644)
    given = ("attestor", "run", "--others", "passed", "--journal", path)
    for options in ((), ("--dry-run",)):
        done = busy.on_net(*given, *options, key=ATTESTOR)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"ionet: journal {path}: has mode 644")
