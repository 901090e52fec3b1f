"""``ionet stats devices``: the counts of scenarios, for scripts and for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from ionet.cli.app import run
from ionet.localnet.scenario import shipped_scenario
from tests.cli.terminal import Terminal

COUNTS = {"unverified", "verified", "cluster_ready", "hired", "carried"}


@pytest.fixture
def stats(terminal: Terminal) -> Terminal:
    return terminal


def test_june_2024_by_a_hundred(stats: Terminal) -> None:
    counts = stats.run("stats", "devices", "--scenario", "june-2024", "--json").json
    assert {"at", "sha256", "by_class", "by_source", "accounts"} | COUNTS <= counts.keys()
    found = (counts["unverified"], counts["verified"], counts["cluster_ready"])
    assert found == (8_179, 1_173, 195)
    assert (counts["hired"], counts["scale"], counts["at"]) == (50, 100, 1_718_614_800)
    assert counts["accounts"] == sum(found) + 50 + 400
    for parts in (counts["by_class"], counts["by_source"]):
        assert {key: sum(part[key] for part in parts.values()) for key in COUNTS} == {
            key: counts[key] for key in COUNTS
        }
    again = stats.run("stats", "devices", "--scenario", "june-2024", "--json").json
    assert again == counts


def test_a_scenario_has_a_time_and_a_scale(stats: Terminal) -> None:
    def counts(*options: str) -> tuple[int, ...]:
        found = stats.run("stats", "devices", "--scenario", "june-2024", "--json", *options).json
        return tuple(found[key] for key in ("unverified", "verified", "cluster_ready"))

    assert counts("--scale", "1000") == (817, 117, 19)
    assert counts("--scale", "1000", "--at", "2024-06-17T09:00:00Z") == (817, 117, 19)
    assert counts("--scale", "1000", "--at", "1718614800") == (817, 117, 19)
    # Constant within the epoch, which began three hours before, and another one after it.
    assert counts("--scale", "1000", "--at", "2024-06-17T06:00:00Z") == (817, 117, 19)
    assert counts("--scale", "1000", "--at", "2024-06-17T11:59:59+00:00") == (817, 117, 19)
    assert counts("--scale", "1000", "--at", "2024-06-17T12:00:00Z") != (817, 117, 19)
    assert counts("--scale", "1000", "--at", "2024-02-29T00:00:00Z") == (0, 0, 0)


def test_people_see_tables(stats: Terminal) -> None:
    done = stats.run("stats", "devices", "--scenario", "june-2024", "--scale", "1000")
    assert (done.code, done.err) == (0, "")
    for part in ("2024-06-17 09:00:00 UTC", "RTX4090", "filecoin", "sha256 "):
        assert part in done.out
    assert "\x1b" not in done.out
    late = stats.run("stats", "devices", "--localnet", stats.file, "--at", 10**18)
    assert (late.code, late.err) == (0, "")
    assert f"Devices at second {10**18}; accounts read: 0" in late.out


def test_april_2024_tells_what_was_tried(stats: Terminal) -> None:
    counts = stats.run("stats", "devices", "--scenario", "april-2024", "--json").json
    assert (counts["verified"], counts["cluster_ready"], counts["most_fakes"]) == (0, 7, 0)
    assert counts["attempts"][0] == {
        "what": "register a device without a GPU",
        "tried": 180,
        "answers": {"done": 180},
    }
    done = stats.run("stats", "devices", "--scenario", "april-2024")
    assert (done.code, done.err) == (0, "")
    assert "Fakes that ever counted as verified: 0" in done.out
    assert counts["sha256"] in done.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--scenario", "may-2024"), "may-2024: No such file or directory"),
        (("--scenario", "demo"), "demo.toml: kind: is missing"),
        (("--scenario", "june-2024", "--scale", "0"), "--scale"),
        (("--scenario", "april-2024", "--scale", "10"), "scale 10: scenario april-2024"),
        (("--scale", "10"), "scale: only a scenario has one; give --scenario"),
        (("--scenario", "june-2024", "--at", "noon"), "at 'noon': must be a Unix second"),
        (("--scenario", "june-2024", "--at", "2024-06-17"), "at '2024-06-17': must be"),
        (("--scenario", "june-2024", "--at", "9" * 20), f"at {'9' * 20}: must be a Unix second"),
        ((), "no network: give --localnet FILE, or set IONET_LOCALNET"),
        (("--localnet", "http://x"), "is a URL"),
    ],
)
def test_bad_input(stats: Terminal, options: tuple[str, ...], message: str) -> None:
    done = stats.run("stats", "devices", *options)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "census"', 'kind = "poll"', 'kind = "poll": must be one of census, attack'),
        ("heartbeat = 121", "heartbeat = 999", "heartbeat = 999: must be a whole number, 0 to 433"),
        ('results = "d..........d"', 'results = "dx"', "must be of d, p, a with a digit"),
        ("until = 14", "until = 91", "until = 91: must be a whole number, 0 to 90"),
        ('gpu = "B200"', 'gpu = "GTX"', 'class[3].gpu = "GTX": must be one of OTHER'),
        ("owners = 4_000", "owners = 4_000\nrenters = 1", "renters = 1: is unknown"),
        ("genesis = 2024-03-01", "genesis = 2024-07-01", "must be an epoch or more before at"),
        ('state = "hired"', 'state = "verified"', "none is hired, which 5087 devices are"),
    ],
)
def test_a_census_that_breaks_its_schema_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    text = shipped_scenario("june-2024").read_text()
    assert old in text
    path = tmp_path / "june.toml"
    path.write_text(text.replace(old, new))
    assert run(["stats", "devices", "--scenario", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("ionet: june.toml: ")
    assert message in captured.err
