"""Every instruction in every stage of every kind of job does what the table says, and no more."""

from __future__ import annotations

import pytest

from ionet.programs.escrow import errors
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.programs.escrow.interface import INSTRUCTIONS
from tests.programs.harness.columns import INSTRUCTION_OF, steps_of
from tests.programs.harness.jobs import JobRef
from tests.programs.harness.stages import Stage, reach
from tests.programs.harness.world import World
from tests.programs.transitions import COLUMNS, TABLE


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.name)
@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)
def test_instruction_in_stage(world: World, kind: JobKind, stage: Stage, column: str) -> None:
    job = reach(world, stage, kind)
    expected = TABLE[kind][stage, column]
    steps = steps_of(world, job, column)
    if hasattr(errors, expected):
        world.reject(getattr(errors, expected), *steps)
        return
    world.accept(*steps)
    account = world.vm.get_account(job.address)
    if expected == "CLOSED":
        assert account is None
        assert world.vm.get_account(job.vault) is None
    else:
        assert world.job(job.address).state is JobState[expected]


def test_table_names_every_pair_of_kind_stage_and_job_instruction() -> None:
    acting_on_jobs = {
        name
        for name, info in INSTRUCTIONS.items()
        if any(account.name == "job" for account in info.accounts)
    }
    assert acting_on_jobs - {"open_job"} == set(INSTRUCTION_OF.values())
    for kind in JobKind:
        assert set(TABLE[kind]) == {(stage, column) for stage in Stage for column in COLUMNS}
    for outcome in {outcome for cells in TABLE.values() for outcome in cells.values()}:
        assert hasattr(errors, outcome) or outcome == "CLOSED" or outcome in JobState.__members__


@pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.name)
@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)
def test_opening_again_rejects_while_the_job_exists(
    world: World, kind: JobKind, stage: Stage
) -> None:
    job = reach(world, stage, kind)
    again = JobRef(id=job.id, kind=kind)
    if stage is Stage.CLOSED:
        world.accept(again.open(world))
    else:
        world.reject(errors.AlreadyInUse, again.open(world))
