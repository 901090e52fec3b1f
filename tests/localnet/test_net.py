"""One call starts a market; its history is recorded, repeatable and replayable."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from ionet.lanes import IS_CURRENT
from ionet.localnet.actors import GOVERNANCE, GUARDIAN, TREASURY
from ionet.localnet.assets import IO, USDC
from ionet.localnet.errors import GenesisError, LocalnetError
from ionet.localnet.genesis import Program
from ionet.localnet.net import Localnet
from ionet.localnet.programs import shipped_programs
from ionet.localnet.replay import replay
from ionet.programs.escrow import instructions
from ionet.programs.escrow.accounts import Config
from ionet.programs.escrow.enums import GpuClass
from ionet.programs.escrow.pdas import find_config
from ionet.tokens import decode_token_account, find_associated_token_address


def usdc_of(net: Localnet, owner: Pubkey) -> int:
    address = find_associated_token_address(owner, net.usdc)
    account = net.vm.get_account(address)
    assert account is not None
    return decode_token_account(address, account).amount


def config_of(net: Localnet) -> Config:
    address = find_config(program_id=net.escrow)[0]
    account = net.vm.get_account(address)
    assert account is not None
    return Config.decode(address, account, program_id=net.escrow)


def test_a_market_starts_in_one_call() -> None:
    with Localnet.start(["renter", "provider"], usdc=5, min_rates={1: 7}) as net:
        config = config_of(net)
        assert (config.authority, config.guardian) == (GOVERNANCE.pubkey, GUARDIAN.pubkey)
        assert (config.treasury, config.fee_bps) == (TREASURY.pubkey, 250)
        assert config.genesis_hash == Pubkey(bytes(net.vm.genesis_hash))
        assert (config.mints[0], config.mints[1], config.accepted) == (net.usdc, net.io, 0b11)
        assert config.min_rates[int(GpuClass.H100)] == 7
        assert sum(config.min_rates) == 7
        assert usdc_of(net, net.actor("renter").pubkey) == 5
        assert usdc_of(net, TREASURY.pubkey) == 0


def test_the_faucet_gives_by_transactions() -> None:
    with Localnet.start(["renter"], usdc=5) as net:
        stranger = Pubkey(b"\7" * 32)
        landed = net.vm.landed_count
        net.airdrop(stranger, 10**9)
        net.mint(USDC, stranger, 3)
        net.mint(USDC, stranger, 4)
        net.mint(IO, net.actor("renter").pubkey, 1)
        assert net.vm.landed_count == landed + 4
        account = net.vm.get_account(stranger)
        assert account is not None
        assert account.lamports == 10**9
        assert usdc_of(net, stranger) == 7


@pytest.mark.parametrize("names", [["faucet"], ["a", "a"], [""], ["treasury"]])
def test_bad_names_are_refused(names: list[str]) -> None:
    with pytest.raises(GenesisError, match=f"actor '{names[0]}'"):
        Localnet.start(names)


def test_an_unknown_actor_is_named_with_the_known_ones() -> None:
    with Localnet.start(["renter"]) as net, pytest.raises(LocalnetError, match=r"'rentr'.*renter"):
        net.actor("rentr")


def test_a_failed_instruction_is_told_with_its_log() -> None:
    with Localnet.start(["renter"]) as net:
        renter = net.actor("renter")
        pause = instructions.pause(guardian=renter.pubkey, flags=1, program_id=net.escrow)
        with pytest.raises(LocalnetError, match="custom program error"):
            net.execute(pause, signers=(renter,))


def test_only_the_genesis_authority_initialises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ionet.localnet.net.GENESIS_AUTHORITY", GUARDIAN)
    with pytest.raises(LocalnetError, match="Custom"):
        Localnet.start()


def test_a_market_without_escrow_is_refused() -> None:
    with pytest.raises(GenesisError, match="one must be named escrow"):
        Localnet.start(programs=())


def test_runs_repeat_to_the_byte_and_replay_identically(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with Localnet.start(["renter"], ledger=tmp_path / name) as net:
            net.vm.warp(3_600)
            net.mint(USDC, net.actor("renter").pubkey, 1)
            assert not (tmp_path / name).exists()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    report = replay(tmp_path / "one")
    assert (report.is_identical, report.transactions) == (True, 4)
    assert report.compared_logs_and_units


def test_a_failed_run_leaves_no_ledger(tmp_path: Path) -> None:
    def fail() -> None:
        with Localnet.start(ledger=tmp_path / "ledger"):
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        fail()
    with pytest.raises(LocalnetError):
        Localnet.start(ledger=tmp_path / "ledger", fee_bps=1_001)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not IS_CURRENT, reason="the older runtime loads SBPF v0 only")
def test_another_build_of_the_same_program_replays_with_the_same_digest(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    Localnet.start(["renter"], ledger=path).close()
    (escrow,) = (program for program in shipped_programs() if program.name == "escrow")
    elf = (files("ionet") / "programs" / "bin" / "escrow.v0.so").read_bytes()
    other = replay(path, programs=[Program("escrow", escrow.address, elf)])
    same = replay(path)
    assert (other.is_identical, other.compared_logs_and_units) == (True, False)
    assert other.sha256 == same.sha256


def test_a_program_that_does_something_else_is_caught(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    Localnet.start(["renter"], ledger=path).close()
    (escrow,) = (program for program in shipped_programs() if program.name == "escrow")
    # One bit of a seed: the program then looks for its config at another address.
    spoiled = bytearray(escrow.elf)
    at = spoiled.rindex(b"config")
    spoiled[at] ^= 1
    report = replay(path, programs=[Program("escrow", escrow.address, bytes(spoiled))])
    found = report.first_difference
    assert found is not None
    assert (found.index, found.field, found.expected) == (0, "error", None)
    assert json.dumps(report.to_json())
