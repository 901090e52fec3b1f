"""One call starts a market; its history is recorded, repeatable and replayable."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.lanes import IS_CURRENT
from ionet.localnet.actors import GOVERNANCE, GUARDIAN, TREASURY
from ionet.localnet.assets import IO, USDC
from ionet.localnet.errors import GenesisError, LocalnetError
from ionet.localnet.genesis import Program
from ionet.localnet.net import Localnet
from ionet.localnet.programs import shipped_programs
from ionet.localnet.replay import replay
from ionet.localnet.setup import LAMPORTS_PER_SOL
from ionet.programs.escrow import instructions
from ionet.programs.escrow.accounts import Config
from ionet.programs.escrow.enums import GpuClass
from ionet.programs.escrow.pdas import find_config
from ionet.programs.verification import accounts as verification
from ionet.programs.verification import pdas
from ionet.tokens import decode_token_account, find_associated_token_address


def usdc_of(net: Localnet, owner: Pubkey) -> int:
    address = find_associated_token_address(owner, net.usdc)
    account = net.vm.get_account(address)
    assert account is not None
    return decode_token_account(address, account).amount


def fetch(net: Localnet, address: Pubkey) -> tuple[Pubkey, Account]:
    account = net.vm.get_account(address)
    assert account is not None
    return address, account


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


def test_epoch_0_begins_with_attestors_who_have_joined() -> None:
    with Localnet.start(attestors=["alice", "bob"], unix_time=1_800_000_000) as net:
        config = verification.Config.decode(*fetch(net, pdas.find_config()[0]))
        assert (config.authority, config.guardian) == (GOVERNANCE.pubkey, GUARDIAN.pubkey)
        assert (config.genesis, config.committee_size) == (1_800_000_000, 9)
        assert config.min_attestors == 1
        assert 0 <= net.vm.now().unix_timestamp - config.genesis < 10
        assert list(net.attestors) == ["alice", "bob"]
        for seat, name in enumerate(net.attestors):
            address = pdas.find_attestor(net.actor(name).pubkey)[0]
            attestor = verification.Attestor.decode(*fetch(net, address))
            assert (attestor.seats[0], attestor.seats_since[0]) == (seat, 1)
            assert attestor.bond == config.attestor_bond == LAMPORTS_PER_SOL


def test_a_counted_attestor_may_have_no_other_role() -> None:
    with pytest.raises(GenesisError, match="'attestor-2'"):
        Localnet.start(["attestor-2"], attestors=2)


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
    monkeypatch.setattr("ionet.localnet.setup.GENESIS_AUTHORITY", GUARDIAN)
    with pytest.raises(LocalnetError, match="Custom"):
        Localnet.start()


@pytest.mark.parametrize("name", ["escrow", "verification"])
def test_a_market_without_one_of_its_programs_is_refused(name: str) -> None:
    others = [program for program in shipped_programs() if program.name != name]
    with pytest.raises(GenesisError, match=f"one must be named {name}"):
        Localnet.start(programs=others)


def test_runs_repeat_to_the_byte_and_replay_identically(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with Localnet.start(["renter"], ledger=tmp_path / name) as net:
            net.vm.warp(3_600)
            net.mint(USDC, net.actor("renter").pubkey, 1)
            assert not (tmp_path / name).exists()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    report = replay(tmp_path / "one")
    assert (report.is_identical, report.transactions) == (True, 6)
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
    folder = files("ionet") / "programs" / "bin"
    other_builds = [
        Program(name, address, (folder / f"{name}.v0.so").read_bytes())
        for name, address in ((program.name, program.address) for program in shipped_programs())
    ]
    other = replay(path, programs=other_builds)
    same = replay(path)
    assert (other.is_identical, other.compared_logs_and_units) == (True, False)
    assert other.sha256 == same.sha256


def test_a_program_that_does_something_else_is_caught(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    Localnet.start(["renter"], ledger=path).close()
    escrow, *others = shipped_programs()
    # One bit of a seed: the program then looks for its config at another address.
    spoiled = bytearray(escrow.elf)
    at = spoiled.rindex(b"config")
    spoiled[at] ^= 1
    report = replay(path, programs=[replace(escrow, elf=bytes(spoiled)), *others])
    found = report.first_difference
    assert found is not None
    assert (found.index, found.field, found.expected) == (0, "error", None)
    assert json.dumps(report.to_json())
