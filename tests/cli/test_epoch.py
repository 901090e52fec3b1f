"""``ionet attestor`` and ``ionet keeper``: one epoch from its seed to its misses, by commands."""

from __future__ import annotations

import json

import pytest

from ionet.localnet import Actor
from tests.cli.terminal import Done, Terminal, names_of


@pytest.fixture
def epoch(terminal: Terminal) -> Terminal:
    """Return a localnet in epoch 1, which has its seed, with an active device."""
    address = terminal.register()
    terminal.json("provider", "activate", address, key="provider")
    terminal.localnet("warp", "--epochs", 1)
    opened = terminal.json("keeper", "epoch", key="renter")
    assert (names_of(opened), opened["epoch"]["is_seeded"]) == (["open_epoch"], False)
    # The seed's block is not there yet, which is no error.
    assert names_of(terminal.json("keeper", "epoch", key="renter")) == []
    terminal.localnet("warp", 14)
    seeded = terminal.json("keeper", "epoch", key="renter")
    assert names_of(seeded) == ["seed_epoch"]
    assert seeded["epoch"] == {
        "number": 1,
        "starts_at": seeded["epoch"]["starts_at"],
        "is_seeded": True,
        "seats": 2,
        "committee_size": 2,
        "indexes": 1,
    }
    return terminal


def attest(terminal: Terminal, name: str, *arguments: object) -> Done:
    """Run a command of an attestor with its key and journal."""
    given = ("--journal", terminal.journal(name), "--json")
    return terminal.on_net("attestor", *arguments, *given, key=name)


def device_of(terminal: Terminal) -> str:
    (device,) = terminal.json("market", "devices")["devices"]
    return str(device["address"])


def codes_file(terminal: Terminal, code: object) -> str:
    path = terminal.folder / "codes.json"
    path.write_text(json.dumps({device_of(terminal): code}))
    return str(path)


def test_an_epoch_by_commands(epoch: Terminal) -> None:
    device = device_of(epoch)
    for name in ("attestor-1", "attestor-2"):
        (duty,) = epoch.json("attestor", "duties", key=name)["duties"]
        assert (duty["epoch"], duty["range"]) == (1, 0)
        assert duty["devices"] == [{"address": device, "index": 0}]
    codes = codes_file(epoch, "deployable")
    committed = attest(epoch, "attestor-1", "commit", 0, "--codes", codes).json
    assert names_of(committed) == ["open_report", "commit_report"]
    assert committed["report"]["outcome"] == "committed"
    again = attest(epoch, "attestor-1", "commit", 0, "--codes", codes).json
    assert (names_of(again), again["report"]["outcome"]) == ([], "was committed before")
    run = attest(epoch, "attestor-2", "run", "--others", "2").json
    assert (run["window"], [report["outcome"] for report in run["reports"]]) == (
        "commit",
        ["committed"],
    )
    epoch.localnet("warp", 10_800)
    revealed = attest(epoch, "attestor-1", "reveal", 0).json
    assert (names_of(revealed), revealed["report"]["outcome"]) == (["reveal_report"], "revealed")
    run = attest(epoch, "attestor-2", "run", "--others", "2").json
    assert [report["outcome"] for report in run["reports"]] == ["revealed"]
    assert attest(epoch, "attestor-2", "run", "--others", "2").json["transactions"] == []
    epoch.localnet("warp", 5_400)
    tallied = epoch.json("keeper", "tally", key="renter")
    assert (names_of(tallied), tallied["tallied"]) == (["tally"], 1)
    assert epoch.json("keeper", "tally", key="renter")["tallied"] == 0
    assert names_of(epoch.json("keeper", "misses", key="renter")) == []
    assert epoch.state(device) == "unverified"  # a state reads the epoch before
    epoch.localnet("warp", "--epochs", 1)
    found = epoch.json("market", "device", device)["device"]
    assert (found["state"], found["is_eligible"]) == ("cluster_ready", True)
    assert found["history"] == [
        {"epoch": 1, "result": "deployable", "carries": 0},
        {"epoch": 0, "result": "unseen", "carries": 0},
    ]
    counts = epoch.json("stats", "devices")
    assert (counts["cluster_ready"], counts["unverified"], counts["accounts"]) == (1, 0, 1)


def test_who_stays_silent_has_a_miss(epoch: Terminal) -> None:
    attest(epoch, "attestor-1", "run", "--others", "passed")
    epoch.localnet("warp", 10_800)
    attest(epoch, "attestor-1", "run", "--others", "passed")
    epoch.localnet("warp", 5_400)
    # Two of two must agree, so the device stays as it was: undecided.
    assert epoch.json("keeper", "tally", key="renter")["tallied"] == 1
    missed = epoch.json("keeper", "misses", "--epoch", 1, key="renter")
    assert names_of(missed) == ["record_miss"]
    assert names_of(epoch.json("keeper", "run", key="renter")) == []


def test_keeper_run_does_what_is_due(epoch: Terminal) -> None:
    run = epoch.json("keeper", "run", key="renter")
    assert names_of(run) == ["open_report", "open_report"]
    assert names_of(epoch.json("keeper", "run", key="renter")) == []
    epoch.localnet("warp", "--epochs", 1)
    run = epoch.json("keeper", "run", key="renter")
    assert names_of(run) == ["open_epoch", "record_miss", "record_miss"]
    assert run["epoch"] == 2


def test_an_attestor_never_says_two_things(epoch: Terminal) -> None:
    assert attest(epoch, "attestor-1", "commit", 0, "--others", "deployable").code == 0
    kept = epoch.journal("attestor-1").read_bytes()
    for command in (("commit", 0), ("run",)):
        again = attest(epoch, "attestor-1", *command, "--others", "no_answer").json
        (report,) = again.get("reports") or [again["report"]]
        assert names_of(again) == []
        assert report["outcome"] == "was committed before"
        assert report["codes"] == "as journaled before"
    # Nor through an empty journal.
    done = epoch.on_net(
        *("attestor", "commit", 0, "--others", "no_answer", "--journal", epoch.journal("other")),
        key="attestor-1",
    )
    assert (done.code, done.out) == (2, "")
    assert "a commitment of this attestor that is not in the journal" in done.err
    assert epoch.journal("attestor-1").read_bytes() == kept


@pytest.mark.parametrize("command", [("commit", 0), ("run",)])
@pytest.mark.parametrize("codes", [("--others", "no_answer"), ()])
def test_a_report_that_a_crash_kept_back_is_sent(
    epoch: Terminal, command: tuple[object, ...], codes: tuple[str, ...]
) -> None:
    """Whatever its devices look like by now, and also where nobody has looked again."""
    before = epoch.file.read_bytes()
    first = attest(epoch, "attestor-1", "commit", 0, "--others", "deployable").json
    assert first["report"]["codes"] == "as given"
    kept = epoch.journal("attestor-1").read_bytes()
    epoch.file.write_bytes(before)  # the commitment has not arrived
    later = attest(epoch, "attestor-1", *command, *codes).json
    (report,) = later.get("reports") or [later["report"]]
    assert names_of(later) == ["open_report", "commit_report"]
    assert (report["outcome"], report["codes"]) == ("committed", "as journaled before")
    assert epoch.journal("attestor-1").read_bytes() == kept
    epoch.localnet("warp", 10_800)
    revealed = attest(epoch, "attestor-1", "run").json
    assert names_of(revealed) == ["reveal_report"]


def test_run_needs_codes_for_new_reports_alone(epoch: Terminal) -> None:
    before = epoch.file.read_bytes()
    done = attest(epoch, "attestor-1", "run")
    assert (done.code, done.err) == (1, "")
    (failure,) = json.loads(done.out)["failures"]
    assert failure.startswith("range 0: no codes, and none in the journal: give --codes FILE")
    assert epoch.file.read_bytes() == before
    attest(epoch, "attestor-1", "run", "--others", "passed")
    epoch.localnet("warp", 10_800)
    # Nor does a file that is gone by then keep an attestor from revealing.
    run = attest(epoch, "attestor-1", "run", "--codes", epoch.folder / "absent.json").json
    assert names_of(run) == ["reveal_report"]


def test_a_journal_of_one_chain_says_nothing_on_another(epoch: Terminal) -> None:
    """Its salts are known once they are revealed, and two chains may be set up alike."""
    attest(epoch, "attestor-1", "run", "--others", "deployable")
    epoch.file.unlink()
    epoch.localnet("create", "--attestors", 2)
    address = epoch.register()
    epoch.json("provider", "activate", address, key="provider")
    epoch.localnet("warp", "--epochs", 1)
    epoch.json("keeper", "epoch", key="renter")
    epoch.localnet("warp", 14)
    epoch.json("keeper", "epoch", key="renter")
    run = attest(epoch, "attestor-1", "run", "--others", "passed").json
    assert [report["codes"] for report in run["reports"]] == ["as given"]
    lines = [json.loads(line) for line in epoch.journal("attestor-1").read_text().splitlines()]
    assert [(line["epoch"], line["range"]) for line in lines] == [(1, 0), (1, 0)]
    for name in ("genesis_hash", "salt", "codes"):
        assert len({line[name] for line in lines}) == 2


def test_what_comes_too_early_or_from_others_is_refused(epoch: Terminal) -> None:
    attest(epoch, "attestor-1", "run", "--others", "passed")
    done = attest(epoch, "attestor-1", "reveal", 0)
    assert (done.code, done.out) == (1, "")
    assert "RevealTooEarly" in done.err
    done = attest(epoch, "attestor-1", "commit", 7, "--others", "passed")
    assert (done.code, done.out) == (2, "")
    assert "range 7: is none of this attestor's duties" in done.err
    done = epoch.on_net("attestor", "duties", key="provider")
    assert (done.code, done.out) == (2, "")
    assert "does not exist" in done.err
    epoch.localnet("warp", 10_800)
    done = attest(epoch, "attestor-2", "commit", 0, "--others", "passed")
    assert (done.code, done.out) == (1, "")
    assert "CommitTooLate" in done.err


def test_run_before_the_seed_and_in_the_tally_has_nothing_to_do(terminal: Terminal) -> None:
    run = attest(terminal, "attestor-1", "run", "--others", "passed").json
    assert (run["window"], run["reports"], run["transactions"]) == ("commit", [], [])
    terminal.localnet("warp", 16_200)
    run = attest(terminal, "attestor-1", "run", "--others", "passed").json
    assert (run["window"], run["reports"], run["transactions"]) == ("tally", [], [])
    done = terminal.on_net("attestor", "duties", key="attestor-1")
    assert (done.code, done.out, done.err) == (1, "", "ionet: epoch 0: is not open\n")
    done = terminal.on_net("keeper", "tally", key="renter")
    assert (done.code, done.out, done.err) == (1, "", "ionet: epoch 0: is not open\n")


def test_run_tells_each_refusal_and_ends_with_1(epoch: Terminal) -> None:
    attest(epoch, "attestor-1", "commit", 0, "--others", "passed")
    epoch.journal("attestor-1").unlink()
    done = attest(epoch, "attestor-1", "run", "--others", "passed")
    assert (done.code, done.err) == (1, "")
    (failure,) = json.loads(done.out)["failures"]
    assert "a commitment of this attestor that is not in the journal" in failure
    epoch.localnet("warp", 10_800)
    given = ("--others", "deployable", "--journal", epoch.journal("attestor-2"))
    done = epoch.on_net("attestor", "run", *given, key="attestor-2")
    assert (done.code, done.err) == (1, "")
    assert "refused: range 0 in epoch 1: nothing is in the journal\n" in done.out


def test_a_seat_is_taken_and_given_back(terminal: Terminal) -> None:
    joined = terminal.json("attestor", "join", key="provider")
    assert names_of(joined) == ["join_attestor"]
    attestor = joined["attestor"]
    assert attestor["authority"] == str(Actor.named("provider").pubkey)
    assert (attestor["seat"], attestor["seat_since"], attestor["bond"]) == (2, 1, 10**9)
    left = terminal.json("attestor", "exit", key="provider")["attestor"]
    assert (left["seat"], left["last_duties"]) == (None, 0)
    done = terminal.on_net("attestor", "withdraw", key="provider")
    assert (done.code, done.out) == (1, "")
    assert "BondLocked" in done.err
    terminal.localnet("warp", "--epochs", 30)
    gone = terminal.json("attestor", "withdraw", key="provider")
    assert names_of(gone) == ["withdraw_bond"]
    assert gone["withdrawn_by"] == str(Actor.named("provider").pubkey)


@pytest.mark.parametrize(
    ("codes", "options", "message"),
    [
        (None, (), "no codes, and none in the journal: give --codes FILE, or --others CODE"),
        ("[", ("--codes",), "is not JSON"),
        ("[]", ("--codes",), "must be an object of codes by device address"),
        ('{"x": 2}', ("--codes",), "address 'x': must be 32 bytes in base58"),
        (None, ("--others", "16"), "others 16: must be a code of 0 to 15, or its name"),
        (None, ("--others", "fine"), "others 'fine': must be one of NO_ANSWER, PASSED"),
        (None, ("--others", "2", "--evidence-root", "00"), "evidence_root '00': must be 32 bytes"),
    ],
)
def test_bad_codes_send_nothing(
    epoch: Terminal, codes: str | None, options: tuple[str, ...], message: str
) -> None:
    path = epoch.folder / "codes.json"
    path.write_text(codes or "{}")
    file = (path,) if options == ("--codes",) else ()
    before = epoch.file.read_bytes()
    done = attest(epoch, "attestor-1", "commit", 0, *options, *file)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1
    assert epoch.file.read_bytes() == before


def test_a_code_may_be_a_number_or_a_name(epoch: Terminal) -> None:
    """Both stand for the same report, so the second is taken as the first again."""
    for code in ("hired", 3):
        path = codes_file(epoch, code)
        assert attest(epoch, "attestor-1", "commit", 0, "--codes", path).code == 0
    done = attest(epoch, "attestor-1", "commit", 0, "--codes", codes_file(epoch, 2.5))
    assert (done.code, done.out) == (2, "")
    assert "2.5: must be a code of 0 to 15" in done.err


def test_an_empty_code_is_none(epoch: Terminal) -> None:
    """As of a shell variable that is not set: it must not commit to "no answer" for all."""
    given = ("--journal", epoch.journal("attestor-1"))
    done = epoch.on_net("attestor", "run", "--others", "", *given, key="attestor-1")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "others ''" in done.err
