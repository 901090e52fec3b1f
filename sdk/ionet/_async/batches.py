"""Many instructions that do not depend on each other, in as few transactions as fit."""

from __future__ import annotations

from collections.abc import Sequence

from solders.instruction import Instruction

from ionet._async.network import AsyncNetwork
from ionet.errors import IonetError
from ionet.results import Landed
from ionet.tx import pack


async def land_each(
    network: AsyncNetwork, steps: Sequence[Instruction], *, done: type[IonetError]
) -> tuple[list[Landed], list[IonetError]]:
    """Land every instruction; one that fails holds up no other. Only the payer signs.

    Args:
        network: The network.
        steps: The instructions.
        done: What the program says when somebody was quicker, which is no failure.

    Returns:
        What landed, and what failed.
    """
    landed: list[Landed] = []
    failures: list[IonetError] = []
    if not steps:
        return landed, failures
    waiting = pack(await network.sender.build([], []), [[step] for step in steps])
    while waiting:
        group = waiting.pop(0)
        try:
            landed.append(await network.land(group))
        except done:
            # One of them is done, which fails all: each again by itself.
            if len(group) > 1:
                waiting[:0] = [(step,) for step in group]
        except IonetError as error:
            if len(group) > 1:
                waiting[:0] = [(step,) for step in group]
            else:
                failures.append(error)
    return landed, failures
