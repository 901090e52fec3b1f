"""Deposits, bonds and rents of a real history of devices and attestors, changed by one lamport."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.system_program import TransferParams, transfer

from ionet.localnet import Actor, Localnet
from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.programs import shipped_programs
from ionet.localnet.vm import Landed, Vm
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import (
    Attestor,
    Config,
    Device,
    Epoch,
    EpochRing,
    Registry,
)
from ionet.programs.verification.constants import PROGRAM_ID
from ionet.programs.verification.pdas import find_attestor, find_device, find_epoch
from tests.localnet.fleet import (
    FUNDER,
    Gpu,
    join,
    leave,
    next_epoch,
    withdraw,
)

_PUT_UP = {
    Device.DISCRIMINATOR: Device.OFFSETS["deposit"],
    Attestor.DISCRIMINATOR: Attestor.OFFSETS["bond"],
}
_FOREVER = (
    Config.DISCRIMINATOR,
    Epoch.DISCRIMINATOR,
    EpochRing.DISCRIMINATOR,
    Registry.DISCRIMINATOR,
)
"""Accounts that nothing closes."""


@dataclass
class Spoiler:
    """Observes a chain; judges each transaction as it was, and as it was not."""

    check: ConservationCheck
    spoiled: int = 0
    honest: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, vm: Vm) -> "Spoiler":
        spoiler = cls(ConservationCheck(vm.get_account, shipped_programs()))
        vm.observers.append(spoiler)
        return spoiler

    def landed(self, landed: Landed) -> None:
        if (violation := self.check.after(landed)) is not None:
            self.honest.append(f"{violation.account} {violation.rule}: {violation.found}")
        for what, spoiled in spoiled_steps(landed):
            self.spoiled += 1
            if self.check.after(spoiled) is None:
                self.missed.append(f"{landed.outcome.logs[:2]} {what}")

    def account_set(self, address: Pubkey, account: Account) -> None:
        raise AssertionError("nothing is set")


def spoiled_steps(landed: Landed) -> Iterator[tuple[str, Landed]]:
    """Yield the transaction as it would be if one lamport had gone astray."""
    for place, (address, account) in enumerate(landed.written):
        if account is not None:
            for what, spoiled in spoiled_states(account):
                yield f"{address} {what}", with_written(landed, place, spoiled)
            if landed.before[place][1] is not None and account.data.startswith(_FOREVER):
                yield f"{address} gone", with_written(landed, place, None)


def spoiled_states(account: Account) -> Iterator[tuple[str, Account]]:
    if account.owner == SYSTEM_PROGRAM:
        yield "one lamport more", with_lamports(account, 1)
    if account.owner != PROGRAM_ID:
        return
    for change in (-1, 1):
        yield f"lamports {change:+}", with_lamports(account, change)
    at = _PUT_UP.get(account.data[:8])
    if at is not None:
        for change in (-1, 1):
            data, put_up = bytearray(account.data), slice(at, at + 8)
            amount = int.from_bytes(data[put_up], "little") + change
            if amount >= 0:
                data[put_up] = amount.to_bytes(8, "little")
                yield f"put up {change:+}", Account(account.lamports, bytes(data), account.owner)


def with_lamports(account: Account, change: int) -> Account:
    return Account(account.lamports + change, account.data, account.owner)


def with_written(landed: Landed, place: int, account: Account | None) -> Landed:
    written = list(landed.written)
    written[place] = (written[place][0], account)
    return replace(landed, written=tuple(written))


def live(net: Localnet) -> None:
    """Take everything through its life: rents are paid by another than who puts up."""
    first, second = (Gpu(net, Actor.named(name)) for name in ("gpu-1", "gpu-2"))
    for gpu in (first, second):
        gpu.register()
        gpu.activate()
    alice, bob = net.actor("alice"), net.actor("bob")
    for authority in (alice, bob):
        join(net, authority)
    next_epoch(net)
    epoch = instructions.open_epoch(payer=FUNDER.pubkey, epoch_number=1, ring_index=1)
    net.execute(epoch, signers=(FUNDER,))
    assert net.vm.get_account(find_epoch(1)[0]) is not None
    first.deactivate()
    leave(net, alice, last=bob)
    next_epoch(net)
    first.activate()
    second.deactivate()
    next_epoch(net)
    second.deregister()
    leave(net, bob, last=bob)
    next_epoch(net, 30)
    for authority in (alice, bob):
        withdraw(net, authority)


def test_not_one_lamport_can_go_astray() -> None:
    with Localnet.start(["owner", "funder", "alice", "bob"], attestors=0) as net:
        spoiler = Spoiler.of(net.vm)
        live(net)
        assert net.vm.get_account(find_device(Actor.named("gpu-2").pubkey)[0]) is None
        net.vm.observers.remove(spoiler)
    assert spoiler.honest == []
    assert spoiler.missed == []
    assert spoiler.spoiled > 60


def test_what_is_donated_leaves_with_the_rent() -> None:
    with Localnet.start(["owner", "funder", "alice"], attestors=0) as net:
        gpu, alice = Gpu(net, Actor.named("gpu")), net.actor("alice")
        spoiler = Spoiler.of(net.vm)
        gpu.register()
        join(net, alice)
        net.vm.observers.remove(spoiler)
        for address in (gpu.address, find_attestor(alice.pubkey)[0]):
            gift = TransferParams(from_pubkey=FUNDER.pubkey, to_pubkey=address, lamports=1_000)
            net.execute(transfer(gift), signers=(FUNDER,))
        net.vm.observers.append(spoiler)
        leave(net, alice, last=alice)
        next_epoch(net, 30)
        gpu.deregister()
        withdraw(net, alice)
    assert spoiler.honest == []
    assert spoiler.missed == []
