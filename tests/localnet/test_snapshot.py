"""A restored snapshot is the chain as it was, to the last byte."""

import pytest
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.localnet.errors import SnapshotError
from ionet.localnet.ledger import recording
from ionet.localnet.sysvars import CLOCK, SLOT_HASHES
from tests.localnet.chain import ALICE, BOB, SOL, Chain, new_chain, system_account

LATER = Pubkey(bytes(range(32)))


def observe(chain: Chain) -> tuple[object, ...]:
    vm = chain.vm
    return (
        vm.now(),
        vm.clock.ms,
        vm.latest_blockhash(),
        vm.program_accounts(SYSTEM_PROGRAM),
        vm.get_account(CLOCK),
        vm.get_account(SLOT_HASHES),
        vm.landed_count,
    )


def test_restore_brings_back_everything(chain: Chain) -> None:
    chain.vm.send(chain.pay(1))
    chain.vm.warp(0.3)
    snapshot, before = chain.vm.snapshot(), observe(chain)
    paid = chain.pay(SOL, to=LATER)
    first = chain.vm.send(paid)
    chain.vm.warp(100_000)
    chain.vm.set_account(BOB.pubkey, system_account(0))
    assert observe(chain) != before
    chain.vm.restore(snapshot)
    assert observe(chain) == before
    assert chain.vm.get_account(LATER) is None
    assert chain.vm.get_transaction(first.signature) is None
    assert chain.vm.send(paid) == first


def test_one_snapshot_serves_many_restores(chain: Chain) -> None:
    snapshot = chain.vm.snapshot()
    outcomes = set()
    for _ in range(20):
        outcomes.add(chain.vm.send(chain.pay(SOL, to=LATER)))
        chain.vm.restore(snapshot)
    assert len(outcomes) == 1
    assert chain.balance(ALICE.pubkey) == 1_000 * SOL


def test_older_and_newer_snapshots_restore_in_any_order(chain: Chain) -> None:
    older, at_older = chain.vm.snapshot(), observe(chain)
    chain.vm.send(chain.pay(SOL, to=LATER))
    newer, at_newer = chain.vm.snapshot(), observe(chain)
    for snapshot, expected in ((older, at_older), (newer, at_newer), (older, at_older)):
        chain.vm.restore(snapshot)
        assert observe(chain) == expected


def test_a_snapshot_of_another_vm_is_refused(chain: Chain) -> None:
    with pytest.raises(SnapshotError, match="another VM"):
        chain.vm.restore(new_chain().vm.snapshot())


def test_a_recorded_chain_keeps_its_history(chain: Chain, tmp_path) -> None:  # type: ignore[no-untyped-def]
    snapshot = chain.vm.snapshot()
    with (
        recording(chain.vm, tmp_path / "ledger.jsonl"),
        pytest.raises(SnapshotError, match="records"),
    ):
        chain.vm.restore(snapshot)


def test_program_accounts_filter_and_hide_the_empty(chain: Chain) -> None:
    addresses = sorted((ALICE.pubkey, BOB.pubkey), key=bytes)
    assert [address for address, _ in chain.vm.program_accounts(SYSTEM_PROGRAM)] == addresses
    chain.vm.set_account(BOB.pubkey, system_account(0))
    assert [a for a, _ in chain.vm.program_accounts(SYSTEM_PROGRAM)] == [ALICE.pubkey]
    assert chain.vm.program_accounts(SYSTEM_PROGRAM, data_size=1) == []
    assert chain.vm.program_accounts(SYSTEM_PROGRAM, memcmp=[(0, b"\0")]) == []
