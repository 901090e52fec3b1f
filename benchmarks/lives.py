"""How many lives of a rental a second the embedded localnet runs, and how far from its ceiling.

A life is six transactions: open, accept, end, release, sweep, close. ``lives_per_second`` builds,
signs and runs them through the SDK's client, a simulation before each left out. The ceilings are
LiteSVM alone, executing what is signed already: the same transactions, and bare SOL transfers.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from solders.message import MessageV0
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from benchmarks.devices import write_device
from ionet import Client, Localnet, Usdc, hours
from ionet.lanes import new_litesvm, program_fault
from ionet.localnet.actors import Actor
from ionet.localnet.clock import BlockClock
from ionet.localnet.genesis import Genesis
from ionet.localnet.ledger import Ledger
from ionet.localnet.programs import shipped_programs
from ionet.localnet.records import AccountRecord, TransactionRecord

LIVES = 200
TRANSACTIONS_PER_LIFE = 6
_TRANSFERS = 2_000
_REPEATS = 5
"""The fastest counts: other load on the machine disturbed it least."""
_UNIT_LIMIT = 100_000
_VALID_FOR = 1_800


def measure() -> dict[str, float]:
    """Return lives and transactions per second, and the share of the ceiling."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lives.jsonl"
        _run_lives(path)
        ledger = Ledger(path)
        sdk = LIVES / min(_run_lives(None) for _ in range(_REPEATS))
        bare = LIVES / min(_run_signed(ledger) for _ in range(_REPEATS))
    return {
        "lives_per_second": sdk,
        "presigned_lives_per_second": bare,
        "share_of_presigned": sdk / bare,
        "bare_transfers_per_second": _TRANSFERS / min(_run_transfers() for _ in range(_REPEATS)),
    }


def _run_lives(ledger: Path | None) -> float:
    """Run all lives through the client; return the seconds it took."""
    with Localnet.start(["client", "provider"], ledger=ledger) as net:
        client, provider = (
            Client(net.connection, net.actor(name).keypair, unit_limit=_UNIT_LIMIT)
            for name in ("client", "provider")
        )
        device = write_device(net, Actor.named("bench"), "provider")
        offer = provider.provider.post_offer(
            device, rate=Usdc("2.49"), min=hours(1), max=hours(48), create_token_account=False
        ).offer
        start = time.perf_counter()
        for number in range(LIVES):
            job = client.renter.open_job(
                offer, hours(4), idempotency_key=f"life-{number}", valid_for=_VALID_FOR
            )
            provider.provider.accept(job)
            net.vm.warp(hours(1))
            job.end()
            job.release()
            client.keeper.sweep_fee(job)
            client.keeper.close(job)
        return time.perf_counter() - start


def _run_signed(ledger: Ledger) -> float:
    """Execute the recorded transactions in LiteSVM alone; return the seconds of the lives."""
    header = ledger.header
    genesis = Genesis(shipped_programs(), header.accounts, header.unix_time, header.slot)
    svm = new_litesvm()
    for program in genesis.programs:
        program_fault(svm, program.address, program.elf)
    for address, account in genesis.accounts:
        svm.set_account(address, account)
    clock = BlockClock(genesis.hash(), slot=genesis.slot, unix_time=genesis.unix_time)
    for entry in ledger:
        if isinstance(entry, AccountRecord):
            svm.set_account(entry.address, entry.account)
    records = [entry for entry in ledger if isinstance(entry, TransactionRecord)]
    seconds = 0.0
    for record in records:
        clock.move_to_ms(record.unix_ms)
        svm.set_clock(clock.sysvar())
        tx = VersionedTransaction.from_bytes(record.transaction)
        start = time.perf_counter()
        svm.send_transaction(tx)
        seconds += time.perf_counter() - start
    return seconds * LIVES * TRANSACTIONS_PER_LIFE / len(records)


def _run_transfers() -> float:
    """Execute signed SOL transfers in LiteSVM alone; return the seconds."""
    svm = new_litesvm()
    payer, payee = Actor.named("payer"), Actor.named("payee")
    svm.airdrop(payer.pubkey, 10**12)
    svm.airdrop(payee.pubkey, 10**9)
    signed = [
        VersionedTransaction(
            MessageV0.try_compile(
                payer.pubkey,
                [
                    transfer(
                        TransferParams(
                            from_pubkey=payer.pubkey, to_pubkey=payee.pubkey, lamports=lamports
                        )
                    )
                ],
                [],
                svm.latest_blockhash(),
            ),
            [payer.keypair],
        )
        for lamports in range(1, _TRANSFERS + 1)
    ]
    start = time.perf_counter()
    for tx in signed:
        svm.send_transaction(tx)
    return time.perf_counter() - start
