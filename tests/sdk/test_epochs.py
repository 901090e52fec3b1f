"""Epochs through the keeper: every step is anyone's, and harmless to repeat."""

from typing import Any

import pytest

from ionet import DeviceState, ReportCode, errors
from ionet.devices import Result
from ionet.localnet.actors import Actor
from ionet.localnet.clock import SLOT_HASHES
from ionet.localnet.genesis import DEFAULT_UNIX_TIME as GENESIS
from ionet.programs.verification import instructions
from ionet.programs.verification.constants import (
    COMMIT_WINDOW,
    EPOCH_SECONDS,
    OPEN_WINDOW,
    REVEAL_DEADLINE,
    SEED_DELAY_SLOTS,
)
from ionet.programs.verification.errors import (
    OpenTooLate,
    RearmTooEarly,
    SeedExpired,
    SeedTooEarly,
    TallyTooEarly,
)
from ionet.programs.verification.events import DeviceTallied, MissRecorded, ReportOpened
from ionet.reports import report_places
from ionet.tallies import build_tally
from ionet.tx import PACKET_LENGTH
from tests.sdk.epoch_world import (
    Reporter,
    activate,
    next_epoch,
    number,
    run_epoch,
    warp_to,
    write_fleet,
)
from tests.sdk.world import World, collect, done, overtake


async def test_an_epoch_is_opened_and_seeded_once(world: World) -> None:
    keeper = world.client("carol").keeper
    for step in (keeper.seed_epoch, keeper.rearm_epoch, keeper.tally, keeper.open_reports):
        with pytest.raises(errors.EpochNotReadyError, match="epoch 0: is not open"):
            await done(step())
    opened = await done(keeper.open_epoch())
    assert (opened.epoch.number, opened.epoch.seed_slot) == (0, 0)
    assert opened.transaction is not None
    with pytest.raises(SeedTooEarly):
        await done(keeper.seed_epoch())
    with pytest.raises(RearmTooEarly):
        await done(keeper.rearm_epoch())
    with pytest.raises(errors.EpochNotReadyError, match="epoch 0: has no seed yet"):
        await done(keeper.tally())
    world.net.vm.advance_slots(SEED_DELAY_SLOTS + 1)
    seeded = await done(keeper.seed_epoch())
    assert seeded.epoch.seed != bytes(32)
    lamports = world.lamports("carol")
    for step in (keeper.open_epoch, keeper.seed_epoch, keeper.rearm_epoch):
        again = await done(step())
        assert (again.epoch, again.transaction) == (seeded.epoch, None)
    assert world.lamports("carol") == lamports


async def test_a_seed_that_nobody_took_is_armed_again(world: World) -> None:
    keeper = world.client("carol").keeper
    opened = await done(keeper.open_epoch())
    world.net.vm.advance_slots(SEED_DELAY_SLOTS + SLOT_HASHES + 2)
    with pytest.raises(SeedExpired):
        await done(keeper.seed_epoch())
    rearmed = await done(keeper.rearm_epoch())
    assert rearmed.epoch.slot > opened.epoch.slot
    world.net.vm.advance_slots(SEED_DELAY_SLOTS + 1)
    assert (await done(keeper.seed_epoch())).epoch.seed_slot > rearmed.epoch.slot
    warp_to(world, EPOCH_SECONDS + OPEN_WINDOW)
    with pytest.raises(OpenTooLate):
        await done(keeper.open_epoch())


@pytest.mark.parametrize("step", ["open_epoch", "seed_epoch", "rearm_epoch"])
async def test_somebody_quicker_is_no_error(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = world.client("carol").keeper, world.client("alice").keeper
    if step != "open_epoch":
        await done(quick.open_epoch())
        lost = SLOT_HASHES + 2 if step == "rearm_epoch" else 1
        world.net.vm.advance_slots(SEED_DELAY_SLOTS + lost)
    overtake(monkeypatch, slow._network, getattr(quick, step))
    change = await done(getattr(slow, step)())
    assert change.transaction is None
    assert change.epoch.number == 0
    assert (step == "seed_epoch") == bool(change.epoch.seed_slot)


async def test_a_device_is_decided_by_what_was_revealed(world: World) -> None:
    device = await activate(world)
    reporter = Reporter(world, "attestor-1")
    tallied = await run_epoch(world, reporter)
    assert (tallied.number, tallied.tallied, tallied.failures) == (1, 1, ())
    keeper = world.client("carol").keeper
    again = await done(keeper.tally())
    assert (again.transactions, again.tallied) == ((), 0)
    market = world.client(None).market
    # What an epoch found decides what the device counts as in the next one.
    assert (await done(market.fetch_device(device))).state is not DeviceState.CLUSTER_READY
    await run_epoch(world, reporter, code=ReportCode.LATE)
    view = await done(market.fetch_device(device))
    assert view.state is DeviceState.CLUSTER_READY
    assert view.is_eligible
    warp_to(world, EPOCH_SECONDS)
    view = await done(market.fetch_device(device))
    assert view.state is DeviceState.UNVERIFIED
    assert view.account.reason is ReportCode.LATE
    found = [(result.epoch, result.result, result.carries) for result in view.history(3)]
    assert found == [(2, Result.UNSEEN, 0), (1, Result.DEPLOYABLE, 0), (0, Result.UNSEEN, 0)]
    hour = 3_600
    seen = GENESIS + 2 * EPOCH_SECONDS
    assert view.seen_seconds(seen - hour, seen + hour) == hour
    assert view.seen_seconds(seen, seen + 2 * EPOCH_SECONDS) == EPOCH_SECONDS


async def test_a_tally_fills_its_transactions(world: World) -> None:
    await fill_seats(world)
    device = await activate(world)
    write_fleet(world, device, range(1, 41))
    await next_epoch(world)
    keeper = world.client("carol").keeper
    opened = await done(keeper.open_reports())
    events = [event for landed in opened.transactions for event in landed.events]
    assert [event.place for event in events if isinstance(event, ReportOpened)] == list(range(9))
    assert len(opened.transactions) < 9
    warp_to(world, REVEAL_DEADLINE)
    sizes = note_sizes(world)
    tallied = await done(keeper.tally())
    assert (tallied.tallied, tallied.failures) == (41, ())
    counts = [
        sum(isinstance(event, DeviceTallied) for event in landed.events)
        for landed in tallied.transactions
    ]
    assert counts[0] >= 15
    assert counts == [counts[0]] * (len(counts) - 1) + [41 - counts[0] * (len(counts) - 1)]
    # One more device would not have fitted.
    assert all(PACKET_LENGTH - 33 < size <= PACKET_LENGTH for size in sizes[:-1])


async def test_what_others_tallied_takes_no_room(world: World) -> None:
    await fill_seats(world)
    write_fleet(world, await activate(world), range(1, 41))
    await next_epoch(world)
    keeper = world.client("carol").keeper
    await done(keeper.open_reports())
    warp_to(world, REVEAL_DEADLINE)
    verification = keeper._network.verification
    epoch = await done(verification.find_epoch(1))
    fleet = [device.address for device in (await done(verification.scan_ranges(1)))[0]]
    places = report_places(epoch, 0, program_id=world.net.verification)
    others = build_tally(places, fleet[10:20], program_id=world.net.verification)
    await done(world.client("alice").keeper._network.land([others]))
    tallied = await done(keeper.tally())
    assert (tallied.tallied, len(tallied.transactions), tallied.failures) == (31, 2, ())


async def test_report_accounts_that_others_open_meanwhile_hold_up_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill_seats(world)
    await activate(world)
    await next_epoch(world)
    slow, quick = world.client("carol").keeper, world.client("alice").keeper._network
    opening = instructions.open_report(payer=world.net.actor("alice").pubkey, range=0, place=3)
    overtake(monkeypatch, slow._network, lambda: quick.land([opening]))
    opened = await done(slow.open_reports())
    events = [event for landed in opened.transactions for event in landed.events]
    assert opened.failures == ()
    assert {event.place for event in events} == set(range(9)) - {3}
    assert (await done(slow.open_reports())).transactions == ()


async def test_every_range_has_a_committee_of_its_own(world: World) -> None:
    first = await activate(world)
    write_fleet(world, first, [1_023, 1_024, 1_030])
    reporter = Reporter(world, "attestor-1")
    await next_epoch(world)
    duties = await done(reporter.side.duties())
    assert [(duty.range, duty.indexes, len(duty.devices)) for duty in duties] == [
        (0, 1_024, 2),
        (1, 7, 2),
    ]
    assert duties[1].codes_of({duties[1].devices[1].address: 2}) == (0, 0, 0, 0, 0, 0, 2)
    before = world.lamports("attestor-1")
    await done(world.client("carol").keeper.open_reports())
    await reporter.commit()
    warp_to(world, COMMIT_WINDOW)
    await reporter.reveal()
    assert before - world.lamports("attestor-1") == 2 * 2 * 5_000
    warp_to(world, REVEAL_DEADLINE)
    assert (await done(world.client("carol").keeper.tally())).tallied == 4
    warp_to(world, EPOCH_SECONDS)
    found = await collect(world.client(None).market.iter_devices(state="cluster_ready"))
    assert len(found) == 4


async def test_devices_decided_or_gone_meanwhile_hold_up_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = [await activate(world, f"gpu-{i}") for i in range(4)]
    await next_epoch(world)
    warp_to(world, REVEAL_DEADLINE)
    slow, bob = world.client("carol").keeper, world.client("bob").provider
    ranges = await done(slow._network.verification.scan_ranges(number(world)))
    await done(bob.deactivate_device(devices[2]))
    answer(monkeypatch, slow._network.verification, "scan_ranges", ranges, world)
    tallied = await done(slow.tally())
    assert (tallied.tallied, tallied.failures) == (3, ())
    # All are decided by now, and this keeper does not know.
    again = await done(slow.tally())
    assert (again.tallied, again.transactions, again.failures) == (0, (), ())


async def test_a_tally_has_its_time(world: World) -> None:
    await activate(world)
    await next_epoch(world)
    keeper = world.client("carol").keeper
    early = await done(keeper.tally())
    (refused,) = early.failures
    assert isinstance(refused, TallyTooEarly)
    assert early.tallied == 0
    warp_to(world, EPOCH_SECONDS)
    with pytest.raises(errors.EpochNotReadyError, match="epoch 2: is not open"):
        await done(keeper.tally())


async def test_misses_are_recorded_once(world: World) -> None:
    await activate(world)
    await done(world.client("alice").attestor.join())
    silent, honest = Reporter(world, "attestor-1"), Reporter(world, "alice")
    await run_epoch(world, honest)
    keeper = world.client("carol").keeper
    recorded = await done(keeper.record_misses())
    (event,) = [event for landed in recorded.transactions for event in landed.events]
    assert isinstance(event, MissRecorded)
    assert event.epoch_number == 1
    assert (await done(keeper.record_misses())).transactions == ()
    verification = keeper._network.verification
    _, missed = await done(verification.fetch_attestor(Actor.named(silent.name).pubkey))
    _, revealed = await done(verification.fetch_attestor(Actor.named(honest.name).pubkey))
    assert (missed.total_missed, missed.total_revealed) == (1, 0)
    assert (revealed.total_missed, revealed.total_revealed) == (0, 1)
    # An epoch that nobody cared for in time, later.
    await next_epoch(world)
    warp_to(world, 3 * EPOCH_SECONDS)
    assert (await done(keeper.record_misses(1))).transactions == ()
    late = await done(keeper.record_misses())
    events = [event for landed in late.transactions for event in landed.events]
    assert [event.epoch_number for event in events if isinstance(event, MissRecorded)] == [2, 2]


async def test_one_call_does_whatever_is_due(world: World) -> None:
    device = await activate(world)
    reporter = Reporter(world, "attestor-1")
    keeper = world.client("carol").keeper
    warp_to(world, EPOCH_SECONDS)

    async def run() -> Any:
        done_now = await done(keeper.run_epoch_duties())
        assert done_now.failures == ()
        return done_now

    assert len((await run()).transactions) == 1
    assert (await run()).transactions == ()
    world.net.vm.advance_slots(SEED_DELAY_SLOTS + SLOT_HASHES + 2)
    assert len((await run()).transactions) == 1  # armed again
    world.net.vm.advance_slots(SEED_DELAY_SLOTS + 1)
    assert len((await run()).transactions) == 2  # seed, report account
    await reporter.commit()
    warp_to(world, COMMIT_WINDOW)
    assert (await run()).transactions == ()
    await reporter.reveal()
    warp_to(world, REVEAL_DEADLINE)
    assert (await run()).tallied == 1
    assert (await run()).transactions == ()
    # Nothing was opened in the next epoch, so nothing is due but what was missed before.
    warp_to(world, EPOCH_SECONDS + OPEN_WINDOW)
    assert (await run()).transactions == ()
    view = await done(world.client(None).market.fetch_device(device))
    assert view.state is DeviceState.CLUSTER_READY


async def test_one_failure_holds_up_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await activate(world)
    await next_epoch(world)
    warp_to(world, REVEAL_DEADLINE)
    keeper = world.client("carol").keeper
    refused = errors.NotSentError("refused")
    answer(monkeypatch, keeper, "tally", refused, world)
    done_now = await done(keeper.run_epoch_duties())
    assert done_now.failures == (refused,)
    events = [event for landed in done_now.transactions for event in landed.events]
    assert {type(event) for event in events} == {ReportOpened, MissRecorded}


async def test_a_reader_runs_no_epochs(world: World) -> None:
    with pytest.raises(errors.SignerError, match="can only read"):
        await done(world.client(None).keeper.open_epoch())


async def fill_seats(world: World) -> None:
    """Let so many attestors join that committees have nine members."""
    for number_ in range(2, 11):
        name = f"attestor-{number_}"
        world.net.airdrop(Actor.named(name).pubkey, 10**10)
        await done(world.client(name).attestor.join())


def answer(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, value: Any, world: World
) -> None:
    """Let a method answer with a value, or raise it."""

    def give(*_args: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    async def give_later(*args: Any) -> Any:
        return give(*args)

    monkeypatch.setattr(owner, name, give_later if world.is_async else give)


def note_sizes(world: World) -> list[int]:
    """Return a list that gets the length of every transaction that lands from now on."""
    sizes: list[int] = []

    class Observer:
        def landed(self, landed: Any) -> None:
            sizes.append(len(landed.raw))

        def account_set(self, *_args: Any) -> None:
            pass

    world.net.vm.observers += (Observer(),)
    return sizes
