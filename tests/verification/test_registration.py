"""Registering and deregistering: what a device is made of, and when it may go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.localnet.rent import minimum_balance
from ionet.programs.verification import errors
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.enums import GpuClass, SupplySource
from tests.harness.metas import with_data, without_flag
from tests.verification.harness.cast import CAROL, DAVE, FUNDER, GPU_1, IDLE, MALLORY, NEW
from tests.verification.harness.examples import NOBODY, put_offer
from tests.verification.harness.guard import guards
from tests.verification.harness.world import CONFIG, World

MULTIPLIERS = {
    GpuClass.OTHER: 100,
    GpuClass.H100: 1_000,
    GpuClass.H200: 1_200,
    GpuClass.B200: 3_000,
    GpuClass.A100: 500,
    GpuClass.L40S: 300,
    GpuClass.RTX4090: 125,
    GpuClass.RTX3090: 100,
}
_CLASS, _SOURCE = 8, 9
"""Offsets of the two enums in the instruction data."""


@guards(
    errors.InvalidGpuClass,
    errors.InvalidSource,
    errors.InvalidProcessors,
    errors.InvalidVram,
    errors.ZeroFingerprint,
)
def test_hardware_outside_its_bounds_rejects(world: World) -> None:
    data = NEW.register().data
    for place, error, first in (
        (_CLASS, errors.InvalidGpuClass, len(GpuClass)),
        (_SOURCE, errors.InvalidSource, len(SupplySource)),
    ):
        for tag in (first, first + 1, 255):
            spoiled = data[:place] + bytes([tag]) + data[place + 1 :]
            world.reject(error, with_data(NEW.register(), spoiled))
    for processors in (0, 1_025, 65_535):
        world.reject(errors.InvalidProcessors, NEW.register(processors=processors))
    for vram_gib in (0, 4_097, 65_535):
        world.reject(errors.InvalidVram, NEW.register(vram_gib=vram_gib))
    world.reject(errors.ZeroFingerprint, NEW.register(fingerprint=bytes(32)))
    world.accept(NEW.register())


@guards(errors.MissingSigner)
def test_nobody_registers_a_key_that_does_not_sign(world: World) -> None:
    """Else a stranger could claim the device of another, or name an owner who never asked."""
    step = NEW.register()
    payer, owner, device_key = range(3)
    for silent in (device_key, owner, payer):
        world.reject(errors.MissingSigner, without_flag(step, silent, signer=True))
    world.accept(step)


@pytest.mark.parametrize("class_", GpuClass, ids=lambda class_: class_.name)
@pytest.mark.parametrize("processors", [1, 8, 1_024])
def test_weight_is_the_multiplier_of_the_class_times_processors(
    world: World, class_: GpuClass, processors: int
) -> None:
    world.accept(NEW.register(class_=class_, processors=processors, vram_gib=4_096))
    assert world.device(NEW).weight == MULTIPLIERS[class_] * processors


@pytest.mark.parametrize("fingerprint", [b"\1" + bytes(31), bytes(31) + b"\1"])
def test_one_bit_makes_a_fingerprint(world: World, fingerprint: bytes) -> None:
    world.accept(NEW.register(fingerprint=fingerprint, vram_gib=1))
    assert world.device(NEW).fingerprint == fingerprint


@guards(errors.AlreadyInUse)
def test_change_of_hardware_or_owner_is_a_new_device(world: World) -> None:
    """Neither the owner nor anybody else can write over a registration."""
    world.reject(errors.AlreadyInUse, IDLE.register(class_=GpuClass.H200))
    world.reject(errors.AlreadyInUse, IDLE.register(owner=DAVE.pubkey))
    before = world.device(IDLE)
    world.accept(IDLE.deregister(), IDLE.register(class_=GpuClass.H200, owner=DAVE.pubkey))
    after = world.device(IDLE)
    assert (after.class_, after.owner) == (GpuClass.H200, DAVE.pubkey)
    assert after.registered_slot > before.registered_slot


def test_flood_of_registrations_hands_out_no_index(world: World) -> None:
    before = world.registry()
    world.accept(NEW.register())
    assert world.registry() == before


@guards(errors.DeviceActive, errors.DeregisteredTooSoon, errors.CaseOpen, errors.WrongRentPayer)
def test_device_leaves_an_epoch_after_its_index(world: World) -> None:
    world.reject(errors.DeviceActive, GPU_1.deregister())
    world.to(21_590).accept(world.deactivate(GPU_1))
    world.to(21_599).reject(errors.DeregisteredTooSoon, GPU_1.deregister())
    world.to(0, epoch=2)
    world.rewrite(GPU_1.address, open_case=MALLORY.pubkey)
    world.reject(errors.CaseOpen, GPU_1.deregister())
    world.rewrite(GPU_1.address, open_case=NOBODY)
    for other in (CAROL, MALLORY):
        world.reject(errors.WrongRentPayer, GPU_1.deregister(rent_payer=other.pubkey))
    world.accept(GPU_1.deregister())
    assert not world.exists(GPU_1.address)


@guards(errors.DeregisteredAtOnce)
def test_device_leaves_in_a_later_slot_than_it_came(world: World) -> None:
    """The slot of its registration is part of its identity: no other may have the same."""
    slot = world.vm.now().slot
    for registered_in in (slot, slot + 1):  # the later one is of a clock that went back
        world.rewrite(IDLE.address, registered_slot=registered_in)
        world.reject(errors.DeregisteredAtOnce, IDLE.deregister())
    world.rewrite(IDLE.address, registered_slot=slot - 1)
    world.accept(IDLE.deregister())


@guards(errors.WrongOffer, errors.DeviceHasLiveJob)
def test_device_that_a_job_holds_stays(world: World) -> None:
    put_offer(world, IDLE, live_job=MALLORY.pubkey)
    world.reject(errors.DeviceHasLiveJob, IDLE.deregister())
    for other in (NEW.offer, IDLE.address, MALLORY.pubkey, CONFIG):
        world.reject(errors.WrongOffer, IDLE.deregister(offer=other))
    put_offer(world, IDLE)
    world.accept(IDLE.deregister())


@guards(errors.WrongAccountOwner, errors.WrongAccountLength, errors.WrongDiscriminator)
def test_only_the_escrow_says_that_a_device_is_free(world: World) -> None:
    """An offer of a later layout may hold a job that this program cannot see."""
    put_offer(world, IDLE)
    offer = world.account(IDLE.offer)
    foreign = Account(offer.lamports, offer.data, world.program_id)
    for spoiled, error in (
        (foreign, errors.WrongAccountOwner),
        (Account(offer.lamports, offer.data, SYSTEM_PROGRAM), errors.WrongAccountOwner),
        (Account(offer.lamports, b"", offer.owner), errors.WrongAccountLength),
        (Account(offer.lamports, offer.data + b"\0", offer.owner), errors.WrongAccountLength),
        (Account(offer.lamports, bytes(len(offer.data)), offer.owner), errors.WrongDiscriminator),
        (_next_version(offer), errors.WrongVersion),
    ):
        world.vm.set_account(IDLE.offer, spoiled)
        world.reject(error, IDLE.deregister())


def _next_version(account: Account) -> Account:
    data = bytearray(account.data)
    data[8] += 1
    return Account(account.lamports, bytes(data), account.owner)


@pytest.mark.parametrize("lamports", [1, 10**9])
def test_lamports_at_the_address_of_the_offer_change_nothing(world: World, lamports: int) -> None:
    """Anybody can send them there; that must not lock a device in."""
    world.vm.set_account(IDLE.offer, Account(lamports, b"", SYSTEM_PROGRAM))
    world.accept(IDLE.deregister())


def test_all_lamports_of_a_device_go_to_its_rent_payer(world: World) -> None:
    account = world.account(IDLE.address)
    world.vm.set_account(
        IDLE.address, Account(account.lamports + 12_345, account.data, account.owner)
    )
    before = world.lamports(FUNDER.pubkey)
    world.accept(IDLE.deregister())
    assert world.lamports(FUNDER.pubkey) - before == minimum_balance(Device.LENGTH) + 12_345


def test_two_keys_of_one_machine_are_two_devices(world: World) -> None:
    """The program cannot tell; only one of them can pass the challenge of an epoch."""
    twin = replace(NEW, key=MALLORY)
    world.accept(NEW.register(), twin.register(fingerprint=NEW.fingerprint))
    assert world.device(NEW).fingerprint == world.device(twin).fingerprint
    assert NEW.address != twin.address


def test_owner_may_pay_the_rent_himself(world: World) -> None:
    payer: Pubkey = NEW.owner.pubkey
    before = world.lamports(payer)
    world.accept(NEW.register(payer=payer))
    world.accept(NEW.deregister(rent_payer=payer))
    assert world.lamports(payer) == before
