"""What the instructions of governance, devices and attestors change, written by hand."""

from __future__ import annotations

from ionet.localnet.actors import GOVERNANCE, GUARDIAN
from ionet.localnet.rent import minimum_balance
from ionet.programs.verification import events
from ionet.programs.verification.accounts import (
    Attestor,
    Config,
    Device,
    EpochRing,
    FreeIndex,
    Registry,
)
from ionet.programs.verification.constants import ACCOUNT_VERSION, FOREVER
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.pdas import (
    find_attestor,
    find_config,
    find_device,
    find_epoch_ring,
    find_free_index,
    find_registry,
)
from tests.verification.harness.cast import (
    ATTESTORS,
    CAROL,
    DAVE,
    FUNDER,
    GPU_1,
    IDLE,
    NEW,
    attestor_of,
)
from tests.verification.harness.effects import CLOSED, Effects
from tests.verification.harness.examples import NOBODY
from tests.verification.harness.world import BOND, DEPOSIT, World

V = ACCOUNT_VERSION
DEVICE_RENT = minimum_balance(Device.LENGTH)
ATTESTOR_RENT = minimum_balance(Attestor.LENGTH)
FREE_INDEX_RENT = minimum_balance(FreeIndex.LENGTH)
EPOCH = 1
PAUSE = 72 * 3_600
MISS_EPOCHS = 28


def initialize_config(world: World) -> Effects:
    parameters = (3, 2, BOND, DEPOSIT)
    genesis, roles = world.now + 3_600, (GOVERNANCE.pubkey, GUARDIAN.pubkey)
    zeros = (0,) * 256
    rents = {
        "config": minimum_balance(Config.LENGTH),
        "registry": minimum_balance(Registry.LENGTH),
        "epoch_ring": minimum_balance(EpochRing.LENGTH),
    }
    return Effects(
        {
            "config": Config(
                V,
                find_config()[1],
                pause_flags=0,
                committee_size=3,
                min_attestors=2,
                paused_until=0,
                genesis=genesis,
                attestor_bond=BOND,
                activation_deposit=DEPOSIT,
                authority=GOVERNANCE.pubkey,
                pending_authority=NOBODY,
                guardian=GUARDIAN.pubkey,
            ),
            "registry": Registry(V, find_registry()[1], 0, 0, 0, 0, 0, 0, 0),
            "epoch_ring": EpochRing(V, find_epoch_ring()[1], zeros, zeros, zeros),
        },
        {"payer": -sum(rents.values()), **rents},
        [events.ConfigInitialized(*roles, genesis, *parameters, world.now)],
    )


def update_config(world: World) -> Effects:
    changes = {
        "guardian": DAVE.pubkey,
        "committee_size": 9,
        "min_attestors": 5,
        "attestor_bond": BOND + 1,
        "activation_deposit": DEPOSIT + 1,
    }
    event = events.ConfigUpdated(DAVE.pubkey, 9, 5, BOND + 1, DEPOSIT + 1, world.now)
    return Effects({"config": changes}, {}, [event])


def propose_authority(world: World) -> Effects:
    event = events.AuthorityProposed(GOVERNANCE.pubkey, CAROL.pubkey, world.now)
    return Effects({"config": {"pending_authority": CAROL.pubkey}}, {}, [event])


def accept_authority(world: World) -> Effects:
    return Effects(
        {"config": {"authority": CAROL.pubkey, "pending_authority": NOBODY}},
        {},
        [events.AuthorityAccepted(CAROL.pubkey, world.now)],
    )


def pause(world: World) -> Effects:
    until = world.now + PAUSE
    return Effects(
        {"config": {"pause_flags": 7, "paused_until": until}},
        {},
        [events.Paused(GUARDIAN.pubkey, 7, until, world.now)],
    )


def unpause(world: World) -> Effects:
    changes = {"pause_flags": 0, "paused_until": world.now}
    return Effects({"config": changes}, {}, [events.Unpaused(world.now)])


def register_device(world: World) -> Effects:
    slot, weight = (
        world.vm.now().slot,
        1_000 * 8,
    )  # an H100's multiplier in hundredths, times processors
    record = Device(
        V,
        find_device(NEW.key.pubkey)[1],
        class_=NEW.class_,
        source=NEW.source,
        processors=NEW.processors,
        vram_gib=NEW.vram_gib,
        genesis=world.config().genesis,
        heartbeat=world.now,
        earlier_heartbeat=0,
        index=0,
        active_from=0,
        active_until=0,
        tallied_to=0,
        ring=bytes(128),
        reason=ReportCode.NO_ANSWER,
        weight=weight,
        registered_slot=slot,
        registered_at=world.now,
        deposit=0,
        owner=DAVE.pubkey,
        device_key=NEW.key.pubkey,
        fingerprint=NEW.fingerprint,
        rent_payer=FUNDER.pubkey,
        open_case=NOBODY,
        case_nonce=0,
    )
    event = events.DeviceRegistered(
        NEW.address,
        DAVE.pubkey,
        NEW.key.pubkey,
        NEW.class_,
        NEW.source,
        NEW.processors,
        NEW.vram_gib,
        weight,
        NEW.fingerprint,
        slot,
        world.now,
    )
    return Effects({"device": record}, {"payer": -DEVICE_RENT, "device": DEVICE_RENT}, [event])


def activate_device(world: World) -> Effects:
    changes = {
        "index": 3,
        "active_from": EPOCH + 1,
        "active_until": FOREVER,
        "tallied_to": EPOCH,
        "deposit": DEPOSIT,
    }
    return Effects(
        # The registry stands in the place of a freed index too.
        {"device": changes, "free_index": {"index_count": 4, "active_devices": 4}},
        {"owner": -DEPOSIT, "device": DEPOSIT},
        [events.DeviceActivated(IDLE.address, 3, EPOCH + 1, DEPOSIT, world.now)],
    )


def activate_device_from_the_queue(world: World) -> Effects:
    """Of the two freed indexes, 2 and 0, the one that was freed first."""
    changes = {
        "index": 2,
        "active_from": EPOCH + 1,
        "active_until": FOREVER,
        "tallied_to": EPOCH,
        "deposit": DEPOSIT,
    }
    return Effects(
        {
            "device": changes,
            "registry": {"free_head": 1, "active_devices": 2},
            "free_index": CLOSED,
        },
        {
            "owner": -DEPOSIT,
            "device": DEPOSIT,
            "free_index": -FREE_INDEX_RENT,
            "rent_payer": FREE_INDEX_RENT,
        },
        [events.DeviceActivated(IDLE.address, 2, EPOCH + 1, DEPOSIT, world.now)],
    )


def deactivate_device(world: World) -> Effects:
    freed = FreeIndex(V, find_free_index(0)[1], 0, 0, FUNDER.pubkey, freed_in=EPOCH)
    return Effects(
        {
            "device": {"active_until": EPOCH, "deposit": 0},
            "free_index": freed,
            "registry": {"free_tail": 1, "active_devices": 2},
        },
        {
            "payer": -FREE_INDEX_RENT,
            "owner": DEPOSIT,
            "device": -DEPOSIT,
            "free_index": FREE_INDEX_RENT,
        },
        [events.DeviceDeactivated(GPU_1.address, 0, EPOCH, DEPOSIT, world.now)],
    )


def deregister_device(world: World) -> Effects:
    event = events.DeviceDeregistered(IDLE.address, FUNDER.pubkey, DEVICE_RENT, world.now)
    return Effects({"device": CLOSED}, {"device": -DEVICE_RENT, "rent_payer": DEVICE_RENT}, [event])


def heartbeat(world: World) -> Effects:
    changes = {"heartbeat": world.now, "earlier_heartbeat": world.device(GPU_1).heartbeat}
    return Effects({"device": changes}, {}, [events.Heartbeat(GPU_1.address, world.now)])


def join_attestor(world: World) -> Effects:
    who = ATTESTORS[5]
    record = Attestor(
        V,
        find_attestor(who.pubkey)[1],
        seats=(5, 0, 0),
        seats_since=(EPOCH + 1, 0, 0),
        active_until=FOREVER,
        bond=BOND,
        epochs=(0,) * 32,
        revealed=(0,) * 32,
        missed=(0,) * 32,
        total_revealed=0,
        total_missed=0,
        authority=who.pubkey,
        rent_payer=FUNDER.pubkey,
        open_case=NOBODY,
        case_nonce=0,
    )
    return Effects(
        {
            "attestor": record,
            "registry": {"seats": 6, "earlier_seats": 5, "seats_since": EPOCH + 1},
        },
        {"payer": -ATTESTOR_RENT, "authority": -BOND, "attestor": ATTESTOR_RENT + BOND},
        [events.AttestorJoined(attestor_of(who), who.pubkey, 5, EPOCH + 1, BOND, world.now)],
    )


_ONE_SEAT_LESS = {"seats": 4, "earlier_seats": 5, "seats_since": EPOCH + 1}


def exit_attestor(world: World) -> Effects:
    leaving, last = attestor_of(ATTESTORS[1]), attestor_of(ATTESTORS[4])
    return Effects(
        {
            "attestor": {"active_until": EPOCH + 1},
            "last_attestor": {"seats": (1, 4, 0), "seats_since": (EPOCH + 1, EPOCH, 0)},
            "registry": _ONE_SEAT_LESS,
        },
        {},
        [
            events.AttestorExited(leaving, 1, EPOCH + 1, world.now),
            events.SeatMoved(last, 4, 1, EPOCH + 1, world.now),
        ],
    )


def exit_attestor_from_the_last_seat(world: World) -> Effects:
    return Effects(
        {"attestor": {"active_until": EPOCH + 1}, "registry": _ONE_SEAT_LESS},
        {},
        [events.AttestorExited(attestor_of(ATTESTORS[4]), 4, EPOCH + 1, world.now)],
    )


def evict_attestor(world: World) -> Effects:
    """As an exit in epoch 9."""
    silent, last, since = attestor_of(ATTESTORS[1]), attestor_of(ATTESTORS[4]), 10
    return Effects(
        {
            "attestor": {"active_until": since},
            "last_attestor": {"seats": (1, 4, 0), "seats_since": (since, EPOCH, 0)},
            "registry": {**_ONE_SEAT_LESS, "seats_since": since},
        },
        {},
        [
            events.AttestorExited(silent, 1, since, world.now),
            events.SeatMoved(last, 4, 1, since, world.now),
        ],
    )


def withdraw_bond(world: World) -> Effects:
    who = ATTESTORS[4]
    return Effects(
        {"attestor": CLOSED},
        {"authority": BOND, "attestor": -BOND - ATTESTOR_RENT, "rent_payer": ATTESTOR_RENT},
        [events.BondWithdrawn(attestor_of(who), who.pubkey, BOND, world.now)],
    )


deregister_device_with_an_offer = deregister_device
