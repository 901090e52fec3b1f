"""One valid transaction of every instruction, or more where an account can play two parts.

Each is made in a world with bystanders: another client's job on another offer, a second request
for the same offer, clusters of both clients. Their accounts are what attackers would pass instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.localnet.actors import GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, Actor
from ionet.localnet.setup import CLASS_SLOTS
from ionet.programs.escrow import instructions
from ionet.programs.escrow.enums import JobKind
from tests.programs.harness.jobs import ACCEPT_WITHIN, HOURS, VALID_FOR, Gang, JobRef
from tests.programs.harness.stages import Stage, accept, reach
from tests.programs.harness.world import (
    ALICE,
    BOB,
    CAROL,
    CONFIG,
    FUNDER,
    GPU_1,
    GPU_2,
    GPU_3,
    Listing,
    World,
)

OTHER_JOB = JobRef(BOB, 77, GPU_3)
"""Of another client on another offer."""
SIBLING = JobRef(ALICE, 78, GPU_1)
"""Of the same client on the same offer."""
OTHER_CLUSTER = Gang(BOB, 5_000)
SECOND_CLUSTER = Gang(ALICE, 6_000)

NEW_GPU = Listing(CAROL, Actor.named("gpu-new"))
"""Not offered yet."""

Steps = tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A valid transaction; its last step is the instruction under test.

    Attributes:
        name: The instruction's, and what is special about the example.
        instruction: The instruction's name.
        prepare: Brings the world to where the transaction is valid and builds it.
    """

    name: str
    instruction: str
    prepare: Callable[[World], Steps]

    def make(self, world: World) -> Steps:
        """Prepare the world with its bystanders, and build the transaction."""
        if self.instruction != "initialize_config":
            for step in (
                OTHER_JOB.open(world),
                SIBLING.open(world),
                OTHER_CLUSTER.open(),
                SECOND_CLUSTER.open(),
            ):
                world.accept(step)
        return self.prepare(world)


def _initialize_config(world: World) -> Steps:
    world.remove(CONFIG)
    step = instructions.initialize_config(
        payer=FUNDER.pubkey,
        genesis_authority=GENESIS_AUTHORITY.pubkey,
        authority=GOVERNANCE.pubkey,
        guardian=GUARDIAN.pubkey,
        treasury=world.treasury,
        genesis_hash=Pubkey(bytes(world.vm.genesis_hash)),
        fee_bps=250,
    )
    return (step,)


def _update_config(world: World) -> Steps:
    return (
        instructions.update_config(
            authority=GOVERNANCE.pubkey,
            guardian=GUARDIAN.pubkey,
            treasury=world.treasury,
            fee_bps=300,
        ),
    )


def _set_mint(world: World) -> Steps:
    return (
        instructions.set_mint(
            authority=GOVERNANCE.pubkey,
            mint=world.usdc,
            slot=0,
            is_accepted=True,
            min_rates=(1,) * CLASS_SLOTS,
        ),
    )


def _propose_authority(world: World) -> Steps:
    return (
        instructions.propose_authority(authority=GOVERNANCE.pubkey, new_authority=CAROL.pubkey),
    )


def _accept_authority(world: World) -> Steps:
    world.accept(*_propose_authority(world))
    return (instructions.accept_authority(pending_authority=CAROL.pubkey),)


def _pause(world: World) -> Steps:
    return (instructions.pause(guardian=GUARDIAN.pubkey, flags=7),)


def _unpause(world: World) -> Steps:
    world.accept(*_pause(world))
    return (instructions.unpause(authority=GOVERNANCE.pubkey),)


def _post_offer(world: World) -> Steps:
    world.register(NEW_GPU)
    return (world.post(NEW_GPU),)


def _update_offer(world: World) -> Steps:
    return (
        instructions.update_offer(
            provider=CAROL.pubkey,
            offer=GPU_1.address,
            kinds=3,
            rate=3_000_000,
            min_duration=3_600,
            max_duration=86_400,
            min_charge=60,
        ),
    )


def _open_cluster(world: World) -> Steps:
    return (Gang().open(),)


def _close_cluster(world: World) -> Steps:
    world.accept(Gang().open())
    world.at(world.now + ACCEPT_WITHIN)
    return (Gang().close(),)


def _open_job(world: World) -> Steps:
    return (JobRef().open(world),)


def _open_member(world: World) -> Steps:
    gang = Gang()
    world.accept(gang.open())
    return (gang.member(1, GPU_1).open(world),)


def _accept_job(world: World) -> Steps:
    return (reach(world, Stage.OPEN).step(world, "accept_job"),)


def _accept_last(world: World) -> Steps:
    """The accept that starts a cluster."""
    gang = Gang()
    first, second = gang.member(1, GPU_1), gang.member(2, GPU_2)
    for step in (gang.open(), first.open(world), second.open(world)):
        world.accept(step)
    accept(world, second)
    return (first.step(world, "accept_job"),)


def _decline_job(world: World) -> Steps:
    return (reach(world, Stage.OPEN).step(world, "decline_job"),)


def _decline_member(world: World) -> Steps:
    return (reach(world, Stage.JOINED).step(world, "decline_job"),)


def _extend_job(world: World) -> Steps:
    job = reach(world, Stage.ACTIVE)
    added = replace(job, duration=13 * HOURS).asked_deposit - job.asked_deposit
    return (job.extend(world, duration=HOURS, deposit=added),)


def _settle_job(world: World) -> Steps:
    job = reach(world, Stage.ACTIVE)
    world.at(world.now + HOURS)
    return (job.step(world, "settle_job"),)


def _settle_member(world: World) -> Steps:
    return (reach(world, Stage.STARTED).step(world, "settle_job"),)


def _settle_voucher(world: World) -> Steps:
    return reach(world, Stage.ACTIVE, JobKind.METERED).redeem(world, 6_000_000)


def _submit_result(world: World) -> Steps:
    job = reach(world, Stage.ACTIVE, JobKind.DELIVERABLE)
    return (job.step(world, "submit_result", result_hash=bytes(range(32))),)


def _end_job(world: World) -> Steps:
    return (reach(world, Stage.ACTIVE).step(world, "end_job"),)


def _quit_job(world: World) -> Steps:
    return (reach(world, Stage.ACTIVE).step(world, "quit_job"),)


def _expire_job(world: World) -> Steps:
    return (reach(world, Stage.LATE).step(world, "expire_job"),)


def _release(world: World) -> Steps:
    return (reach(world, Stage.RELEASABLE).step(world, "release"),)


def _refund(world: World) -> Steps:
    return (reach(world, Stage.RELEASABLE, JobKind.METERED).step(world, "refund"),)


def _sweep_fee(world: World) -> Steps:
    return (reach(world, Stage.FINAL).step(world, "sweep_fee"),)


def _close_job(world: World) -> Steps:
    return (reach(world, Stage.SWEPT).step(world, "close_job"),)


def _close_member(world: World) -> Steps:
    job = reach(world, Stage.JOINED)
    world.accept(job.step(world, "end_job"))
    world.at(world.now + VALID_FOR)
    return (job.step(world, "close_job"),)


EXAMPLES = (
    Example("initialize_config", "initialize_config", _initialize_config),
    Example("update_config", "update_config", _update_config),
    Example("set_mint", "set_mint", _set_mint),
    Example("propose_authority", "propose_authority", _propose_authority),
    Example("accept_authority", "accept_authority", _accept_authority),
    Example("pause", "pause", _pause),
    Example("unpause", "unpause", _unpause),
    Example("post_offer", "post_offer", _post_offer),
    Example("update_offer", "update_offer", _update_offer),
    Example("open_cluster", "open_cluster", _open_cluster),
    Example("close_cluster", "close_cluster", _close_cluster),
    Example("open_job", "open_job", _open_job),
    Example("open_job of a member", "open_job", _open_member),
    Example("accept_job", "accept_job", _accept_job),
    Example("accept_job of the last member", "accept_job", _accept_last),
    Example("decline_job", "decline_job", _decline_job),
    Example("decline_job of a member", "decline_job", _decline_member),
    Example("extend_job", "extend_job", _extend_job),
    Example("settle_job", "settle_job", _settle_job),
    Example("settle_job of a member", "settle_job", _settle_member),
    Example("settle_voucher", "settle_voucher", _settle_voucher),
    Example("submit_result", "submit_result", _submit_result),
    Example("end_job", "end_job", _end_job),
    Example("quit_job", "quit_job", _quit_job),
    Example("expire_job", "expire_job", _expire_job),
    Example("release", "release", _release),
    Example("refund", "refund", _refund),
    Example("sweep_fee", "sweep_fee", _sweep_fee),
    Example("close_job", "close_job", _close_job),
    Example("close_job of a member", "close_job", _close_member),
)
