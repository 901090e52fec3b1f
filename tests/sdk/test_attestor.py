"""An attestor through the client: its seat, its duties, and reports that it makes once."""

from pathlib import Path
from typing import Any

import pytest

from ionet import EquivocationError, JournalError, MemoryJournal, ReportCode, ReportJournal, errors
from ionet.committees import pack_codes
from ionet.localnet.actors import Actor
from ionet.programs.verification.constants import (
    COMMIT_WINDOW,
    EPOCH_SECONDS,
    FOREVER,
    MISS_EPOCHS,
    REVEAL_DEADLINE,
)
from ionet.programs.verification.errors import (
    AttestorExiting,
    BondLocked,
    CommitTooLate,
    RevealTooEarly,
    RevealTooLate,
    WrongLastAttestor,
)
from ionet.programs.verification.events import ReportCommitted, ReportOpened, ReportRevealed
from tests.sdk.epoch_world import Reporter, activate, addresses, next_epoch, warp_to
from tests.sdk.world import World, done, lose_answer, overtake

DEPLOYABLE = (ReportCode.DEPLOYABLE,)


async def test_an_attestor_joins_exits_and_gets_its_bond_back(world: World) -> None:
    side = world.client("alice").attestor
    before = world.lamports("alice")
    joined = await done(side.join())
    assert joined.account.seats[0] == 1
    assert joined.account.active_until == FOREVER
    rent = world.net.connection.get_minimum_balance(448)
    assert before - world.lamports("alice") == joined.account.bond + rent + 5_000
    exited = await done(side.exit())
    assert exited.account.active_until == 1
    with pytest.raises(AttestorExiting):
        await done(side.exit())
    with pytest.raises(BondLocked):
        await done(side.withdraw_bond())
    warp_to(world, (1 + MISS_EPOCHS) * EPOCH_SECONDS)
    await done(side.withdraw_bond())
    assert world.lamports("alice") == before - 3 * 5_000
    with pytest.raises(errors.AccountNotFoundError, match=r"of .*: does not exist"):
        await done(side.exit())


async def test_the_last_seat_moves_into_the_hole(world: World) -> None:
    for name in ("alice", "bob", "carol"):
        await done(world.client(name).attestor.join())
    await done(world.client("alice").attestor.exit())
    moved = await done(world.client("carol").attestor.exit())
    assert moved.account.seats[0] == 1
    verification = world.client(None).attestor._network.verification
    seats = {
        attestor.seats[0]
        for _, attestor in await done(verification.scan_attestors())
        if attestor.active_until == FOREVER
    }
    assert seats == {0, 1}


async def test_a_last_seat_that_moves_meanwhile_is_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = world.client("alice").attestor, world.client("bob").attestor
    await done(slow.join())
    # Whoever joins has the last seat, and then whoever leaves has not.
    overtake(monkeypatch, slow._network, quick.join, quick.exit)
    assert (await done(slow.exit())).account.active_until == 1


async def test_a_last_seat_that_never_rests_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = world.client("alice").attestor
    await done(slow.join())
    names = [f"crowd-{i}" for i in range(5)]
    for name in names:
        world.net.airdrop(Actor.named(name).pubkey, 10**10)
    overtake(monkeypatch, slow._network, *(world.client(name).attestor.join for name in names))
    with pytest.raises(WrongLastAttestor):
        await done(slow.exit())


async def test_duties_name_the_devices_of_a_range(world: World) -> None:
    devices = [await activate(world, f"gpu-{i}") for i in range(3)]
    await done(world.client("bob").provider.deactivate_device(devices[1]))
    reporter = Reporter(world, "attestor-1")
    with pytest.raises(errors.EpochNotReadyError, match="epoch 0: is not open"):
        await done(reporter.side.duties())
    number = await next_epoch(world)
    (duty,) = await done(reporter.side.duties())
    assert (duty.at.epoch, duty.range, duty.place, duty.indexes) == (number, 0, 0, 3)
    assert addresses(duty) == [devices[0].address, devices[2].address]
    assert duty.codes_of({devices[2].address: ReportCode.PASSED}) == (0, 0, 1)
    with pytest.raises(errors.ArgumentError, match="is not in range 0"):
        duty.codes_of({devices[1].address: ReportCode.PASSED})
    with pytest.raises(errors.ArgumentError, match="epoch '1': must be an integer"):
        await done(reporter.side.duties("1"))
    # A seat counts from the epoch after joining on.
    await done(world.client("alice").attestor.join())
    assert await done(world.client("alice").attestor.duties()) == ()
    with pytest.raises(errors.AccountNotFoundError, match="attestor"):
        await done(world.client("bob").attestor.duties())


async def test_a_report_is_committed_and_revealed(world: World) -> None:
    await activate(world)
    reporter = Reporter(world, "attestor-1")
    await next_epoch(world)
    (committed,) = await reporter.commit()
    kinds = [type(event) for event in committed.transaction.events]
    assert kinds == [ReportOpened, ReportCommitted]
    with pytest.raises(RevealTooEarly):
        await reporter.reveal()
    warp_to(world, COMMIT_WINDOW)
    (revealed,) = await reporter.reveal()
    (event,) = revealed.transaction.events
    assert isinstance(event, ReportRevealed)
    assert revealed.report == committed.report
    assert revealed.report.codes == pack_codes(DEPLOYABLE)
    # From the second epoch on an attestor sends two transactions for a range, and pays no rent.
    before = world.lamports("attestor-1")
    await next_epoch(world)
    (again,) = await reporter.commit()
    assert [type(event) for event in again.transaction.events] == [ReportCommitted]
    assert again.report.salt != committed.report.salt
    warp_to(world, COMMIT_WINDOW)
    await reporter.reveal()
    assert before - world.lamports("attestor-1") == 2 * 5_000


async def test_repeating_is_harmless_and_contradicting_is_refused(world: World) -> None:
    await activate(world)
    reporter = Reporter(world, "attestor-1")
    await next_epoch(world)
    (first,) = await reporter.commit()
    (second,) = await reporter.commit()
    assert (second.transaction, second.report) == (None, first.report)
    with pytest.raises(EquivocationError, match="range 0 in epoch 1: another report"):
        await reporter.commit(ReportCode.NO_ANSWER)
    evidence = bytes([5]) * 32
    with pytest.raises(EquivocationError):
        await done(reporter.side.commit(0, DEPLOYABLE, evidence_root=evidence))
    warp_to(world, COMMIT_WINDOW)
    (revealed,) = await reporter.reveal()
    assert revealed.report == first.report
    (again,) = await reporter.reveal()
    assert (again.transaction, again.report) == (None, first.report)


@pytest.mark.parametrize("names_codes", [True, False], ids=["same codes", "no codes"])
async def test_a_crash_before_sending_sends_the_same_report_later(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names_codes: bool
) -> None:
    await activate(world)
    reporter = Reporter(world, "attestor-1")
    reporter.journal = ReportJournal(tmp_path / "reports.jsonl")
    await next_epoch(world)
    side = reporter.side
    monkeypatch.setattr(side._network, "land", crash)
    with pytest.raises(Crash):
        await done(side.commit(0, DEPLOYABLE))
    (journaled,) = reporter.journal._reports.values()
    reporter.journal.close()
    reporter.journal = ReportJournal(tmp_path / "reports.jsonl")
    with pytest.raises(EquivocationError):
        await reporter.commit(ReportCode.NO_ANSWER)
    warp_to(world, 2 * 3_600)
    if names_codes:
        (committed,) = await reporter.commit()
    else:
        committed = await done(reporter.side.resume(0))
    assert committed.transaction is not None
    assert committed.report == journaled
    again = await done(reporter.side.resume(0))
    assert (again.transaction, again.report) == (None, journaled)
    warp_to(world, COMMIT_WINDOW)
    reporter.journal.close()
    with ReportJournal(tmp_path / "reports.jsonl") as reporter.journal:
        assert (await reporter.reveal())[0].transaction is not None


async def test_a_lost_answer_is_found_on_the_chain(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await activate(world)
    reporter = Reporter(world, "attestor-1")
    await next_epoch(world)
    for method, window in (("commit", COMMIT_WINDOW), ("reveal", REVEAL_DEADLINE)):
        side = reporter.side
        lose_answer(monkeypatch, side._network, 1)
        args = (0, DEPLOYABLE) if method == "commit" else (0,)
        with pytest.raises(errors.OutcomeUnknownError):
            await done(getattr(side, method)(*args))
        change = await done(getattr(reporter.side, method)(*args))
        assert change.transaction is None
        warp_to(world, window)


async def test_a_commitment_that_is_not_in_the_journal_is_never_doubled(world: World) -> None:
    await activate(world)
    reporter = Reporter(world, "attestor-1")
    await next_epoch(world)
    await reporter.commit()
    reporter.journal = MemoryJournal()
    with pytest.raises(JournalError, match="the chain has a commitment of this attestor"):
        await reporter.commit()
    with pytest.raises(JournalError, match="the chain has a commitment of this attestor"):
        await done(reporter.side.resume(0))
    assert reporter.journal._reports == {}
    warp_to(world, COMMIT_WINDOW)
    with pytest.raises(JournalError, match="nothing is in the journal"):
        await reporter.reveal()
    # A journal that says something else is no better.
    forged = MemoryJournal()
    scope = await done(reporter.side._scope((await done(reporter.side._place(0)))[0]))
    forged.record(scope, 1, 0, bytes(512), bytes(32))
    reporter.journal = forged
    with pytest.raises(JournalError, match="not in the journal"):
        await reporter.reveal()


async def test_nothing_is_resumed_where_nothing_is_journaled(world: World) -> None:
    await activate(world)
    reporter = Reporter(world, "attestor-1")
    await next_epoch(world)
    assert await done(reporter.side.resume(0)) is None
    assert reporter.journal._reports == {}
    await reporter.commit()
    await next_epoch(world)
    assert await done(reporter.side.resume(0)) is None
    (committed,) = await reporter.commit(ReportCode.PASSED)
    assert committed.transaction is not None
    with pytest.raises(JournalError, match="has no journal"):
        await done(world.client("attestor-1").attestor.resume(0))


@pytest.mark.parametrize("range_", ["0", -1, 0.0, True, None, 1 << 32])
@pytest.mark.parametrize("method", ["commit", "resume", "reveal"])
async def test_what_is_no_range_is_refused(world: World, method: str, range_: object) -> None:
    await activate(world)
    reporter = Reporter(world, "attestor-1")
    await next_epoch(world)
    args = (range_, DEPLOYABLE) if method == "commit" else (range_,)
    rule = f"range {range_!r}: must be an integer of 0 to {0xFFFF_FFFF}"
    with pytest.raises(errors.ArgumentError, match=f"^{rule}$"):
        await done(getattr(reporter.side, method)(*args))
    assert reporter.journal._reports == {}


async def test_reports_of_others_and_at_other_times_are_refused(world: World) -> None:
    await activate(world)
    reporter = Reporter(world, "attestor-1")
    await next_epoch(world)
    with pytest.raises(errors.DutyError, match="range 1: epoch 1 has no such range"):
        await done(reporter.side.commit(1, DEPLOYABLE))
    for codes in ((), DEPLOYABLE * 2):
        with pytest.raises(errors.DutyError, match=f"codes: {len(codes)} for range 0, which has 1"):
            await done(reporter.side.commit(0, codes))
    with pytest.raises(errors.ArgumentError, match="16: must be 0 to 15"):
        await done(reporter.side.commit(0, [16]))
    with pytest.raises(JournalError, match="has no journal"):
        await done(world.client("attestor-1").attestor.commit(0, DEPLOYABLE))
    await done(world.client("alice").attestor.join())
    late = Reporter(world, "alice")
    with pytest.raises(errors.DutyError, match="holds no seat"):
        await done(late.side.commit(0, DEPLOYABLE))
    assert reporter.journal._reports == late.journal._reports == {}
    warp_to(world, COMMIT_WINDOW)
    with pytest.raises(CommitTooLate):
        await reporter.commit()
    with pytest.raises(JournalError, match="has no journal"):
        await done(world.client("attestor-1").attestor.reveal(0))
    # The next epoch's committee knows nothing of this one's journal.
    await next_epoch(world)
    with pytest.raises(JournalError, match="range 0 in epoch 2: nothing is in the journal"):
        await reporter.reveal()
    await reporter.commit()
    warp_to(world, REVEAL_DEADLINE)
    with pytest.raises(RevealTooLate):
        await reporter.reveal()


async def test_an_account_that_another_opens_meanwhile_is_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await activate(world)
    await next_epoch(world)
    reporter = Reporter(world, "attestor-1")
    side = reporter.side
    fetch, turns = side._network.verification.find_reports, iter(range(9))
    keeper = world.client("carol").keeper

    async def finding(addresses_: Any) -> Any:
        found = await done(fetch(addresses_))
        if next(turns) == 1:
            await done(keeper.open_reports())
        return found

    def sync_finding(addresses_: Any) -> Any:
        found = fetch(addresses_)
        if next(turns) == 1:
            keeper.open_reports()
        return found

    replacement = finding if world.is_async else sync_finding
    monkeypatch.setattr(side._network.verification, "find_reports", replacement)
    change = await done(side.commit(0, DEPLOYABLE))
    assert [type(event) for event in change.transaction.events] == [ReportCommitted]


class Crash(BaseException):
    """The process is killed."""


def crash(*_args: Any) -> Any:
    raise Crash
