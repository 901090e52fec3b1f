"""A genesis that cannot be built is refused with one clear error."""

import pytest
from solders.pubkey import Pubkey

from ionet.lanes import IS_CURRENT
from ionet.localnet.actors import GENESIS_AUTHORITY, Actor
from ionet.localnet.assets import IO, USDC, mint_with_holders
from ionet.localnet.errors import GenesisError
from ionet.localnet.genesis import Genesis, Program
from ionet.localnet.sysvars import CLOCK, SLOT_HASHES, can_read_slot_hashes
from ionet.localnet.vm import Vm
from ionet.tokens import decode_mint, decode_token_account, find_associated_token_address
from tests.localnet.chain import ALICE, BOB, system_account

ADDRESS = Pubkey(bytes(range(32)))


def elf(machine: int = 263, flags: int = 0) -> bytes:
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    header[18:20] = machine.to_bytes(2, "little")
    header[48:52] = flags.to_bytes(4, "little")
    return bytes(header)


@pytest.mark.parametrize("content", [b"", b"abc", b"\x7fELF", elf(machine=62), elf(), elf()[:63]])
def test_a_file_that_is_no_program_is_refused(content: bytes) -> None:
    with pytest.raises(GenesisError, match=f"program broken at {ADDRESS}: "):
        Vm(Genesis(programs=(Program("broken", ADDRESS, content),)))


@pytest.mark.skipif(IS_CURRENT, reason="the current runtime loads SBPF v3")
def test_a_build_for_another_runtime_is_refused() -> None:
    with pytest.raises(GenesisError, match="SBPF version 3, but this runtime loads version 0"):
        Vm(Genesis(programs=(Program("newer", ADDRESS, elf(flags=3)),)))


def test_an_address_is_set_once() -> None:
    twice = ((ALICE.pubkey, system_account(1)), (ALICE.pubkey, system_account(2)))
    with pytest.raises(GenesisError, match=f"{ALICE.pubkey}: is set more than once"):
        Genesis(accounts=twice)


def test_the_hash_covers_time_accounts_and_program_addresses() -> None:
    account = (ALICE.pubkey, system_account(1))
    variants = [
        Genesis(),
        Genesis(unix_time=1_700_000_000),
        Genesis(slot=500_000_000),
        Genesis(accounts=(account,)),
        Genesis(accounts=((ALICE.pubkey, system_account(2)),)),
        Genesis(accounts=((BOB.pubkey, system_account(1)),)),
        Genesis(programs=(Program("p", ADDRESS, b""),)),
    ]
    assert len({genesis.hash() for genesis in variants}) == len(variants)


def test_the_hash_leaves_program_builds_out() -> None:
    first, second = (Genesis(programs=(Program("p", ADDRESS, e),)) for e in (b"v0", b"v3"))
    assert first.hash() == second.hash()


def test_actors_are_the_same_in_every_run() -> None:
    assert str(GENESIS_AUTHORITY.pubkey) == "FCuvSFuoJ2EQqrsLihRjUguFaFDEAMgPf2F7TgNt5Www"
    assert Actor.named("alice") == ALICE
    assert Actor.named("alice").pubkey != BOB.pubkey


def test_an_actor_shows_no_secret() -> None:
    secret = str(ALICE.keypair)
    assert secret not in repr(ALICE)
    assert secret not in str(ALICE)


@pytest.mark.parametrize(("mint", "decimals"), [(USDC, 6), (IO, 8)])
def test_mints_and_holdings_are_real_token_accounts(mint, decimals: int) -> None:  # type: ignore[no-untyped-def]
    holders = [(ALICE.pubkey, 5), (BOB.pubkey, 7)]
    accounts = dict(mint_with_holders(mint, holders))
    state = decode_mint(mint.address, accounts[mint.address])
    assert (state.supply, state.decimals) == (12, decimals)
    for owner, amount in holders:
        address = find_associated_token_address(owner, mint.address)
        holding = decode_token_account(address, accounts[address])
        assert (holding.mint, holding.owner, holding.amount) == (mint.address, owner, amount)


def murmur3_32(data: bytes) -> int:
    """Reference form of the hash that names system calls (seed 0)."""
    value, mask = 0, 0xFFFFFFFF
    body = len(data) // 4 * 4
    for at in range(0, body + 4, 4):
        k = int.from_bytes(data[at : at + 4], "little") if at < body else 0
        if at >= body:
            k = int.from_bytes(data[body:], "little")
        k = k * 0xCC9E2D51 & mask
        k = (k << 15 | k >> 17) & mask
        value ^= k * 0x1B873593 & mask
        if at < body:
            value = (value << 13 | value >> 19) & mask
            value = (value * 5 + 0xE6546B64) & mask
    value ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        value ^= value >> shift
        value = value * factor & mask
    return value


def test_readers_of_slot_hashes_are_recognised() -> None:
    assert murmur3_32(b"sol_log_") == 0x207559BD
    call = murmur3_32(b"sol_get_sysvar").to_bytes(4, "little")
    address, clock = bytes(SLOT_HASHES), bytes(CLOCK)
    operands = b"".join(b"\x18\1\0\0" + address[at : at + 4] for at in range(0, 32, 4))
    for reader in (call + address, b"dynstr\0sol_get_sysvar\0" + address, call + operands):
        assert can_read_slot_hashes(b"code" + reader + b"code")
    for other in (call, call + clock, b"sol_get_sysvar" + clock, address):
        assert not can_read_slot_hashes(b"code" + other + b"code")
