"""The tested versions: exact, complete, and inside the ranges that the package declares."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LANES = {"current": ["test", "lint", "docs"], "anchorpy": ["test", "anchorpy"]}


def read_constraints(root: Path, lane: str) -> dict[str, str]:
    lines = (root / f"constraints/{lane}.txt").read_text().splitlines()
    pins = (line.partition("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, _, version in pins}


@pytest.mark.parametrize("lane", LANES)
def test_constraints_are_plain_pins(root: Path, lane: str) -> None:
    lines = (root / f"constraints/{lane}.txt").read_text().splitlines()
    pin = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9._+!-]+")
    assert [line for line in lines if not line.startswith("#") and not pin.fullmatch(line)] == []


@pytest.mark.parametrize("lane", LANES)
def test_every_direct_dependency_is_pinned_inside_its_range(root: Path, lane: str) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = list(project["dependencies"])
    for extra in LANES[lane]:
        declared += project["optional-dependencies"][extra]
    pins = read_constraints(root, lane)
    for requirement in map(Requirement, declared):
        version = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} against {version}"
