"""``ionet localnet``: a network in a file, its clock, its epochs and its keys."""

from __future__ import annotations

import json
import stat

import pytest

from ionet.localnet import Actor, Localnet
from ionet.localnet.genesis import DEFAULT_UNIX_TIME as GENESIS
from ionet.signers import load_keypair
from tests.cli.terminal import Terminal


def test_create_makes_a_market_at_the_beginning_of_epoch_0(terminal: Terminal) -> None:
    terminal.file.unlink()
    made = terminal.localnet("create", "--attestors", 3, "--actor", "alice", "--actor", "bob")
    assert list(made["actors"]) == ["alice", "bob", "attestor-1", "attestor-2", "attestor-3"]
    assert made["actors"]["alice"] == str(Actor.named("alice").pubkey)
    # The attestors have joined in it: three blocks of 400 ms.
    assert (made["epoch"], made["second_of_epoch"], made["window"]) == (0, 1, "commit")
    assert made["unix_timestamp"] == GENESIS + 1


def test_create_makes_a_new_chain_unless_it_has_a_seed(terminal: Terminal) -> None:
    made: list[bytes] = []
    for given in ((), (), ("--seed", "ab" * 32), ("--seed", "AB" * 32)):
        terminal.file.unlink()
        terminal.localnet("create", *given)
        made.append(terminal.file.read_bytes())
    assert made[2] == made[3]
    assert len({json.loads(file.splitlines()[0])["genesis_hash"] for file in made}) == 3
    terminal.file.unlink()
    for seed in ("", "ab", "xy" * 32, "ab" * 33):
        done = terminal.run("localnet", "create", terminal.file, "--seed", seed)
        assert (done.code, done.out) == (2, "")
        assert done.err == f"ionet: seed {seed!r}: must be 32 bytes in hex\n"
    assert not terminal.file.exists()


def test_create_leaves_a_file_that_is_there_as_it_is(terminal: Terminal) -> None:
    before = terminal.file.read_bytes()
    done = terminal.run("localnet", "create", terminal.file)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"ionet: localnet {terminal.file}: there is a file already\n"
    assert terminal.file.read_bytes() == before
    assert [path.name for path in terminal.folder.iterdir() if path.name != "keys"] == [
        terminal.file.name
    ]


def test_the_clock_stays_where_it_was_put(terminal: Terminal) -> None:
    there = terminal.localnet("warp", 10_799)
    assert (there["epoch"], there["second_of_epoch"], there["window"]) == (0, 10_799, "commit")
    there = terminal.localnet("warp", 1)
    assert (there["second_of_epoch"], there["window"]) == (10_800, "reveal")
    there = terminal.localnet("warp", 5_400)
    assert (there["second_of_epoch"], there["window"]) == (16_200, "tally")
    there = terminal.localnet("warp", "--epochs", 1)
    assert (there["epoch"], there["second_of_epoch"]) == (1, 0)
    there = terminal.localnet("warp", "--epochs", 3)
    assert (there["epoch"], there["second_of_epoch"]) == (4, 0)
    assert terminal.localnet("warp", 0) == there


@pytest.mark.parametrize("by", [[10**20], [2**63 - 1], [10**400], ["--epochs", 10**12]])
def test_a_clock_that_no_ledger_can_say_is_refused(terminal: Terminal, by: list[object]) -> None:
    """Written down, it would be a file that nothing opens again."""
    before = terminal.file.read_bytes()
    done = terminal.run("localnet", "warp", terminal.file, *by)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "ends past the clock's last millisecond" in done.err
    assert terminal.file.read_bytes() == before


def test_epochs_are_run_by_the_localnets_attestors(terminal: Terminal) -> None:
    address = terminal.register()
    terminal.json("provider", "activate", address, key="provider")
    run = terminal.localnet("epochs", 2)
    assert run["epoch"] == 2
    assert [epoch["number"] for epoch in run["epochs"]] == [0, 1]
    assert run["epochs"][1] == {
        "number": 1,
        "committee_size": 2,
        "committed": 2,
        "revealed": 2,
        "missed": 0,
        "tallied": 1,
        "refused": [],
        "skipped": [],
    }
    assert terminal.state(address) == "cluster_ready"


def test_keys_are_for_their_owner_alone(terminal: Terminal) -> None:
    folder = terminal.folder / "keys"
    names = {path.stem for path in folder.iterdir()}
    assert {"provider", "renter", "attestor-1", "attestor-2", "governance"} <= names
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert load_keypair(path) == Actor.named(path.stem).keypair
    written = terminal.localnet("keys", folder, "gpu-7")["keys"]
    assert written == {"gpu-7": str(folder / "gpu-7.json")}
    # Once more changes nothing.
    assert terminal.localnet("keys", folder, "gpu-7")["keys"] == written


def test_keys_never_take_the_place_of_another_key(terminal: Terminal) -> None:
    own = terminal.key("provider").read_bytes()
    terminal.key("renter").write_bytes(own)
    done = terminal.run("localnet", "keys", terminal.file, terminal.folder / "keys", "renter")
    assert (done.code, done.out) == (2, "")
    assert "renter.json: is there already, with another key" in done.err
    assert terminal.key("renter").read_bytes() == own


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("warp", "{file}"), "warp: give either SECONDS or --epochs"),
        (("warp", "{file}", "5", "--epochs", "1"), "warp: give either SECONDS or --epochs"),
        (("warp", "{file}", "--epochs", "0"), "'--epochs'"),
        (("warp", "{file}", "soon"), "seconds"),
        (("epochs", "{file}", "0"), "count"),
        (("epochs", "absent"), "absent: No such file or directory"),
        (("keys", "{file}", "{file}.keys", "../key"), "name '../key': must be the name of a file"),
        (("create", "absent/market.jsonl"), "No such file or directory"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(
    terminal: Terminal, arguments: tuple[str, ...], message: str
) -> None:
    before = terminal.file.read_bytes()
    done = terminal.run("localnet", *(part.format(file=terminal.file) for part in arguments))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ionet: ")
    assert done.err.count("\n") == 1
    assert message in done.err.replace("[SECONDS]", "seconds").replace("[COUNT]", "count")
    assert terminal.file.read_bytes() == before


def test_text_is_for_people(terminal: Terminal) -> None:
    done = terminal.run("localnet", "warp", terminal.file, 3_600)
    assert (done.code, done.err) == (0, "")
    assert "second_of_epoch  3600\n" in done.out


def test_one_command_at_a_time(terminal: Terminal) -> None:
    with Localnet.open(terminal.file):
        done = terminal.run("localnet", "warp", terminal.file, 1)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"ionet: localnet {terminal.file}: is open already, here or elsewhere\n"
