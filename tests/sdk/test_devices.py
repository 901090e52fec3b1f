"""A provider's devices through the client, from registration to deregistration."""

import pytest

from ionet import DeviceState, GpuClass, SupplySource, errors, hours
from ionet.localnet.actors import Actor
from ionet.programs.verification import instructions
from ionet.programs.verification.constants import EPOCH_SECONDS
from ionet.programs.verification.errors import (
    AlreadyInUse,
    DeregisteredTooSoon,
    DeviceActive,
    DeviceHasLiveJob,
    DeviceNotActive,
    NotDeviceKey,
    NotDeviceOwner,
    ReactivatedTooSoon,
    ZeroFingerprint,
)
from ionet.programs.verification.events import DeviceActivated, DeviceRegistered, Heartbeat
from tests.sdk.epoch_world import FINGERPRINT, activate, next_epoch, register, warp_to
from tests.sdk.world import World, collect, done, overtake


async def test_a_registered_device_is_what_its_owner_said(world: World) -> None:
    change = await register(world, processors=8, source="render")
    view = change.device
    assert change.address == view.address
    assert (view.gpu, view.source) == (GpuClass.H100, SupplySource.RENDER)
    assert view.owner == world.net.actor("bob").pubkey
    assert (view.account.processors, view.account.vram_gib) == (8, 80)
    assert view.account.fingerprint == FINGERPRINT
    assert (view.index, view.is_active, view.is_eligible) == (None, False, False)
    assert isinstance(change.transaction.events[0], DeviceRegistered)
    # It counts from the epoch after its first heartbeat on.
    assert view.state is DeviceState.NOT_COUNTED
    warp_to(world, EPOCH_SECONDS)
    market = world.client(None).market
    assert (await done(market.fetch_device(view))).state is DeviceState.UNVERIFIED


async def test_activation_takes_a_deposit_and_an_index(world: World) -> None:
    before = world.lamports("bob")
    devices = [await activate(world, name) for name in ("one", "two")]
    assert [device.index for device in devices] == [0, 1]
    deposit = devices[0].account.deposit
    rent = world.net.connection.get_minimum_balance(400)
    fees = 2 * (3 - 1) * 5_000 + 2 * 5_000
    assert before - world.lamports("bob") == 2 * (rent + deposit) + fees
    change = await done(world.client("bob").provider.deactivate_device(devices[0]))
    assert (change.device.index, change.device.account.deposit) == (None, 0)
    own = await collect(world.client("bob").provider.iter_devices())
    assert {device.address for device in own} == {device.address for device in devices}
    assert await collect(world.client("alice").provider.iter_devices()) == []


async def test_freed_indexes_are_taken_in_their_order(world: World) -> None:
    provider = world.client("bob").provider
    devices = [await activate(world, f"gpu-{i}") for i in range(3)]
    for device in (devices[1], devices[0]):
        await done(provider.deactivate_device(device))
    late = [await activate(world, f"late-{i}") for i in range(3)]
    assert [device.index for device in late] == [1, 0, 3]


async def test_an_index_that_another_took_meanwhile_is_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = world.client("bob")
    freed = await activate(world, "freed")
    await done(bob.provider.deactivate_device(freed))
    slow = (await register(world, "slow")).device
    quick = (await register(world, "quick", "alice")).device

    alice = world.client("alice").provider
    overtake(monkeypatch, bob.provider._network, lambda: alice.activate_device(quick))
    change = await done(bob.provider.activate_device(slow))
    assert isinstance(change.transaction.events[0], DeviceActivated)
    assert change.device.index == 1
    taken = await done(world.client(None).market.fetch_device(quick))
    assert taken.index == 0


async def test_a_place_in_the_queue_that_another_took_meanwhile_is_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = world.client("bob")
    slow, quick = await activate(world, "slow"), await activate(world, "quick", "alice")

    alice = world.client("alice").provider
    overtake(monkeypatch, bob.provider._network, lambda: alice.deactivate_device(quick))
    change = await done(bob.provider.deactivate_device(slow))
    assert not change.device.is_active


async def test_a_device_leaves_for_good(world: World) -> None:
    provider = world.client("bob").provider
    device = await activate(world)
    before = world.lamports("bob")
    with pytest.raises(DeviceActive):
        await done(provider.deregister_device(device))
    await done(provider.deactivate_device(device))
    with pytest.raises(ReactivatedTooSoon):
        await done(provider.activate_device(device))
    with pytest.raises(DeregisteredTooSoon):
        await done(provider.deregister_device(device))
    warp_to(world, EPOCH_SECONDS)
    await done(provider.deregister_device(device.address))
    queued = world.net.connection.get_minimum_balance(62)
    rent = world.net.connection.get_minimum_balance(400)
    assert world.lamports("bob") - before == device.account.deposit + rent - queued - 2 * 5_000
    with pytest.raises(errors.AccountNotFoundError, match=str(device.address)):
        await done(world.client(None).market.fetch_device(device))
    # The key may begin anew.
    again = await register(world)
    assert again.device.account.registered_slot > device.account.registered_slot


async def test_a_device_that_a_job_holds_stays(world: World) -> None:
    offer = await world.post_offer()
    await world.open_running(offer, hours(4))
    world.write_device(active_until=5)
    warp_to(world, 3 * EPOCH_SECONDS)
    with pytest.raises(DeviceHasLiveJob):
        await done(world.client("bob").provider.deregister_device(offer.account.device))


async def test_heartbeats_need_nothing_but_the_device_key(world: World) -> None:
    device = (await register(world)).device
    warp_to(world, 2 * EPOCH_SECONDS + 17)
    carol = world.client("carol").provider
    change = await done(carol.heartbeat(Actor.named("gpu").keypair))
    assert isinstance(change.transaction.events[0], Heartbeat)
    assert change.device.account.heartbeat == change.transaction.unix_timestamp
    assert change.device.account.earlier_heartbeat == device.account.heartbeat


async def test_others_cannot_act_for_a_device(world: World) -> None:
    device = await activate(world)
    carol = world.client("carol").provider
    for method in (carol.activate_device, carol.deactivate_device, carol.deregister_device):
        with pytest.raises(NotDeviceOwner):
            await done(method(device))
    with pytest.raises(errors.AccountNotFoundError, match="does not exist, or is deregistered"):
        await done(carol.heartbeat(world.net.actor("carol").keypair))
    with pytest.raises(DeviceActive):
        await done(world.client("bob").provider.activate_device(device))
    await done(world.client("bob").provider.deactivate_device(device))
    with pytest.raises(DeviceNotActive):
        await done(world.client("bob").provider.deactivate_device(device))


async def test_bad_registrations_are_one_clear_error(world: World) -> None:
    for changes, error, rule in [
        ({"gpu": "H900"}, errors.QuoteError, "gpu 'H900': must be one of OTHER, H100"),
        ({"source": "moon"}, errors.QuoteError, "source 'moon': must be one of OWN"),
        ({"fingerprint": b"short"}, errors.ArgumentError, "fingerprint"),
        ({"vram_gib": -1}, errors.ArgumentError, "vram_gib"),
        ({"processors": 1.5}, errors.ArgumentError, "processors"),
        ({"fingerprint": bytes(32)}, ZeroFingerprint, "Fingerprint is zero"),
    ]:
        with pytest.raises(error) as caught:
            await register(world, **changes)
        assert rule in str(caught.value)
    await register(world)
    with pytest.raises(AlreadyInUse):
        await register(world, owner="alice")


async def test_answers_land_once_an_epoch(world: World) -> None:
    provider = world.client("bob").provider
    with pytest.raises(errors.EpochNotReadyError, match="epoch 0: is not open"):
        await done(provider.post_answers(bytes([1]) * 32, devices=2))
    number = await next_epoch(world)
    landed = await done(provider.post_answers(bytes([1]) * 32, devices=2))
    event = landed.events[0]
    assert (event.epoch_number, event.devices, event.root) == (number, 2, bytes([1]) * 32)


async def test_what_the_device_key_must_sign_it_must_sign(world: World) -> None:
    device = await activate(world, "gpu")
    other = await activate(world, "other")
    assert device.address != other.address
    network = world.client("bob").provider._network
    wrong = instructions.heartbeat(device_key=Actor.named("other").pubkey, device=device.address)
    with pytest.raises(NotDeviceKey):
        await done(network.land([wrong], [Actor.named("other").keypair]))
