"""One valid transaction of every instruction, or more where an account can play two parts.

Each is made in a world with bystanders: other devices and attestors, the report of another range,
another epoch, another provider's answers. Their accounts are what attackers would pass instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from solders.account import Account
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.localnet.actors import GOVERNANCE, GUARDIAN, Actor
from ionet.localnet.clock import SLOT_HASHES
from ionet.localnet.rent import minimum_balance
from ionet.programs.escrow.accounts import Offer
from ionet.programs.escrow.constants import ACCOUNT_VERSION as ESCROW_VERSION
from ionet.programs.escrow.constants import PROGRAM_ID as ESCROW
from ionet.programs.escrow.enums import GpuClass
from ionet.programs.escrow.pdas import find_offer
from ionet.programs.verification import instructions
from ionet.programs.verification.constants import COMMIT_WINDOW, MISS_EPOCHS, REVEAL_DEADLINE
from tests.verification.harness.cast import (
    ATTESTORS,
    CAROL,
    DAVE,
    GPU_1,
    GPU_3,
    IDLE,
    NEW,
    Gpu,
    attestor_of,
)
from tests.verification.harness.rounds import (
    UNTIL_SEED,
    Ballot,
    ballots,
    commit_all,
    post_answers,
    rearm_epoch,
    report_all,
    seed_epoch,
    start,
    tally,
)
from tests.verification.harness.world import (
    BOND,
    CONFIG,
    DEPOSIT,
    EPOCH_RING,
    REGISTRY,
    World,
    initialize,
    join,
    open_epoch,
    open_report,
    withdraw,
)

Steps = tuple[Instruction, ...]
NOBODY = Pubkey.default()


@dataclass(frozen=True, slots=True)
class Example:
    """A valid transaction.

    Attributes:
        name: The instruction's, and what is special about the example.
        prepare: Brings the world to where the instruction is valid and builds it.
    """

    name: str
    prepare: Callable[[World], Instruction]

    @property
    def instruction(self) -> str:
        """The instruction's name."""
        return self.name.partition(" ")[0]

    def make(self, world: World) -> Instruction:
        """Prepare the world with its bystanders, and build the instruction."""
        if self.instruction != "initialize_config":
            world.accept(open_report(1, 0))
        return self.prepare(world)


def put_offer(world: World, gpu: Gpu, *, live_job: Pubkey = NOBODY) -> None:
    """Put the escrow's offer of a device where it belongs."""
    zeros = {field.name: 0 for field in fields(Offer)}
    record = {
        **zeros,
        "version": ESCROW_VERSION,
        "bump": find_offer(gpu.address)[1],
        "class_": GpuClass.H100,
        "provider": gpu.owner.pubkey,
        "device": gpu.address,
        "mint": NOBODY,
        "live_job": live_job,
    }
    data = Offer(**record).encode()  # type: ignore[arg-type]  # fields by name
    world.vm.set_account(gpu.offer, Account(minimum_balance(len(data)), data, ESCROW))


def first_ballot(world: World) -> Ballot:
    """Start the epoch; return the ballot of the member at place 0."""
    return ballots(world, start(world))[0]


def _initialize_config(world: World) -> Instruction:
    for address in (CONFIG, REGISTRY, EPOCH_RING):
        world.remove(address)
    return initialize(genesis=world.now + 3_600)


def _update_config(world: World) -> Instruction:
    return instructions.update_config(
        authority=GOVERNANCE.pubkey,
        guardian=DAVE.pubkey,
        committee_size=9,
        min_attestors=5,
        attestor_bond=BOND + 1,
        activation_deposit=DEPOSIT + 1,
    )


def _propose_authority(world: World) -> Instruction:
    return instructions.propose_authority(authority=GOVERNANCE.pubkey, new_authority=CAROL.pubkey)


def _accept_authority(world: World) -> Instruction:
    world.accept(_propose_authority(world))
    return instructions.accept_authority(pending_authority=CAROL.pubkey)


def _pause(world: World) -> Instruction:
    return instructions.pause(guardian=GUARDIAN.pubkey, flags=7)


def _unpause(world: World) -> Instruction:
    world.accept(_pause(world))
    return instructions.unpause(authority=GOVERNANCE.pubkey)


def _activate_from_queue(world: World) -> Instruction:
    """Two indexes are free; the first to be freed is the first to be taken."""
    world.accept(world.deactivate(GPU_3))
    world.accept(world.deactivate(GPU_1))
    return world.activate(IDLE)


def _deregister_with_offer(world: World) -> Instruction:
    put_offer(world, IDLE)
    return IDLE.deregister()


def remember(
    world: World, attestor: Actor, *, missed: Iterable[int], revealed: Iterable[int] = ()
) -> None:
    """Let an attestor have missed and revealed one report in each of some epochs."""
    epochs, misses, reveals = [0] * 32, [0] * 32, [0] * 32
    for counts, numbers in ((misses, missed), (reveals, revealed)):
        for number in numbers:
            epochs[number % 32] = number
            counts[number % 32] = 1
    world.rewrite(
        attestor_of(attestor), epochs=tuple(epochs), missed=tuple(misses), revealed=tuple(reveals)
    )


def _evict_attestor(world: World) -> Instruction:
    world.to(0, epoch=9)
    remember(world, ATTESTORS[1], missed=(1, 3, 5, 8))
    return world.evict(ATTESTORS[1])


def _withdraw_bond(world: World) -> Instruction:
    world.accept(world.exit(ATTESTORS[4]))
    world.to(0, epoch=world.epoch + 1 + MISS_EPOCHS)
    return withdraw(ATTESTORS[4])


def _open_epoch_again(world: World) -> Instruction:
    start(world)
    world.to(0, epoch=33)
    return open_epoch(33)


def _rearm_epoch(world: World) -> Instruction:
    world.accept(open_epoch(1))
    world.vm.advance_slots(UNTIL_SEED + SLOT_HASHES)
    return rearm_epoch(1)


def _seed_epoch(world: World) -> Instruction:
    world.accept(open_epoch(1))
    world.vm.advance_slots(UNTIL_SEED)
    return seed_epoch(1)


def _post_answers(world: World) -> Instruction:
    number = start(world)
    world.accept(post_answers(number, DAVE))
    return post_answers(number, CAROL)


def _post_answers_again(world: World) -> Instruction:
    world.accept(_post_answers(world))
    world.to(0, epoch=2)
    return post_answers(start(world), CAROL, devices=3)


def _reveal_report(world: World) -> Instruction:
    ballot = first_ballot(world)
    world.accept(ballot.commit())
    world.to(COMMIT_WINDOW)
    return ballot.reveal()


def _tally(world: World) -> Instruction:
    return tally(world, report_all(world))


def _record_miss(world: World) -> Instruction:
    ballot = first_ballot(world)
    commit_all(world, [ballot])
    world.to(REVEAL_DEADLINE)
    return ballot.miss()


EXAMPLES = (
    Example("initialize_config", _initialize_config),
    Example("update_config", _update_config),
    Example("propose_authority", _propose_authority),
    Example("accept_authority", _accept_authority),
    Example("pause", _pause),
    Example("unpause", _unpause),
    Example("register_device", lambda world: NEW.register()),
    Example("activate_device", lambda world: world.activate(IDLE)),
    Example("activate_device from the queue", _activate_from_queue),
    Example("deactivate_device", lambda world: world.deactivate(GPU_1)),
    Example("deregister_device", lambda world: IDLE.deregister()),
    Example("deregister_device with an offer", _deregister_with_offer),
    Example("heartbeat", lambda world: GPU_1.heartbeat()),
    Example("join_attestor", lambda world: join(ATTESTORS[5])),
    Example("exit_attestor", lambda world: world.exit(ATTESTORS[1])),
    Example("exit_attestor from the last seat", lambda world: world.exit(ATTESTORS[4])),
    Example("evict_attestor", _evict_attestor),
    Example("withdraw_bond", _withdraw_bond),
    Example("open_epoch", lambda world: open_epoch(1)),
    Example("open_epoch again", _open_epoch_again),
    Example("rearm_epoch", _rearm_epoch),
    Example("seed_epoch", _seed_epoch),
    Example("post_answers", _post_answers),
    Example("post_answers again", _post_answers_again),
    Example("open_report", lambda world: open_report(0, 3)),
    Example("commit_report", lambda world: first_ballot(world).commit()),
    Example("reveal_report", _reveal_report),
    Example("tally", _tally),
    Example("record_miss", _record_miss),
)
BY_NAME = {example.name: example for example in EXAMPLES}
