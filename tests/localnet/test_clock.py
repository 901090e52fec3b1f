"""Slot, time, blockhash and SlotHashes move together, and forward only."""

import struct

import pytest
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.connection import TransactionRefusedError
from ionet.localnet.errors import ClockError
from ionet.localnet.genesis import DEFAULT_SLOT, DEFAULT_UNIX_TIME, Genesis
from ionet.localnet.sysvars import CLOCK, SLOT_HASHES
from ionet.localnet.vm import Vm
from tests.localnet.chain import ALICE, Chain

LOOKUP_TABLE_PROGRAM = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")


def create_lookup_table(recent_slot: int) -> Instruction:
    """The one built-in program that demands its slot to be in SlotHashes."""
    seeds = [bytes(ALICE.pubkey), recent_slot.to_bytes(8, "little")]
    table, bump = Pubkey.find_program_address(seeds, LOOKUP_TABLE_PROGRAM)
    accounts = [
        AccountMeta(table, is_signer=False, is_writable=True),
        AccountMeta(ALICE.pubkey, is_signer=True, is_writable=False),
        AccountMeta(ALICE.pubkey, is_signer=True, is_writable=True),
        AccountMeta(SYSTEM_PROGRAM, is_signer=False, is_writable=False),
    ]
    data = struct.pack("<IQB", 0, recent_slot, bump)
    return Instruction(LOOKUP_TABLE_PROGRAM, data, accounts)


def sysvar_clock(vm: Vm) -> tuple[int, int]:
    account = vm.get_account(CLOCK)
    assert account is not None
    slot, _, _, _, unix_time = struct.unpack("<QqQQq", account.data)
    return slot, unix_time


def test_genesis_sets_the_clock(chain: Chain) -> None:
    assert (chain.vm.now().slot, chain.vm.now().unix_timestamp) == (DEFAULT_SLOT, DEFAULT_UNIX_TIME)
    assert sysvar_clock(chain.vm) == (DEFAULT_SLOT, DEFAULT_UNIX_TIME)


def test_a_landed_transaction_is_a_block_of_400_ms(chain: Chain) -> None:
    first = chain.vm.latest_blockhash().blockhash
    for landed in range(1, 6):
        outcome = chain.vm.send(chain.pay(1))
        assert outcome.slot == DEFAULT_SLOT + landed - 1
        assert chain.vm.now().slot == DEFAULT_SLOT + landed
        assert chain.vm.now().unix_timestamp == DEFAULT_UNIX_TIME + landed * 400 // 1000
    assert chain.vm.latest_blockhash().blockhash != first


@pytest.mark.parametrize("seconds", [0.4, 1, 59.6, 3_600, 21_600, 2_592_000])
def test_warp_moves_slot_and_time_alike(chain: Chain, seconds: float) -> None:
    chain.vm.warp(seconds)
    assert chain.vm.now().slot == DEFAULT_SLOT + round(seconds * 1000) // 400
    assert chain.vm.now().unix_timestamp == DEFAULT_UNIX_TIME + int(seconds)
    assert sysvar_clock(chain.vm) == (chain.vm.now().slot, chain.vm.now().unix_timestamp)


def test_warp_to_reaches_the_exact_second(chain: Chain) -> None:
    chain.vm.send(chain.pay(1))
    chain.vm.warp_to(DEFAULT_UNIX_TIME + 900)
    assert chain.vm.send(chain.pay(2)).unix_timestamp == DEFAULT_UNIX_TIME + 900
    chain.vm.warp_to(DEFAULT_UNIX_TIME + 900)
    assert chain.vm.send(chain.pay(3)).unix_timestamp == DEFAULT_UNIX_TIME + 900


def test_going_back_is_refused_with_both_times(chain: Chain) -> None:
    chain.vm.warp(10)
    with pytest.raises(ClockError, match=rf"{DEFAULT_UNIX_TIME + 9}.*{DEFAULT_UNIX_TIME + 10}"):
        chain.vm.warp_to(DEFAULT_UNIX_TIME + 9)
    for seconds in (-1, float("nan"), float("inf")):
        with pytest.raises(ClockError, match=str(seconds)):
            chain.vm.warp(seconds)
    with pytest.raises(ClockError, match="-1 slots"):
        chain.vm.advance_slots(-1)


def test_it_does_not_go_further_than_a_ledger_can_say(chain: Chain) -> None:
    start = chain.vm.now()
    for seconds in (10**17, 10**20, 10**400, 1e300):
        with pytest.raises(ClockError, match="last millisecond"):
            chain.vm.warp(seconds)
    with pytest.raises(ClockError, match="last millisecond"):
        chain.vm.warp_to(2**63)
    with pytest.raises(ClockError, match="last millisecond"):
        chain.vm.advance_slots(2**62)
    assert chain.vm.now() == start
    chain.vm.warp_to(2**62 // 1000)
    assert chain.vm.send(chain.pay(1)).unix_timestamp == 2**62 // 1000


def test_paths_to_one_time_meet_the_same_chain(chain: Chain) -> None:
    other = Vm(chain.vm.genesis)
    chain.vm.warp(1_000)
    for _ in range(1_000):
        other.warp(1)
    assert other.now() == chain.vm.now()
    assert other.latest_blockhash() == chain.vm.latest_blockhash()
    assert other.get_account(SLOT_HASHES) == chain.vm.get_account(SLOT_HASHES)


def test_blockhashes_depend_on_the_genesis(chain: Chain) -> None:
    other = Vm(Genesis())
    assert other.genesis_hash != chain.vm.genesis_hash
    assert other.latest_blockhash().blockhash != chain.vm.latest_blockhash().blockhash


def test_slot_hashes_hold_the_last_512_blocks(chain: Chain) -> None:
    chain.vm.advance_slots(700)
    account = chain.vm.get_account(SLOT_HASHES)
    assert account is not None
    assert len(account.data) == 8 + 512 * 40
    count, newest, newest_hash = struct.unpack_from("<QQ32s", account.data)
    (oldest,) = struct.unpack_from("<Q", account.data, 8 + 511 * 40)
    slot = chain.vm.now().slot
    assert (count, newest, oldest) == (512, slot - 1, slot - 512)
    assert Hash(newest_hash) == chain.vm.latest_blockhash().blockhash


@pytest.mark.parametrize("age", [1, 2, 150, 511, 512])
def test_programs_find_recent_slots_in_slot_hashes(chain: Chain, age: int) -> None:
    chain.vm.send(chain.pay(1))
    recent = chain.vm.now().slot - age
    assert chain.vm.send(chain.sign(create_lookup_table(recent))).err is None


@pytest.mark.parametrize("age", [0, 513, 1_000])
def test_programs_do_not_find_other_slots(chain: Chain, age: int) -> None:
    chain.vm.send(chain.pay(1))
    outcome = chain.vm.send(chain.sign(create_lookup_table(chain.vm.now().slot - age)))
    assert outcome.err is not None
    assert (outcome.err.kind, outcome.err.instruction_index) == ("InvalidInstructionData", 0)


def test_a_blockhash_lives_for_150_blocks(chain: Chain) -> None:
    latest = chain.vm.latest_blockhash()
    chain.vm.advance_slots(149)
    assert chain.vm.clock.block_height == latest.last_valid_block_height
    on_time = chain.sign(chain.transfer(1), blockhash=latest.blockhash)
    late = chain.sign(chain.transfer(2), blockhash=latest.blockhash)
    assert chain.vm.send(on_time).err is None
    with pytest.raises(TransactionRefusedError, match="not one of the last 150") as refused:
        chain.vm.send(late)
    assert refused.value.fault.kind == "BlockhashNotFound"


def test_blockhashes_expire_by_landed_transactions_too(chain: Chain) -> None:
    old = chain.pay(1)
    for amount in range(2, 152):
        chain.vm.send(chain.pay(amount))
    with pytest.raises(TransactionRefusedError, match="blockhash") as refused:
        chain.vm.send(old)
    assert refused.value.fault.kind == "BlockhashNotFound"
