"""What the wheel and the sdist carry: everything that the demo needs, as real files."""

import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from ionet.interfaces import PROGRAMS
from tests.packaging.distribution import build

pytestmark = pytest.mark.packaging


def package_files(root: Path) -> dict[str, bytes]:
    """Return every file of the package as the wheel must name and hold it, links followed."""
    files: dict[str, bytes] = {}
    for top, name in (
        (root / "sdk/ionet", "ionet"),
        (root / "localnet", "ionet/localnet"),
        (root / "idl", "ionet/idl"),
    ):
        for path in top.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                files[f"{name}/{path.relative_to(top).as_posix()}"] = path.read_bytes()
    return files


def read_wheel(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_wheel_holds_the_package_byte_for_byte(wheel: Path, root: Path) -> None:
    expected = package_files(root)
    actual = {name: data for name, data in read_wheel(wheel).items() if name.startswith("ionet/")}
    assert actual.keys() == expected.keys()
    assert [name for name in expected if actual[name] != expected[name]] == []


@pytest.mark.parametrize(
    "pattern",
    [
        "ionet/py.typed",
        *(f"ionet/idl/{program}.json" for program in PROGRAMS),
        *(f"ionet/idl/legacy/{program}.json" for program in PROGRAMS),
        *(f"ionet/programs/bin/{program}.v3.so" for program in PROGRAMS),
        *(f"ionet/programs/bin/{program}.v0.so" for program in PROGRAMS),
        "ionet/programs/bin/manifest.json",
        "ionet/localnet/__init__.py",
        "ionet/localnet/scenarios/*",
    ],
)
def test_wheel_holds_what_the_demo_needs(wheel: Path, pattern: str) -> None:
    assert [name for name in read_wheel(wheel) if Path(name).match(pattern)] != []


def test_wheel_holds_no_link(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert [name for name, mode in modes.items() if stat.S_ISLNK(mode)] == []


def test_wheel_of_the_sdist_equals_wheel_of_the_tree(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        for member in archive:
            assert member.isreg() or member.isdir(), f"{member.name} is a link"
            if (file := archive.extractfile(member)) is not None:
                path = tmp_path / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())
    (source,) = tmp_path.iterdir()
    rebuilt = build(source, "wheel", tmp_path / "dist")
    assert read_wheel(rebuilt) == read_wheel(wheel)


def test_wheel_requires_ranges_never_pins(wheel: Path) -> None:
    metadata = next(d for name, d in read_wheel(wheel).items() if name.endswith("/METADATA"))
    requirements = [line for line in metadata.decode().splitlines() if "Requires-Dist" in line]
    assert requirements != []
    assert [line for line in requirements if "==" in line.partition(";")[0]] == []
