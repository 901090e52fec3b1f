"""Silent attestors lose their seats: by anyone, once, and only for misses that are recorded."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet import errors
from ionet.attestors import is_seated
from ionet.localnet.actors import Actor
from ionet.programs.verification.accounts import Attestor
from ionet.programs.verification.constants import EPOCH_SECONDS, REPORT_HISTORY, REVEAL_DEADLINE
from ionet.programs.verification.errors import AttestorExiting, NotSilent, WrongLastAttestor
from ionet.programs.verification.events import AttestorExited, MissRecorded, SeatMoved
from ionet.programs.verification.pdas import find_attestor
from tests.sdk.epoch_world import activate, next_epoch, number, warp_to
from tests.sdk.world import World, done, overtake

NAMES = ("attestor-1", "silent-1", "honest", "silent-2", "silent-3")
"""Attestors by seat."""
SILENT = [name for name in NAMES if name.startswith("silent")]


async def test_whoever_is_silent_is_evicted_and_nobody_else(world: World) -> None:
    await seat_everybody(world)
    keeper = world.client("carol").keeper
    evicted = await done(keeper.evict_silent())
    assert (evicted.number, evicted.failures) == (9, ())
    events = [event for landed in evicted.transactions for event in landed.events]
    gone = {event.attestor for event in events if isinstance(event, AttestorExited)}
    assert gone == {address_of(name) for name in SILENT}
    assert await seats(world) == {0: address_of("attestor-1"), 1: address_of("honest")}
    assert (await done(keeper.evict_silent())).transactions == ()


async def test_one_eviction_by_address(world: World) -> None:
    await seat_everybody(world)
    keeper = world.client("carol").keeper
    before = {name: world.lamports(name) for name in ("carol", "silent-1")}
    change = await done(keeper.evict(address_of("silent-1")))
    assert (change.address, change.account.active_until) == (address_of("silent-1"), 10)
    left, moved = change.transaction.events
    assert isinstance(left, AttestorExited)
    assert (type(moved), moved.attestor) == (SeatMoved, address_of("silent-3"))
    assert world.lamports("silent-1") == before["silent-1"]
    assert world.lamports("carol") == before["carol"] - 5_000
    with pytest.raises(AttestorExiting):
        await done(keeper.evict(address_of("silent-1")))
    with pytest.raises(NotSilent):
        await done(keeper.evict(address_of("honest")))
    stranger = Pubkey.new_unique()
    with pytest.raises(errors.AccountNotFoundError, match=f"attestor {stranger}: does not exist"):
        await done(keeper.evict(stranger))


async def test_who_has_no_seat_is_left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await seat_everybody(world)
    keeper = world.client("carol").keeper
    for name in SILENT:
        await done(world.client(name).attestor.exit())
    overtake(monkeypatch, keeper._network, lambda: pytest.fail("nothing is to be sent"))
    assert (await done(keeper.evict_silent())).failures == ()


async def test_the_holder_of_the_last_seat_goes_like_any_other(world: World) -> None:
    await seat_everybody(world)
    change = await done(world.client("carol").keeper.evict(address_of("silent-3")))
    (left,) = change.transaction.events
    assert (left.attestor, left.seat) == (address_of("silent-3"), 4)


async def test_seats_that_move_meanwhile_are_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seat_everybody(world)
    slow, quick = world.client("carol").keeper, world.client("alice").attestor
    # Whoever joins has the last seat, and then whoever leaves has not.
    overtake(monkeypatch, slow._network, quick.join, quick.exit)
    change = await done(slow.evict(address_of("silent-1")))
    assert change.account.active_until == 10


async def test_a_last_seat_that_never_rests_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seat_everybody(world)
    names = [f"crowd-{i}" for i in range(5)]
    for name in names:
        world.net.airdrop(Actor.named(name).pubkey, 10**10)
    slow = world.client("carol").keeper
    overtake(monkeypatch, slow._network, *(world.client(name).attestor.join for name in names))
    evicted = await done(slow.evict_silent())
    (refused,) = evicted.failures
    assert isinstance(refused, WrongLastAttestor)
    assert len(evicted.transactions) == 2
    assert len((await done(slow.evict_silent())).transactions) == 1


@pytest.mark.parametrize("how", ["by another keeper", "by itself", "with the epoch"])
async def test_who_has_left_meanwhile_is_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    await seat_everybody(world)
    slow, quick = world.client("carol").keeper, world.client("alice").keeper
    first = min(SILENT, key=lambda name: bytes(address_of(name)))
    acts: dict[str, Callable[[], Any]] = {
        "by another keeper": quick.evict_silent,
        "by itself": world.client(first).attestor.exit,
        # The first of the four misses is too old for the next epoch.
        "with the epoch": lambda: warp_to(world, EPOCH_SECONDS),
    }
    overtake(monkeypatch, slow._network, acts[how])
    evicted = await done(slow.evict_silent())
    assert evicted.failures == ()
    assert len(evicted.transactions) == (2 if how == "by itself" else 0)


@pytest.mark.parametrize(
    ("missed", "revealed", "is_evicted"),
    [
        ((6, 7, 8), (), False),
        ((5, 6, 7, 8), (), True),
        ((1, 6, 7, 8), (), True),
        ((6, 7, 8, 9), (), False),
        ((5, 6, 7, 8), (1,), False),
        ((5, 6, 7, 8), (9,), True),
    ],
)
async def test_keeper_and_program_agree_on_silence(
    world: World, missed: tuple[int, ...], revealed: tuple[int, ...], *, is_evicted: bool
) -> None:
    remember(world, "attestor-1", missed, revealed)
    warp_to(world, 9 * EPOCH_SECONDS)
    keeper = world.client("carol").keeper
    assert len((await done(keeper.evict_silent())).transactions) == is_evicted
    with pytest.raises(AttestorExiting if is_evicted else NotSilent):
        await done(keeper.evict(address_of("attestor-1")))


async def test_duties_of_an_epoch_end_with_evictions(world: World) -> None:
    """Four epochs without a report, run by a keeper alone, empty the seat in the fifth."""
    await activate(world)
    keeper = world.client("carol").keeper
    for _ in range(4):
        await next_epoch(world)
        warp_to(world, REVEAL_DEADLINE)
        done_now = await done(keeper.run_epoch_duties())
        assert kinds(done_now) >= {MissRecorded}
        assert AttestorExited not in kinds(done_now)
    warp_to(world, EPOCH_SECONDS)
    assert number(world) == 5
    done_now = await done(keeper.run_epoch_duties())
    assert done_now.failures == ()
    assert AttestorExited in kinds(done_now)
    assert await seats(world) == {}


async def seat_everybody(world: World) -> None:
    """Fill the seats, let the silent ones have missed epochs 1 to 4, and go to epoch 9."""
    for name in NAMES[1:]:
        world.net.airdrop(Actor.named(name).pubkey, 10**10)
        await done(world.client(name).attestor.join())
    for name in NAMES:
        remember(world, name, (1, 2, 3, 4), () if name in SILENT else (8,))
    warp_to(world, 9 * EPOCH_SECONDS)


def remember(
    world: World, name: str, missed: Collection[int], revealed: Collection[int] = ()
) -> None:
    """Let an attestor have missed and revealed one report in each of some epochs."""
    epochs, misses, reveals = ([0] * REPORT_HISTORY for _ in range(3))
    for counts, numbers in ((misses, missed), (reveals, revealed)):
        for epoch in numbers:
            epochs[epoch % REPORT_HISTORY] = epoch
            counts[epoch % REPORT_HISTORY] = 1
    vm, address = world.net.vm, address_of(name)
    account = vm.get_account(address)
    assert account is not None
    record = replace(
        Attestor.decode(address, account),
        epochs=tuple(epochs),
        missed=tuple(misses),
        revealed=tuple(reveals),
    )
    vm.set_account(address, Account(account.lamports, record.encode(), account.owner))


def address_of(name: str) -> Pubkey:
    """Return the address of an attestor's account."""
    return find_attestor(Actor.named(name).pubkey)[0]


async def seats(world: World) -> dict[int, Pubkey]:
    """Return who holds which seat."""
    verification = world.client(None).keeper._network.verification
    return {
        attestor.seats[0]: address
        for address, attestor in await done(verification.scan_attestors())
        if is_seated(attestor)
    }


def kinds(done_now: Any) -> set[type]:
    """Return the kinds of events of a keeper's round."""
    return {type(event) for landed in done_now.transactions for event in landed.events}
