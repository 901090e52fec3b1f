"""Devices for figures of the escrow: written directly, so that no epochs have to be run."""

from __future__ import annotations

from solders.account import Account
from solders.pubkey import Pubkey

from ionet import GpuClass, Localnet
from ionet.localnet.actors import Actor
from ionet.localnet.rent import minimum_balance
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.pdas import find_device
from tests.programs.harness.devices import new_device


def device_of(key: Actor) -> Pubkey:
    """Return the address of the device of a key."""
    return find_device(key.pubkey)[0]


def write_device(net: Localnet, key: Actor, owner: str) -> Pubkey:
    """Write the account of an owner's device, seen for 61 days; return its address."""
    record = new_device(key, owner=net.actor(owner).pubkey, class_=GpuClass.H100)
    account = Account(minimum_balance(Device.LENGTH), record.encode(), net.verification)
    net.vm.set_account(device_of(key), account)
    return device_of(key)
