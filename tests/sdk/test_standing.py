"""What a standing says is due is what the program pays at that second, in any life of a job."""

import random

import pytest

from ionet import Client, JobHandle, JobKind, Usdc, hours
from ionet.cranks import Crank, next_crank
from ionet.errors import ProgramError, VoucherError
from ionet.localnet.net import Localnet
from ionet.programs.escrow.accounts import Job
from ionet.programs.escrow.errors import NothingDue
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import RING_EPOCHS
from ionet.results import Settlement
from ionet.standing import standing_of
from tests.sdk.world import World

LIVES = 24
NIBBLES = RING_EPOCHS // 2
DEPOSIT = {JobKind.RENTAL: None, JobKind.METERED: 7_654_321, JobKind.DELIVERABLE: 1_234_567}


@pytest.mark.parametrize("seed", range(LIVES))
async def test_standing_agrees_with_the_program(seed: int) -> None:
    rng = random.Random(seed)
    with Localnet.start(["alice", "bob", "carol"]) as net:
        world = World(net, is_async=False)
        offer = await world.post_offer(
            rate=Usdc.from_base_units(rng.randrange(1, 10_000_000)), min_charge=60
        )
        kind = list(JobKind)[seed % 3]
        job: JobHandle = await world.open_running(
            offer, rng.randrange(hours(1), hours(30)), kind=kind, deposit=DEPOSIT[kind]
        )
        # Some epochs see it, some do not.
        world.write_device(ring=bytes(rng.choice([0x00, 0x03, 0x20, 0x31]) for _ in range(NIBBLES)))
        seen = {check_one_step(rng, world, job) for _ in range(40)}
        assert {"settle", "sweep"} <= seen


def check_one_step(rng: random.Random, world: World, job: JobHandle) -> str:
    """Do one thing that may be refused; check what it paid against the standing before it."""
    world.warp(rng.choice([1, 60, hours(1), hours(5)]))
    bob, carol = world.client("bob"), world.client("carol")
    before, device = job.refresh(), device_of(world)
    rare = rng.random() < 0.1
    name = rng.choice(
        ["settle", "refund", "sweep", "expire", "release"]
        + ["voucher"] * (before.kind is JobKind.METERED)
        + ["submit"] * (rare and before.kind is JobKind.DELIVERABLE)
        + ["end", "quit"] * rare
    )
    steps = {
        "settle": lambda: carol.keeper.settle(job),
        "refund": lambda: carol.keeper.refund(job),
        "sweep": lambda: carol.keeper.sweep_fee(job),
        "expire": lambda: carol.keeper.expire(job),
        "release": lambda: carol.keeper.release(job),
        "voucher": lambda: bob.provider.redeem(job.sign_voucher(before.earned + 1_000)),
        "submit": lambda: bob.provider.submit_result(job, bytes(32)),
        "end": lambda: job.end(),
        "quit": lambda: bob.provider.quit(job),
    }
    try:
        after = steps[name]()
    except NothingDue:
        check_nothing_was_due(name, before, device, world)
    except (ProgramError, VoucherError):
        pass
    else:
        check_payment(name, before, device, after)
        check_books(name, before, device, after, job)
    return name


def device_of(world: World) -> Device:
    """Return the device of the offer."""
    (view,) = world.client(None).market.iter_devices()
    return view.account


def check_nothing_was_due(name: str, before: Job, device: Device, world: World) -> None:
    standing = standing_of(before, world.net.vm.now().unix_timestamp, device=device)
    due = {"refund": standing.due_to_client, "sweep": standing.due_to_treasury}
    assert due[name] == 0


def check_payment(name: str, before: Job, device: Device, after: Settlement) -> None:
    assert after.transaction is not None
    standing = standing_of(before, after.transaction.unix_timestamp, device=device)
    moved = (after.paid - before.paid, after.refunded - before.refunded, after.fee - before.fee)
    expected = {
        "settle": (standing.due_to_provider, 0, 0),
        "refund": (0, standing.due_to_client, 0),
        "sweep": (0, 0, standing.due_to_treasury),
        "expire": (0, standing.due_to_client, 0),
    }
    assert moved == expected.get(name, moved)
    assert after.held == standing.held - sum(moved)
    if name == "settle":
        assert after.state is standing.state


def check_books(name: str, before: Job, device: Device, after: Settlement, job: JobHandle) -> None:
    if name == "settle":
        assert after.transaction is not None
        standing = standing_of(before, after.transaction.unix_timestamp, device=device)
        assert job.refresh().earned == standing.earned


async def test_next_crank_never_names_what_the_program_refuses() -> None:
    for seed in range(6):
        rng = random.Random(1_000 + seed)
        with Localnet.start(["alice", "bob", "carol"]) as net:
            world = World(net, is_async=False)
            kind = list(JobKind)[seed % 3]
            offer = await world.post_offer()
            job = await world.open_running(offer, hours(3), kind=kind, deposit=DEPOSIT[kind])
            assert run_to_the_end(rng, world, job) is Crank.CLOSE


def run_to_the_end(rng: random.Random, world: World, job: JobHandle) -> Crank:
    """Run cranks as they become due until the job is closed; each must succeed."""
    keeper = Client(world.net.connection, world.net.actor("carol").keypair).keeper
    actions = {
        Crank.EXPIRE: keeper.expire,
        Crank.RELEASE: keeper.release,
        Crank.SETTLE: keeper.settle,
        Crank.REFUND: keeper.refund,
        Crank.SWEEP_FEE: keeper.sweep_fee,
        Crank.CLOSE: keeper.close,
    }
    while True:
        world.warp(rng.randrange(1, hours(4)))
        now = world.net.vm.now().unix_timestamp
        crank = next_crank(job.refresh(), now, device=device_of(world))
        if crank is not None:
            actions[crank](job)
        if crank is Crank.CLOSE:
            return crank
