"""Commands on one localnet file, in this process, as a script would run them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ionet.cli.app import run

FINGERPRINT = "11" * 32


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Its JSON object; the command must have succeeded without a word on standard error."""
        assert (self.code, self.err) == (0, "")
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Terminal:
    """A folder with a localnet and key files."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def file(self) -> Path:
        return self.folder / "market.jsonl"

    def key(self, name: str) -> Path:
        return self.folder / "keys" / f"{name}.json"

    def journal(self, name: str) -> Path:
        return self.folder / f"{name}.journal"

    def run(self, *arguments: object) -> Done:
        """Run a command as it is."""
        self.capsys.readouterr()
        try:
            code = run([str(argument) for argument in arguments])
        except SystemExit as left:
            code = int(str(left.code))
        captured = self.capsys.readouterr()
        return Done(code, captured.out, captured.err)

    def on_net(self, *arguments: object, key: str | None = None) -> Done:
        """Run a command on the localnet, signed by somebody's key file."""
        signed = () if key is None else ("--key", self.key(key))
        return self.run(*arguments, "--localnet", self.file, *signed)

    def json(self, *arguments: object, key: str | None = None) -> dict[str, Any]:
        """Run a command on the localnet and return its JSON object."""
        return self.on_net(*arguments, "--json", key=key).json

    def localnet(self, name: str, *arguments: object) -> dict[str, Any]:
        """Run a command of ``ionet localnet`` and return its JSON object."""
        return self.run("localnet", name, self.file, *arguments, "--json").json

    def register(self, name: str = "gpu-1", owner: str = "provider") -> str:
        """Register a device and return its address."""
        self.localnet("keys", self.folder / "keys", name)
        described = ("--gpu", "H100", "--vram-gib", 80, "--fingerprint", FINGERPRINT)
        given = ("--device-key", self.key(name), *described)
        address: str = self.json("provider", "register", *given, key=owner)["device"]["address"]
        return address

    def state(self, address: str) -> str:
        found: str = self.json("market", "device", address)["device"]["state"]
        return found


def names_of(document: dict[str, Any]) -> list[str]:
    """Return the instructions that a command sent, in order."""
    return [
        step["name"]
        for transaction in document["transactions"]
        for step in transaction["instructions"]
    ]
