"""Devices and attestors of a localnet, moved by plain instructions with a payer of their own."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from solders.pubkey import Pubkey

from ionet import GpuClass
from ionet.localnet import Actor, Localnet
from ionet.programs.escrow.pdas import find_offer
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import Attestor, Device, FreeIndex, Registry
from ionet.programs.verification.constants import EPOCH_SECONDS
from ionet.programs.verification.enums import SupplySource
from ionet.programs.verification.pdas import (
    find_attestor,
    find_device,
    find_free_index,
    find_registry,
)

OWNER, FUNDER = Actor.named("owner"), Actor.named("funder")
"""Who owns the devices, and who pays rent."""


@dataclass(frozen=True)
class Gpu:
    """A device of ``OWNER``; every method is one transaction."""

    net: Localnet
    key: Actor

    @property
    def address(self) -> Pubkey:
        return find_device(self.key.pubkey)[0]

    def read(self) -> Device:
        account = self.net.vm.get_account(self.address)
        assert account is not None
        return Device.decode(self.address, account)

    def register(self) -> None:
        step = instructions.register_device(
            payer=FUNDER.pubkey,
            owner=OWNER.pubkey,
            device_key=self.key.pubkey,
            class_=GpuClass.H100,
            source=SupplySource.OWN,
            processors=8,
            vram_gib=80,
            fingerprint=sha256(bytes(self.key.pubkey)).digest(),
        )
        self.net.execute(step, signers=(FUNDER, OWNER, self.key))

    def activate(self) -> None:
        registry, address = read_registry(self.net), find_registry()[0]
        free_index, rent_payer = address, OWNER.pubkey
        if registry.free_head < registry.free_tail:
            free_index = find_free_index(registry.free_head)[0]
            account = self.net.vm.get_account(free_index)
            assert account is not None
            rent_payer = FreeIndex.decode(free_index, account).rent_payer
        step = instructions.activate_device(
            owner=OWNER.pubkey, device=self.address, free_index=free_index, rent_payer=rent_payer
        )
        self.net.execute(step, signers=(OWNER,))

    def deactivate(self) -> None:
        free_index = find_free_index(read_registry(self.net).free_tail)[0]
        step = instructions.deactivate_device(
            payer=FUNDER.pubkey, owner=OWNER.pubkey, device=self.address, free_index=free_index
        )
        self.net.execute(step, signers=(FUNDER, OWNER))

    def deregister(self) -> None:
        step = instructions.deregister_device(
            owner=OWNER.pubkey,
            device=self.address,
            offer=find_offer(self.address)[0],
            rent_payer=FUNDER.pubkey,
        )
        self.net.execute(step, signers=(OWNER,))


def read_registry(net: Localnet) -> Registry:
    address = find_registry()[0]
    account = net.vm.get_account(address)
    assert account is not None
    return Registry.decode(address, account)


def join(net: Localnet, authority: Actor) -> None:
    step = instructions.join_attestor(payer=FUNDER.pubkey, authority=authority.pubkey)
    net.execute(step, signers=(FUNDER, authority))


def leave(net: Localnet, authority: Actor, last: Actor) -> None:
    step = instructions.exit_attestor(
        authority=authority.pubkey,
        attestor=find_attestor(authority.pubkey)[0],
        last_attestor=find_attestor(last.pubkey)[0],
    )
    net.execute(step, signers=(authority,))


def withdraw(net: Localnet, authority: Actor) -> None:
    step = instructions.withdraw_bond(
        authority=authority.pubkey,
        attestor=find_attestor(authority.pubkey)[0],
        rent_payer=FUNDER.pubkey,
    )
    net.execute(step, signers=(authority,))


def next_epoch(net: Localnet, count: int = 1) -> None:
    net.vm.warp(count * EPOCH_SECONDS)


def read_attestor(net: Localnet, authority: Actor) -> Attestor:
    address = find_attestor(authority.pubkey)[0]
    account = net.vm.get_account(address)
    assert account is not None
    return Attestor.decode(address, account)
