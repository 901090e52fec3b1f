"""Every instruction in every window of an epoch does what the table says, and no more."""

from __future__ import annotations

import pytest
from solders.instruction import Instruction

from ionet.localnet.clock import SLOT_HASHES
from ionet.programs.verification import errors
from ionet.programs.verification.constants import EPOCH_SECONDS
from ionet.programs.verification.interface import INSTRUCTIONS
from tests.verification.harness.cast import ATTESTORS, CAROL
from tests.verification.harness.examples import EXAMPLES, Example
from tests.verification.harness.rounds import (
    UNTIL_SEED,
    Ballot,
    ballots,
    post_answers,
    rearm_epoch,
    seed_epoch,
    start,
    tally,
)
from tests.verification.harness.world import GENESIS, World, epoch_account, open_epoch
from tests.verification.phases import COLUMNS, TABLE, Progress, Window

EPOCH = 1
STARTS_AT = GENESIS + EPOCH_SECONDS
SECONDS = [
    pytest.param(window, second, id=f"{window.name}-{second}")
    for window in Window
    for second in (window.value[0], window.value[0] + 1, window.value[1])
]
FORWARD = [second for window in list(Window)[1:] for second in window.value]
_BLOCK_OF_SEED = {Progress.ARMED: 0, Progress.READY: UNTIL_SEED, Progress.LOST: SLOT_HASHES + 90}
"""How many slots ago S was."""


def _turn_to(world: World, second: int) -> None:
    moment = STARTS_AT + second
    _ = world.at(moment) if moment >= world.now else world.turn_back(moment)


def _steps(world: World, progress: Progress) -> dict[str, Instruction]:
    """Bring epoch 1 to where it is; return each instruction as it could be sent."""
    ballot, later = Ballot(ATTESTORS[0], EPOCH, 0), Ballot(ATTESTORS[1], EPOCH, 1)
    if progress is Progress.SEEDED:
        ballot, later, _ = ballots(world, start(world))
        world.accept(later.commit())
    elif progress is not Progress.UNOPENED:
        world.accept(open_epoch(EPOCH))
    return {
        "open": open_epoch(EPOCH),
        "rearm": rearm_epoch(EPOCH),
        "seed": seed_epoch(EPOCH),
        "answers": post_answers(EPOCH, CAROL),
        "commit": ballot.commit(),
        "reveal": later.reveal(),
        "tally": tally(world, EPOCH, size=3),
        "miss": ballot.miss(),
    }


@pytest.mark.parametrize(("window", "second"), SECONDS)
@pytest.mark.parametrize("progress", Progress, ids=lambda progress: progress.name)
def test_instruction_in_window(
    world: World, progress: Progress, window: Window, second: int
) -> None:
    steps = _steps(world, progress)
    _turn_to(world, second)
    if progress in _BLOCK_OF_SEED:
        slot = world.vm.now().slot - _BLOCK_OF_SEED[progress]
        world.rewrite(epoch_account(EPOCH), slot=slot)
    before = world.snapshot()
    for column, step in steps.items():
        error = TABLE[progress][window, column]
        if error is None:
            world.accept(step)
        else:
            world.reject(getattr(errors, error), step)
        world.restore(before)


def test_table_names_every_instruction_that_an_epoch_bounds() -> None:
    bounded = {
        "open_epoch",
        *(
            name
            for name, info in INSTRUCTIONS.items()
            if any(account.name == "epoch" for account in info.accounts)
        ),
    }
    assert {name.partition("_")[0] for name in bounded} == {
        {"answers": "post", "miss": "record"}.get(column, column) for column in COLUMNS
    }
    for cells in TABLE.values():
        assert set(cells) == {(window, column) for window in Window for column in COLUMNS}
        assert all(error is None or hasattr(errors, error) for error in cells.values())


_AT_ANY_TIME = [
    example
    for example in EXAMPLES
    if not any(account.name == "epoch" for account in INSTRUCTIONS[example.instruction].accounts)
    and example.instruction not in ("initialize_config", "withdraw_bond")
]


@pytest.mark.parametrize("second", FORWARD)
@pytest.mark.parametrize("example", _AT_ANY_TIME, ids=lambda example: example.name)
def test_all_others_work_at_any_time(world: World, example: Example, second: int) -> None:
    step = example.make(world)
    world.at(max(world.now, STARTS_AT + second)).accept(step)
