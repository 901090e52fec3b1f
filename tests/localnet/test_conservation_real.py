"""Every balance and every booked amount of real histories, changed by one, breaks a rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.localnet import Genesis, Ledger, Vm
from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.conservation.step import token_account
from ionet.localnet.programs import shipped_programs
from ionet.localnet.records import TransactionRecord
from ionet.localnet.vm import Landed
from ionet.programs.escrow.accounts import Cluster, Job
from ionet.programs.escrow.events import ClusterClosed, JobClosed, parse_logs
from tests.localnet.market import escrow_build, record_scenario

AMOUNTS = ("deposit", "paid", "fee", "refunded")
CLUSTER = Cluster.DISCRIMINATOR
AMOUNT_OF_TOKEN_ACCOUNT = slice(64, 72)


def with_amount(account: Account, at: slice, change: int) -> Account:
    data = bytearray(account.data)
    amount = int.from_bytes(data[at], "little") + change
    if amount < 0:
        return account
    data[at] = amount.to_bytes(8, "little")
    return Account(account.lamports, bytes(data), account.owner)


def spoiled_states(address: Pubkey, account: Account) -> Iterator[tuple[str, Account]]:
    """Yield what the account might be if one base unit had gone astray."""
    if token_account(address, account) is not None:
        for change in (-1, 1):
            yield f"balance {change:+}", with_amount(account, AMOUNT_OF_TOKEN_ACCOUNT, change)
    elif account.data.startswith(Job.DISCRIMINATOR):
        for name in AMOUNTS:
            at = slice(Job.OFFSETS[name], Job.OFFSETS[name] + 8)
            for change in (-1, 1):
                yield f"{name} {change:+}", with_amount(account, at, change)


@dataclass
class Spoiler:
    """Observes a chain; judges each transaction as it was, and as it was not."""

    check: ConservationCheck
    spoiled: int = 0
    honest: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def landed(self, landed: Landed) -> None:
        if (violation := self.check.after(landed)) is not None:
            self.honest.append(f"{violation.account} {violation.rule}: {violation.found}")
        if landed.outcome.err is None:
            for what, spoiled in spoiled_steps(landed):
                self.spoiled += 1
                if self.check.after(spoiled) is None:
                    self.missed.append(f"{landed.outcome.signature} {what}")

    def account_set(self, address: Pubkey, account: Account) -> None:
        raise AssertionError("scenarios set nothing")


def spoiled_steps(landed: Landed) -> Iterator[tuple[str, Landed]]:
    for place, (address, account) in enumerate(landed.written):
        swap = partial(swapped, landed, place, address)
        if account is not None:
            for what, spoiled in spoiled_states(address, account):
                if spoiled != account:
                    yield f"{address} {what}", swap(spoiled)
            if has_closed(landed) and not account.data:
                more = Account(account.lamports + 1, account.data, account.owner)
                yield f"{address} one lamport more", swap(more)
        # A cluster holds no tokens; that its lamports left it is kept by the runtime.
        elif (before := landed.before[place][1]) and not before.data.startswith(CLUSTER):
            yield f"{address} still there", swap(before)


def swapped(landed: Landed, place: int, address: Pubkey, account: Account | None) -> Landed:
    written = list(landed.written)
    written[place] = (address, account)
    return replace(landed, written=tuple(written))


def has_closed(landed: Landed) -> bool:
    events = parse_logs(landed.outcome.logs, program_id=escrow_build().address)
    return any(isinstance(event, JobClosed | ClusterClosed) for event in events)


def play(path: Path, observe: Callable[[Vm], Spoiler]) -> Spoiler:
    """Execute a ledger again under observation."""
    ledger = Ledger(path)
    header = ledger.header
    vm = Vm(Genesis(shipped_programs(), header.accounts, header.unix_time, header.slot))
    spoiler = observe(vm)
    vm.observers.append(spoiler)
    for entry in ledger:
        assert isinstance(entry, TransactionRecord)
        vm.clock.move_to_ms(entry.unix_ms)
        vm.send(entry.transaction)
    return spoiler


@pytest.mark.parametrize("name", ["demo", "exits"])
def test_not_one_base_unit_can_go_astray(name: str, tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    record_scenario(path, name)
    spoiler = play(path, lambda vm: Spoiler(ConservationCheck(vm.get_account, [escrow_build()])))
    assert spoiler.honest == []
    assert spoiler.missed == []
    assert spoiler.spoiled > 200
