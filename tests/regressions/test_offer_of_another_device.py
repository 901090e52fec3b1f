"""An offer is for one device: other hardware under its key takes no job (docs/adr/009, 011)."""

from __future__ import annotations

from typing import Any

import pytest

from ionet.programs.escrow import errors
from tests.programs.harness.jobs import JobRef
from tests.programs.harness.world import GPU_1, World


@pytest.mark.parametrize(
    "changes",
    [
        {"processors": 1, "registered_slot": 1},
        {"vram_gib": 24, "registered_slot": 1},
        {"fingerprint": b"\1" * 32, "registered_slot": 1},
    ],
    ids=["fewer processors", "less memory", "another fingerprint"],
)
def test_other_hardware_registered_anew_takes_no_job(
    market: World, changes: dict[str, Any]
) -> None:
    """Rate, counters and the client's terms are those of the device that was there first."""
    job = JobRef()
    market.accept(job.open(market))
    market.register(GPU_1, **changes)
    market.reject(errors.DeviceChanged, job.step(market, "accept_job"))
