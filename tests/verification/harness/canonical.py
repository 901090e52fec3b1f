"""Steps that are measured: on addresses whose bump is 255, so that no figure depends on luck.

Each bump that has to be passed over costs what creates an account about 400 CU more (ADR 006).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import count

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.localnet.actors import Actor
from ionet.programs.escrow.pdas import find_offer
from ionet.programs.verification.pdas import (
    find_answers,
    find_attestor,
    find_device,
    find_free_index,
    find_report,
)
from tests.verification.harness.cast import ATTESTORS, DAVE, GPU_1, NEW, Gpu
from tests.verification.harness.examples import BY_NAME
from tests.verification.harness.rounds import post_answers, start
from tests.verification.harness.world import REGISTRY, World, join, open_report


def _first(find: Callable[[Pubkey], tuple[Pubkey, int]], name: str) -> Actor:
    """Return the first actor of a name whose derived address has the bump 255."""
    actors = (Actor.named(f"{name}-{number}") for number in count())
    return next(actor for actor in actors if find(actor.pubkey)[1] == 255)


def canonical(world: World, name: str) -> Instruction:
    """Return an example, on an address with the bump 255 where it creates one of many."""
    if name == "register_device":
        device = replace(NEW, key=_first(find_device, "canonical-gpu"))
        world.introduce(device.key)
        return device.register()
    if name == "deregister_device":
        idle = _first(lambda key: find_offer(find_device(key)[0]), "canonical-offer")
        device = replace(NEW, key=idle)
        world.introduce(idle)
        world.accept(device.register())
        return device.deregister()
    if name == "join_attestor":
        return join(next(actor for actor in ATTESTORS[5:] if find_attestor(actor.pubkey)[1] == 255))
    if name == "post_answers":
        provider = _first(find_answers, "canonical-provider")
        world.introduce(provider)
        return post_answers(start(world), provider)
    if name == "deactivate_device":
        number = next(number for number in count() if find_free_index(number)[1] == 255)
        world.rewrite(REGISTRY, free_head=number, free_tail=number)
        return world.deactivate(GPU_1)
    if name == "open_report":
        return open_report(next(n for n in count() if find_report(n, 20)[1] == 255), 20)
    return BY_NAME[name].make(world)


@cache
def large_world(size: int) -> World:
    """A committee of this size and twenty devices that count from epoch 2 on."""
    world = World(seats=21, committee_size=size)
    for gpu in many_devices():
        world.introduce(gpu.key)
        world.accept(gpu.register())
        world.accept(world.activate(gpu))
    world.to(0, epoch=2).keep()
    return world


def many_devices() -> list[Gpu]:
    """Return the twenty devices of a large world, in the order of their indexes."""
    return [Gpu(DAVE, Actor.named(f"of-many-{number}")) for number in range(20)]
