"""What devices, attestors and epochs cost on-chain: exact figures, equal on every machine.

Addresses have the bump 255, as in ``costs``. Each instruction is brought to where it is valid by
the harness of the program's tests, alone in its transaction. Committees have nine members, as on
the public network; ``_of_21`` marks the largest there can be.
"""

from __future__ import annotations

from solders.instruction import Instruction

from ionet.localnet.rent import minimum_balance
from ionet.programs.verification.accounts import Answers, Attestor, Device, Epoch, Report
from ionet.programs.verification.constants import COMMIT_WINDOW, REVEAL_DEADLINE
from tests.verification.harness.canonical import canonical, large_world, many_devices
from tests.verification.harness.rounds import ballots, report_all, start, tally
from tests.verification.harness.world import World

_PACKET = 1_232
_MEMBERS = 9
_MOST_MEMBERS = 21
_ALONE = (
    "register_device",
    "activate_device",
    "activate_device from the queue",
    "deactivate_device",
    "deregister_device",
    "heartbeat",
    "join_attestor",
    "exit_attestor",
    "evict_attestor",
    "withdraw_bond",
    "open_epoch",
    "open_epoch again",
    "rearm_epoch",
    "seed_epoch",
    "post_answers",
    "post_answers again",
    "open_report",
)
"""Examples whose cost does not depend on the committee."""
_KINDS = (Device, Attestor, Epoch, Report, Answers)


def measure() -> dict[str, int]:
    """Return every exact figure by name."""
    figures: dict[str, int] = {}
    world = World()
    for name in _ALONE:
        world.restore()
        step = canonical(world, name)
        key = name.replace(" ", "_")
        figures |= {f"{key}_{unit}": value for unit, value in _costs(world, step).items()}
    for size in (_MEMBERS, _MOST_MEMBERS):
        suffix = "" if size == _MEMBERS else f"_of_{size}"
        figures |= {
            f"{name}{suffix}_{unit}": value
            for name, units in (*_reports(size).items(), ("tally", _tally(size)))
            for unit, value in units.items()
        }
    for kind in _KINDS:
        figures[f"rent_of_{kind.__name__.lower()}_lamports"] = minimum_balance(kind.LENGTH)
    return figures


def _costs(world: World, step: Instruction) -> dict[str, int]:
    return {
        "tx_bytes": len(bytes(world.sign([step]))),
        "cu": world.accept(step).units_consumed,
    }


def _reports(size: int) -> dict[str, dict[str, int]]:
    """Measure what a member of a committee does, and what is done about one that did nothing."""
    world = large_world(size)
    world.restore()
    *_, silent, ballot = ballots(world, start(world))
    commit = _costs(world, ballot.commit())
    world.to(COMMIT_WINDOW)
    reveal = _costs(world, ballot.reveal())
    world.to(REVEAL_DEADLINE)
    miss = _costs(world, silent.miss())
    return {"commit_report": commit, "reveal_report": reveal, "record_miss": miss}


def _tally(size: int) -> dict[str, int]:
    """Measure a tally of as many devices as a packet holds, all members having revealed."""
    world, devices = large_world(size), many_devices()
    world.restore()
    number = report_all(world, codes=(2,) * (3 + len(devices)))
    steps = [tally(world, number, devices[:held]) for held in range(1, len(devices) + 1)]
    fitting = [step for step in steps if len(bytes(world.sign([step]))) <= _PACKET]
    costs = _costs(world, fitting[-1])
    return {**costs, "devices": len(fitting), "cu_per_device": -(-costs["cu"] // len(fitting))}
