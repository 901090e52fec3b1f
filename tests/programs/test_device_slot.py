"""Which device a job's instructions take, and that no exit depends on it (docs/adr/011).

The state matrix once more: with the device's account gone, or unseen and given back. Only a start
and a running rental read it, and neither's device can be closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from ionet.programs.escrow import errors
from ionet.programs.escrow.enums import JobKind, JobState
from ionet.programs.escrow.interface import INSTRUCTIONS
from tests.harness.metas import substitute
from tests.programs.harness.columns import INSTRUCTION_OF, steps_of
from tests.programs.harness.devices import FIRST_EPOCH
from tests.programs.harness.guard import guards
from tests.programs.harness.stages import Stage, reach
from tests.programs.harness.world import GPU_1, GPU_2, World
from tests.programs.transitions import COLUMNS, TABLE

_RUNNING: Final = (Stage.ACTIVE, Stage.ELAPSED, Stage.STARTED, Stage.STARTED_ELAPSED)
"""Written as running, or running since the cluster started."""
_ASKING: Final = (Stage.OPEN, Stage.FAILED)
"""In which an accept comes as far as asking for the device."""


def _close(world: World) -> None:
    world.remove(GPU_1.device)


def _vanish(world: World) -> None:
    world.change_device(GPU_1, ring=bytes(128), active_until=FIRST_EPOCH)


EACH_LOSS = pytest.mark.parametrize(
    ("lose", "error"), [(_close, "WrongAccountOwner"), (_vanish, "DeviceNotEligible")]
)
EACH_STAGE = pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.name)
EACH_KIND = pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.name)


def _reads_device(kind: JobKind, stage: Stage) -> bool:
    return kind is JobKind.RENTAL and stage in _RUNNING


@EACH_LOSS
@EACH_STAGE
@EACH_KIND
def test_lost_device_changes_nothing_but_starts_and_running_rentals(
    world: World, kind: JobKind, stage: Stage, lose: Callable[[World], None], error: str
) -> None:
    job = reach(world, stage, kind)
    steps = {column: steps_of(world, job, column) for column in COLUMNS}
    lose(world)
    lost = world.snapshot()
    for column in COLUMNS:
        world.restore(lost)
        expected = TABLE[kind][stage, column]
        if column == "accept" and stage in _ASKING:
            expected = error
        elif _reads_device(kind, stage):
            if lose is _vanish:
                continue  # counts less, which test_seen_time.py tells
            expected = "WrongAccountOwner"
        if hasattr(errors, expected):
            world.reject(getattr(errors, expected), *steps[column])
            continue
        world.accept(*steps[column])
        if expected == "CLOSED":
            assert not world.exists(job.address)
        else:
            assert world.job(job.address).state is JobState[expected]


@guards(errors.WrongDevice)
@pytest.mark.parametrize(
    "stage", [stage for stage in Stage if stage is not Stage.CLOSED], ids=lambda stage: stage.name
)
@EACH_KIND
def test_another_device_rejects_in_every_stage(world: World, kind: JobKind, stage: Stage) -> None:
    """Even where the record is not read: who indexes jobs by device is never misled."""
    job = reach(world, stage, kind)
    for column in COLUMNS:
        *before, step = steps_of(world, job, column)
        accounts = INSTRUCTIONS[INSTRUCTION_OF[column]].accounts
        place = [account.name for account in accounts].index("device")
        for device in (GPU_2.device, GPU_1.device_key.pubkey, GPU_1.address, job.address):
            world.reject(errors.WrongDevice, *before, substitute(step, {place: device}))
