"""Config, mints, authority and pause: who may change what, and what no change can touch."""

from __future__ import annotations

from typing import Any

import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.localnet.actors import GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, Actor
from ionet.localnet.setup import CLASS_SLOTS
from ionet.programs.escrow import errors, instructions
from ionet.programs.escrow.constants import MAX_FEE_BPS, MAX_RATE, PAUSE_DURATION
from ionet.programs.escrow.enums import JobKind
from tests.programs.harness.examples import EXAMPLES, Example
from tests.programs.harness.guard import guards
from tests.programs.harness.jobs import HOURS, Gang, JobRef
from tests.programs.harness.stages import Stage, reach
from tests.programs.harness.tokens import token_2022_mint
from tests.programs.harness.world import CAROL, CONFIG, DAVE, FUNDER, GPU_1, MALLORY, World

NOBODY = Pubkey.default()
U64_MAX = (1 << 64) - 1
OPEN, ACCEPT, EXTEND = 1, 2, 4


def _initialize(world: World, **changes: Any) -> Instruction:
    arguments: dict[str, Any] = {
        "payer": FUNDER.pubkey,
        "genesis_authority": GENESIS_AUTHORITY.pubkey,
        "authority": GOVERNANCE.pubkey,
        "guardian": GUARDIAN.pubkey,
        "treasury": world.treasury,
        "genesis_hash": CAROL.pubkey,
        "fee_bps": MAX_FEE_BPS,
    }
    return instructions.initialize_config(**{**arguments, **changes})


def _update(world: World, **changes: Any) -> Instruction:
    arguments: dict[str, Any] = {
        "authority": GOVERNANCE.pubkey,
        "guardian": GUARDIAN.pubkey,
        "treasury": world.treasury,
        "fee_bps": 250,
    }
    return instructions.update_config(**{**arguments, **changes})


def _set_mint(world: World, **changes: Any) -> Instruction:
    arguments: dict[str, Any] = {
        "authority": GOVERNANCE.pubkey,
        "mint": world.usdc,
        "slot": 0,
        "is_accepted": True,
        "min_rates": (0,) * CLASS_SLOTS,
    }
    return instructions.set_mint(**{**arguments, **changes})


def _propose(authority: Pubkey, new: Pubkey) -> Instruction:
    return instructions.propose_authority(authority=authority, new_authority=new)


def _accept_authority(pending: Pubkey) -> Instruction:
    return instructions.accept_authority(pending_authority=pending)


def _pause(flags: int, by: Pubkey = GUARDIAN.pubkey) -> Instruction:
    return instructions.pause(guardian=by, flags=flags)


def _unpause(by: Pubkey = GOVERNANCE.pubkey) -> Instruction:
    return instructions.unpause(authority=by)


@guards(errors.NotGenesisAuthority, errors.ZeroAddress, errors.FeeTooHigh, errors.AlreadyInUse)
def test_config_is_created_once_by_the_genesis_authority(world: World) -> None:
    world.reject(errors.AlreadyInUse, _initialize(world))
    world.remove(CONFIG)
    for actor in (GOVERNANCE, MALLORY):
        step = _initialize(world, genesis_authority=actor.pubkey)
        world.reject(errors.NotGenesisAuthority, step)
    for role in ("authority", "guardian", "treasury"):
        world.reject(errors.ZeroAddress, _initialize(world, **{role: NOBODY}))
    for fee_bps in (MAX_FEE_BPS + 1, 0xFFFF):
        world.reject(errors.FeeTooHigh, _initialize(world, fee_bps=fee_bps))
    world.accept(_initialize(world))
    config = world.config()
    assert (config.fee_bps, config.accepted, config.pause_flags) == (MAX_FEE_BPS, 0, 0)
    assert config.mints == (NOBODY,) * 4
    assert config.genesis_hash == CAROL.pubkey


@guards(errors.NotAuthority)
@pytest.mark.parametrize("signer", [GUARDIAN, MALLORY, CAROL], ids=lambda actor: actor.name)
def test_guardian_and_strangers_have_no_authority(world: World, signer: Actor) -> None:
    by = signer.pubkey
    world.accept(_propose(GOVERNANCE.pubkey, CAROL.pubkey))
    world.accept(_pause(OPEN))
    for step in (
        _update(world, authority=by),
        _set_mint(world, authority=by),
        _propose(by, by),
        _unpause(by),
    ):
        world.reject(errors.NotAuthority, step)


@guards(errors.FeeTooHigh, errors.ZeroAddress)
def test_update_is_held_to_the_same_bounds(world: World) -> None:
    world.reject(errors.FeeTooHigh, _update(world, fee_bps=MAX_FEE_BPS + 1))
    for role in ("guardian", "treasury"):
        world.reject(errors.ZeroAddress, _update(world, **{role: NOBODY}))
    world.accept(_update(world, fee_bps=MAX_FEE_BPS, guardian=CAROL.pubkey))
    assert (world.config().fee_bps, world.config().guardian) == (MAX_FEE_BPS, CAROL.pubkey)
    world.accept(_update(world, fee_bps=0))
    assert world.config().authority == GOVERNANCE.pubkey


@guards(errors.NotPendingAuthority, errors.NotAuthority)
def test_authority_changes_in_two_steps(world: World) -> None:
    world.reject(errors.NotPendingAuthority, _accept_authority(CAROL.pubkey))
    world.accept(_propose(GOVERNANCE.pubkey, CAROL.pubkey))
    world.reject(errors.NotPendingAuthority, _accept_authority(DAVE.pubkey))
    world.reject(errors.NotPendingAuthority, _accept_authority(GOVERNANCE.pubkey))
    assert world.config().authority == GOVERNANCE.pubkey
    world.accept(_propose(GOVERNANCE.pubkey, NOBODY))  # withdrawn
    world.reject(errors.NotPendingAuthority, _accept_authority(CAROL.pubkey))
    world.accept(_propose(GOVERNANCE.pubkey, CAROL.pubkey))
    world.accept(_accept_authority(CAROL.pubkey))
    assert (world.config().authority, world.config().pending_authority) == (CAROL.pubkey, NOBODY)
    world.reject(errors.NotAuthority, _update(world))
    world.accept(_update(world, authority=CAROL.pubkey))


@guards(errors.InvalidMintSlot, errors.UnsupportedMint, errors.InvalidMinimumRate)
def test_mint_slots_hold_one_classic_mint_for_good(world: World) -> None:
    for slot in (4, 5, 255):
        world.reject(errors.InvalidMintSlot, _set_mint(world, slot=slot))
    world.reject(errors.InvalidMintSlot, _set_mint(world, slot=2))  # has slot 0
    world.reject(errors.InvalidMintSlot, _set_mint(world, slot=0, mint=world.io))
    native = Pubkey.from_string("So11111111111111111111111111111111111111112")
    world.put(native, world.account(world.usdc))
    for mint in (native, token_2022_mint(world), MALLORY.pubkey, world.token(CAROL)):
        world.reject(errors.UnsupportedMint, _set_mint(world, slot=2, mint=mint))
    for rate in (MAX_RATE + 1, U64_MAX):
        rates = (*(0,) * (CLASS_SLOTS - 1), rate)
        world.reject(errors.InvalidMinimumRate, _set_mint(world, min_rates=rates))
    world.accept(_set_mint(world, min_rates=(MAX_RATE,) * CLASS_SLOTS, is_accepted=False))
    assert world.config().accepted == 0b10  # the IO mint stays
    assert world.config().min_rates[:CLASS_SLOTS] == (MAX_RATE,) * CLASS_SLOTS
    assert world.config().min_rates[CLASS_SLOTS:] == (0,) * (3 * CLASS_SLOTS)


@guards(errors.InvalidBoolean)
def test_boolean_that_is_neither_0_nor_1_rejects(world: World) -> None:
    step = _set_mint(world)
    for byte in (2, 255):
        data = bytes([*step.data[:9], byte, *step.data[10:]])
        changed = Instruction(step.program_id, data, step.accounts)
        world.reject(errors.InvalidBoolean, changed)
    world.accept(step)


@guards(errors.MintNotAccepted)
def test_refused_mint_stops_new_jobs_and_offers_only(world: World) -> None:
    job = reach(world, Stage.ACTIVE)
    world.accept(_set_mint(world, is_accepted=False))
    world.reject(errors.MintNotAccepted, JobRef(id=2).open(world))
    extension = job.extend(world, duration=HOURS, deposit=GPU_1.rate)
    world.reject(errors.MintNotAccepted, extension)
    world.accept(job.step(world, "end_job"))
    terms: dict[str, Any] = {"rate": 1, "min_duration": 1, "max_duration": 1, "min_charge": 0}
    offer: dict[str, Any] = {"provider": CAROL.pubkey, "offer": GPU_1.address}
    change = instructions.update_offer(**offer, kinds=1, **terms)
    world.reject(errors.MintNotAccepted, change)
    # Withdrawing must always be possible, and keeps the terms.
    world.accept(instructions.update_offer(**offer, kinds=0, **terms))
    assert (world.offer(GPU_1.address).kinds, world.offer(GPU_1.address).rate) == (0, GPU_1.rate)


@guards(errors.NotGuardian, errors.InvalidPauseFlags)
def test_guardian_or_authority_pauses(world: World) -> None:
    world.reject(errors.NotGuardian, _pause(OPEN, CAROL.pubkey))
    for flags in (0, 8, 15, 255):
        world.reject(errors.InvalidPauseFlags, _pause(flags))
    before = world.snapshot()
    for by in (GUARDIAN, GOVERNANCE):
        world.accept(_pause(OPEN | EXTEND, by.pubkey))
        assert world.config().pause_flags == OPEN | EXTEND
        assert world.config().paused_until > world.now
        world.restore(before)


@guards(errors.PauseTooSoon, errors.NotPaused)
@pytest.mark.parametrize("is_lifted", [False, True], ids=["runs out", "is lifted"])
def test_pause_does_not_repeat_until_72_hours_after_it_ended(world: World, is_lifted: bool) -> None:
    world.reject(errors.NotPaused, _unpause())
    world.accept(_pause(OPEN))
    ended = world.config().paused_until
    world.reject(errors.PauseTooSoon, _pause(ACCEPT))
    if is_lifted:
        world.at(ended - 1).accept(_unpause())
        ended -= 1
    world.at(ended).reject(errors.NotPaused, _unpause())
    world.reject(errors.PauseTooSoon, _pause(OPEN))
    world.at(ended + PAUSE_DURATION - 1).reject(errors.PauseTooSoon, _pause(OPEN))
    world.at(ended + PAUSE_DURATION).accept(_pause(OPEN))
    assert world.config().paused_until == ended + 2 * PAUSE_DURATION


@guards(errors.EntriesPaused)
def test_pause_ends_by_itself_at_its_second(world: World) -> None:
    world.accept(_pause(OPEN))
    until = world.config().paused_until
    world.at(until - 1).reject(errors.EntriesPaused, JobRef().open(world))
    world.at(until).accept(JobRef().open(world))


def _entries(world: World) -> dict[int, list[Instruction]]:
    """What each pause flag stops."""
    running = reach(world, Stage.ACTIVE)
    waiting = JobRef(id=2, kind=JobKind.METERED)
    world.accept(running.step(world, "end_job"))
    again = JobRef(id=3)
    world.accept(again.open(world))
    world.accept(again.step(world, "accept_job"))
    world.accept(waiting.open(world))
    extension = again.extend(world, duration=HOURS, deposit=GPU_1.rate)
    return {
        OPEN: [JobRef(id=9).open(world), Gang().open()],
        ACCEPT: [waiting.step(world, "accept_job")],
        EXTEND: [extension],
    }


@guards(errors.EntriesPaused)
@pytest.mark.parametrize("flags", range(1, 8))
def test_each_flag_stops_its_own_entries(world: World, flags: int) -> None:
    entries = _entries(world)
    world.accept(_pause(flags))
    for flag, steps in entries.items():
        for step in steps:
            if flags & flag:
                world.reject(errors.EntriesPaused, step)
            elif flag != ACCEPT:  # its offer is busy, which is checked after the pause
                world.accept(step)


_ENTRIES = {"open_job", "open_cluster", "accept_job", "extend_job"}


@pytest.mark.parametrize(
    "example",
    [
        example
        for example in EXAMPLES
        if example.instruction not in _ENTRIES | {"initialize_config", "pause", "unpause"}
    ],
    ids=lambda example: example.name,
)
def test_everything_but_entries_runs_under_a_full_pause(world: World, example: Example) -> None:
    steps = example.make(world)
    world.accept(_pause(7))
    world.accept(*steps)


def test_config_changes_never_touch_open_jobs(world: World) -> None:
    job = reach(world, Stage.ACTIVE)
    before = world.job(job.address)
    world.accept(_update(world, fee_bps=1_000))
    world.accept(_set_mint(world, min_rates=(MAX_RATE,) * CLASS_SLOTS))
    assert world.job(job.address) == before
    world.accept(job.step(world, "end_job"))
    world.at(world.now + 6 * HOURS).accept(job.step(world, "release"))
    world.accept(job.step(world, "sweep_fee"))
    record = world.job(job.address)
    assert record.fee == record.earned * 250 // 10_000
    assert record.paid + record.fee == record.earned
