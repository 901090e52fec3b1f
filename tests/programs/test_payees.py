"""A payee who cannot be paid holds up nobody else, and gets his money once he can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.programs.escrow import errors, events
from ionet.programs.escrow.enums import JobKind, JobState
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import HOURS, JobRef
from tests.programs.harness.stages import RUN, Stage, accept, reach, release_at, started_at
from tests.programs.harness.swaps import FOREIGN_PROGRAM
from tests.programs.harness.tokens import donate, edit, freeze, spare_account, thaw
from tests.programs.harness.world import ALICE, BOB, CAROL, GPU_1, MALLORY, World


def _freeze(world: World, address: Pubkey) -> Callable[[], None]:
    account = world.account(address)
    freeze(world, address)
    return lambda: _thaw(world, address, account)


def _thaw(world: World, address: Pubkey, account: Account) -> None:
    world.vm.set_account(address, account)


def _remove(world: World, address: Pubkey) -> Callable[[], None]:
    account = world.remove(address)
    return lambda: _thaw(world, address, account)


def _occupy(world: World, address: Pubkey) -> Callable[[], None]:
    """Somebody else's account at the associated address counts as a missing one."""
    account = world.account(address)
    taken = Account(account.lamports, account.data, FOREIGN_PROGRAM)
    world.vm.set_account(address, taken)
    return lambda: _thaw(world, address, account)


def _give_away(world: World, address: Pubkey) -> Callable[[], None]:
    """The associated account itself can be handed to another owner."""
    account = world.account(address)
    given = edit(account.data, slice(32, 64), bytes(MALLORY.pubkey))
    world.put(address, account, given)
    return lambda: _thaw(world, address, account)


EACH_WAY = pytest.mark.parametrize("block", [_freeze, _remove, _occupy, _give_away])

_MOVES_ON = [
    # instruction, stage, kind, who is paid, and by what he is paid later
    ("settle_job", Stage.ACTIVE, JobKind.RENTAL, "provider_token", "settle_job"),
    ("settle_voucher", Stage.ACTIVE, JobKind.METERED, "provider_token", "settle_job"),
    ("release", Stage.RELEASABLE, JobKind.RENTAL, "provider_token", "settle_job"),
    ("release", Stage.RELEASABLE, JobKind.DELIVERABLE, "provider_token", "settle_job"),
    ("decline_job", Stage.OPEN, JobKind.RENTAL, "client_token", "refund"),
    ("end_job", Stage.OPEN, JobKind.RENTAL, "client_token", "refund"),
    ("end_job", Stage.ACTIVE, JobKind.RENTAL, "client_token", "refund"),
    ("quit_job", Stage.ACTIVE, JobKind.RENTAL, "client_token", "refund"),
    ("expire_job", Stage.LATE, JobKind.RENTAL, "client_token", "refund"),
    ("expire_job", Stage.ELAPSED, JobKind.DELIVERABLE, "client_token", "refund"),
]


def _do(world: World, job: JobRef, name: str) -> None:
    if name == "settle_voucher":
        world.accept(*job.redeem(world, 6_000_000))
    else:
        world.accept(job.step(world, name))


@EACH_WAY
@pytest.mark.parametrize(("name", "stage", "kind", "payee", "later"), _MOVES_ON)
def test_state_moves_and_the_amount_stays_booked(
    world: World, block: Any, name: str, stage: Stage, kind: JobKind, payee: str, later: str
) -> None:
    """The same end as without the obstacle, by one instruction more."""
    job = reach(world, stage, kind)
    if name == "settle_job":
        world.at(world.now + HOURS)
    token = job.accounts(world)[payee]
    start, before = world.snapshot(), world.balance(token)
    _do(world, job, name)
    unhindered, paid = world.job(job.address), world.balance(token) - before
    assert paid > 0
    world.restore(start)

    unblock = block(world, token)
    _do(world, job, name)
    record = world.job(job.address)
    assert (record.state, record.earned) == (unhindered.state, unhindered.earned)
    assert world.balance(job.vault) == record.deposit - record.paid - record.fee - record.refunded
    unblock()
    assert world.balance(token) == before
    world.accept(job.step(world, later))
    assert world.balance(token) - before == paid
    assert world.job(job.address) == unhindered


@guards(errors.VaultFrozen)
@pytest.mark.parametrize(("name", "stage", "kind", "payee", "later"), _MOVES_ON)
def test_frozen_vault_holds_up_no_state(
    world: World, name: str, stage: Stage, kind: JobKind, payee: str, later: str
) -> None:
    job = reach(world, stage, kind)
    if name == "settle_job":
        world.at(world.now + HOURS)
    token = job.accounts(world)[payee]
    start, before = world.snapshot(), world.balance(token)
    _do(world, job, name)
    unhindered = world.job(job.address)
    world.restore(start)

    freeze(world, job.vault)
    _do(world, job, name)
    record = world.job(job.address)
    assert (record.state, record.earned) == (unhindered.state, unhindered.earned)
    assert world.balance(token) == before
    if later == "refund":
        world.reject(errors.VaultFrozen, job.step(world, "refund"))
    else:
        world.reject(errors.VaultFrozen, job.step(world, "sweep_fee"))
    thaw(world, job.vault)
    world.accept(job.step(world, later))
    assert world.job(job.address) == unhindered


@guards(errors.PayeeNotPayable)
@EACH_WAY
@pytest.mark.parametrize(
    ("name", "stage", "kind", "payee"),
    [
        ("refund", Stage.RELEASABLE, JobKind.METERED, "client_token"),
        ("sweep_fee", Stage.FINAL, JobKind.RENTAL, "treasury_token"),
    ],
)
def test_instruction_that_only_pays_rejects(
    world: World, block: Any, name: str, stage: Stage, kind: JobKind, payee: str
) -> None:
    job = reach(world, stage, kind)
    unblock = block(world, job.accounts(world)[payee])
    world.reject(errors.PayeeNotPayable, job.step(world, name))
    unblock()
    world.accept(job.step(world, name))


@EACH_WAY
@pytest.mark.parametrize("blocked", ["client_token", "provider_token", "treasury_token"])
def test_one_blocked_payee_holds_up_no_other(world: World, block: Any, blocked: str) -> None:
    """A whole life with one payee blocked: the two others have all of theirs at the end."""
    job = JobRef()
    world.accept(job.open(world))
    accept(world, job)
    world.at(started_at(world, job) + RUN)
    before = {
        name: world.balance(token)
        for name, token in job.accounts(world).items()
        if name.endswith("_token")
    }
    unblock = block(world, job.accounts(world)[blocked])
    world.accept(job.step(world, "end_job"))
    world.at(release_at(world, job)).accept(job.step(world, "release"))
    world.send(job.step(world, "sweep_fee"))
    record = world.job(job.address)
    fee = record.earned * 250 // 10_000
    due = {
        "client_token": record.deposit - record.earned,
        "provider_token": record.earned - fee,
        "treasury_token": fee,
    }
    assert record.deposit - record.paid - record.fee - record.refunded == due[blocked]
    world.reject(errors.StillHeld, job.step(world, "close_job"))
    unblock()
    for name, amount in due.items():
        received = world.balance(job.accounts(world)[name]) - before[name]
        assert received == (0 if name == blocked else amount)
    later = {"client_token": "refund", "provider_token": "settle_job"}.get(blocked, "sweep_fee")
    world.accept(job.step(world, later), job.step(world, "close_job"))
    assert world.balance(job.accounts(world)[blocked]) - before[blocked] == due[blocked]


def test_any_account_of_the_payee_will_do(world: World) -> None:
    """Not only the associated one: the owner field decides."""
    job = reach(world, Stage.RELEASABLE)
    spare = spare_account(world, "carol", owner=CAROL.pubkey)
    before = world.job(job.address).paid
    world.accept(job.step(world, "release", provider_token=spare))
    assert world.balance(spare) == world.job(job.address).paid - before > 0


@guards(errors.NotTokenAccount, errors.WrongTokenOwner, errors.WrongMint)
@pytest.mark.parametrize(("name", "stage", "kind", "payee", "later"), _MOVES_ON)
def test_naming_a_wrong_account_holds_back_nothing(
    world: World, name: str, stage: Stage, kind: JobKind, payee: str, later: str
) -> None:
    """Nobody can keep an amount booked by passing an account that cannot be paid."""
    job = reach(world, stage, kind)
    steps = (job.voucher(world, 6_000_000),) if name == "settle_voucher" else ()
    arguments: dict[str, Any] = {"cumulative": 6_000_000} if steps else {}
    owner = CAROL if payee == "provider_token" else ALICE
    for wrong, error in (
        (MALLORY.pubkey, errors.NotTokenAccount),
        (FOREIGN_PROGRAM, errors.NotTokenAccount),
        (job.vault, errors.WrongTokenOwner),
        (world.token(BOB), errors.WrongTokenOwner),
        (world.token(world.treasury), errors.WrongTokenOwner),
        (world.token(owner, world.io), errors.WrongMint),
    ):
        step = job.step(world, name, **{payee: wrong}, **arguments)
        world.reject(error, *steps, step)


# Donations


def _closed(logs: tuple[str, ...]) -> events.JobClosed:
    closed = [event for event in events.parse_logs(logs) if isinstance(event, events.JobClosed)]
    assert len(closed) == 1
    return closed[0]


@pytest.mark.parametrize("amount", [1, 123_456_789])
@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.ACTIVE, Stage.SWEPT], ids=lambda s: s.name)
def test_donated_units_go_to_the_client(world: World, stage: Stage, amount: int) -> None:
    job = reach(world, stage)
    world.accept(donate(world, MALLORY, job.vault, amount))
    if stage is Stage.OPEN:
        world.accept(job.step(world, "end_job"))
        world.at(world.now + 7_200)
    elif stage is Stage.ACTIVE:
        world.accept(job.step(world, "end_job"))
        world.at(release_at(world, job)).accept(job.step(world, "release"))
        world.accept(job.step(world, "sweep_fee"))
    before = world.balance(world.token(ALICE))
    outcome = world.accept(job.step(world, "close_job"))
    assert world.balance(world.token(ALICE)) - before == amount
    closed = _closed(outcome.logs)
    assert (closed.surplus, closed.is_surplus_burned, closed.rent) == (amount, False, 4_516_160)
    assert closed.deposit == closed.paid + closed.fee + closed.refunded


@EACH_WAY
def test_donated_units_burn_if_the_client_cannot_be_paid(world: World, block: Any) -> None:
    job = reach(world, Stage.SWEPT)
    world.accept(donate(world, MALLORY, job.vault, 7))
    supply = _supply(world)
    block(world, world.token(ALICE))
    closed = _closed(world.accept(job.step(world, "close_job")).logs)
    assert (closed.surplus, closed.is_surplus_burned) == (7, True)
    assert _supply(world) == supply - 7
    assert world.vm.get_account(job.vault) is None


@EACH_WAY
def test_nothing_burns_without_a_donation(world: World, block: Any) -> None:
    job = reach(world, Stage.SWEPT)
    block(world, world.token(ALICE))
    supply = _supply(world)
    closed = _closed(world.accept(job.step(world, "close_job")).logs)
    assert (closed.surplus, closed.is_surplus_burned) == (0, False)
    assert _supply(world) == supply


def _supply(world: World) -> int:
    return int.from_bytes(world.account(world.usdc).data[36:44], "little")


def test_payments_ignore_donations(world: World) -> None:
    job = reach(world, Stage.ENDING)
    world.accept(donate(world, MALLORY, job.vault, 10**6))
    record = world.job(job.address)
    assert record.state is JobState.ENDING
    world.at(release_at(world, job)).accept(job.step(world, "release"))
    after = world.job(job.address)
    assert after.paid == record.earned - record.earned * 250 // 10_000
    assert world.offer(GPU_1.address).gross == record.earned
