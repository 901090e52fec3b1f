"""Key files are read or refused by one clear line, and no secret ever shows."""

import json
import logging
from pathlib import Path

import pytest
from solders.keypair import Keypair

from ionet.errors import SignerError
from ionet.signers import Signer, load_keypair, resolve_signer

KEYPAIR = Keypair.from_seed(bytes(range(32)))


def write_key(path: Path, content: str, mode: int = 0o600) -> Path:
    path.write_text(content)
    path.chmod(mode)
    return path


def test_a_solana_cli_file_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_key(tmp_path / "id.json", json.dumps(list(bytes(KEYPAIR))))
    assert load_keypair(path) == resolve_signer(str(path)) == KEYPAIR
    assert caplog.records == []


def test_a_keypair_is_returned_as_it_is() -> None:
    assert load_keypair(KEYPAIR) is KEYPAIR
    assert resolve_signer(KEYPAIR) is KEYPAIR
    assert isinstance(KEYPAIR, Signer)


def test_a_world_readable_file_is_warned_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_key(tmp_path / "id.json", json.dumps(list(bytes(KEYPAIR))), 0o644)
    with caplog.at_level(logging.WARNING):
        load_keypair(path)
    assert [record.getMessage() for record in caplog.records] == [
        f"key file {path} can be read by other users: chmod 600 it"
    ]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("not json", "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"secret": 1}', "must be a JSON array of 64 numbers"),
        (json.dumps(list(bytes(KEYPAIR))[:63]), "has 63 numbers, must be 64"),
        (json.dumps([*bytes(KEYPAIR), 0]), "has 65 numbers, must be 64"),
        (json.dumps([256, *bytes(KEYPAIR)[1:]]), "integer of 0 to 255"),
        (json.dumps([1.5, *bytes(KEYPAIR)[1:]]), "integer of 0 to 255"),
        (json.dumps([*bytes(KEYPAIR)[:63], 0]), "public half does not belong"),
    ],
)
def test_bad_content_is_refused_with_path_and_rule(tmp_path: Path, content: str, rule: str) -> None:
    path = write_key(tmp_path / "id.json", content)
    with pytest.raises(SignerError) as caught:
        load_keypair(path)
    assert str(path) in str(caught.value)
    assert rule in str(caught.value)


def test_an_unreadable_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignerError, match="does not exist"):
        load_keypair(tmp_path / "missing.json")
    with pytest.raises(SignerError, match="directory"):
        load_keypair(tmp_path)
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(SignerError, match="is not text"):
        load_keypair(binary)


def test_no_secret_shows_in_an_error(tmp_path: Path) -> None:
    secret = bytes(KEYPAIR)[:32]
    for content in (str(list(secret)) + "x", json.dumps([*secret, *bytes(32)])):
        path = write_key(tmp_path / "id.json", content)
        with pytest.raises(SignerError) as caught:
            load_keypair(path)
        shown = f"{caught.value!r} {caught.value.__cause__!r}"
        assert str(list(secret))[1:-1] not in shown
        assert secret.hex() not in shown
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
