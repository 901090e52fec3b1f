"""Config, authority and pause: who may change what, and what no change can touch."""

from __future__ import annotations

from typing import Any

import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.localnet.actors import GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, Actor
from ionet.programs.verification import errors, instructions
from ionet.programs.verification.constants import FOREVER, PAUSE_DURATION
from tests.verification.harness.cast import ATTESTORS, CAROL, DAVE, GPU_1, IDLE, MALLORY, NEW
from tests.verification.harness.examples import BY_NAME, EXAMPLES, NOBODY, Example
from tests.verification.harness.guard import guards
from tests.verification.harness.world import (
    BOND,
    CONFIG,
    DEPOSIT,
    EPOCH_RING,
    REGISTRY,
    SOL,
    World,
    initialize,
    join,
)

REGISTER, ACTIVATE, JOIN = 1, 2, 4
DAY = 86_400
BOUNDS: list[tuple[str, type[errors.VerificationError], list[int], list[int]]] = [
    ("committee_size", errors.InvalidCommitteeSize, [1, 21], [0, 22, 255]),
    ("min_attestors", errors.InvalidMinAttestors, [1, 21], [0, 22, 255]),
    ("attestor_bond", errors.InvalidBond, [SOL, 10_000 * SOL], [0, SOL - 1, 10_000 * SOL + 1]),
    (
        "activation_deposit",
        errors.InvalidDeposit,
        [SOL // 1_000, 100 * SOL],
        [0, SOL // 1_000 - 1, 100 * SOL + 1],
    ),
]
EACH_PARAMETER = pytest.mark.parametrize(
    ("name", "error", "allowed", "refused"), BOUNDS, ids=[name for name, *_ in BOUNDS]
)


def _update(**changes: Any) -> Instruction:
    arguments: dict[str, Any] = {
        "authority": GOVERNANCE.pubkey,
        "guardian": GUARDIAN.pubkey,
        "committee_size": 3,
        "min_attestors": 2,
        "attestor_bond": BOND,
        "activation_deposit": DEPOSIT,
    }
    return instructions.update_config(**{**arguments, **changes})


def _pause(flags: int, by: Pubkey = GUARDIAN.pubkey) -> Instruction:
    return instructions.pause(guardian=by, flags=flags)


def _unpause(by: Pubkey = GOVERNANCE.pubkey) -> Instruction:
    return instructions.unpause(authority=by)


def _propose(authority: Pubkey, new: Pubkey) -> Instruction:
    return instructions.propose_authority(authority=authority, new_authority=new)


def _accept_authority(pending: Pubkey) -> Instruction:
    return instructions.accept_authority(pending_authority=pending)


def _uninitialised(world: World) -> None:
    for address in (CONFIG, REGISTRY, EPOCH_RING):
        world.remove(address)


@guards(errors.NotGenesisAuthority, errors.ZeroAddress, errors.AlreadyInUse)
def test_singletons_are_created_once_by_the_genesis_authority(world: World) -> None:
    world.reject(errors.AlreadyInUse, initialize(genesis=world.now + DAY))
    _uninitialised(world)
    for actor in (GOVERNANCE, MALLORY):
        step = initialize(genesis=world.now + DAY, genesis_authority=actor.pubkey)
        world.reject(errors.NotGenesisAuthority, step)
    for role in ("authority", "guardian"):
        step = initialize(genesis=world.now + DAY, **{role: NOBODY})
        world.reject(errors.ZeroAddress, step)
    world.accept(initialize(genesis=world.now + DAY))
    assert GENESIS_AUTHORITY.pubkey not in (world.config().authority, world.config().guardian)


@pytest.mark.parametrize("survivor", [CONFIG, REGISTRY, EPOCH_RING], ids=["config", "reg", "ring"])
def test_one_singleton_that_exists_keeps_the_others_from_being_made(
    world: World, survivor: Pubkey
) -> None:
    """Nothing is created before everything is checked, and a failure undoes all."""
    for address in (CONFIG, REGISTRY, EPOCH_RING):
        if address != survivor:
            world.remove(address)
    world.reject(errors.AlreadyInUse, initialize(genesis=world.now + DAY))


@guards(errors.GenesisNotAhead)
def test_genesis_lies_ahead_by_at_most_366_days(world: World) -> None:
    _uninitialised(world)
    for offset in (-(2**40), -1, 0, 366 * DAY + 1, 2**40):
        world.reject(errors.GenesisNotAhead, initialize(genesis=world.now + offset))
    for limit in (-(2**63), 2**63 - 1):
        world.reject(errors.GenesisNotAhead, initialize(genesis=limit))
    base = world.snapshot()
    for offset in (1, 366 * DAY):
        world.restore(base)
        world.accept(initialize(genesis=world.now + offset))


@guards(
    errors.InvalidCommitteeSize,
    errors.InvalidMinAttestors,
    errors.InvalidBond,
    errors.InvalidDeposit,
)
def test_parameters_are_bounded_at_creation_and_update_alike(world: World) -> None:
    for name, error, _, refused in BOUNDS:
        for value in refused:
            world.reject(error, _update(**{name: value}))
    _uninitialised(world)
    for name, error, _, refused in BOUNDS:
        for value in refused:
            world.reject(error, initialize(genesis=world.now + DAY, **{name: value}))


@EACH_PARAMETER
def test_parameters_may_be_at_their_bounds(
    world: World,
    name: str,
    error: type[errors.VerificationError],
    allowed: list[int],
    refused: list[int],
) -> None:
    for value in allowed:
        world.accept(_update(**{name: value}))
        assert getattr(world.config(), name) == value


@guards(errors.ZeroAddress)
def test_guardian_cannot_be_nobody(world: World) -> None:
    world.reject(errors.ZeroAddress, _update(guardian=NOBODY))


@guards(errors.NotAuthority)
@pytest.mark.parametrize("signer", [GUARDIAN, MALLORY, CAROL], ids=lambda actor: actor.name)
def test_guardian_and_strangers_have_no_authority(world: World, signer: Actor) -> None:
    by = signer.pubkey
    world.accept(_propose(GOVERNANCE.pubkey, CAROL.pubkey))
    world.accept(_pause(REGISTER))
    for step in (_update(authority=by), _propose(by, by), _unpause(by)):
        world.reject(errors.NotAuthority, step)


@guards(errors.NotPendingAuthority, errors.NotAuthority)
def test_authority_changes_in_two_steps(world: World) -> None:
    world.reject(errors.NotPendingAuthority, _accept_authority(CAROL.pubkey))
    world.accept(_propose(GOVERNANCE.pubkey, CAROL.pubkey))
    for other in (DAVE, GOVERNANCE):
        world.reject(errors.NotPendingAuthority, _accept_authority(other.pubkey))
    world.accept(_propose(GOVERNANCE.pubkey, NOBODY))  # withdrawn
    world.reject(errors.NotPendingAuthority, _accept_authority(CAROL.pubkey))
    world.accept(_propose(GOVERNANCE.pubkey, CAROL.pubkey))
    world.accept(_accept_authority(CAROL.pubkey))
    assert (world.config().authority, world.config().pending_authority) == (CAROL.pubkey, NOBODY)
    world.reject(errors.NotAuthority, _update())
    world.accept(_update(authority=CAROL.pubkey))


@guards(errors.NotGuardian, errors.InvalidPauseFlags)
def test_guardian_or_authority_pauses_known_entries(world: World) -> None:
    for actor in (MALLORY, CAROL):
        world.reject(errors.NotGuardian, _pause(REGISTER, actor.pubkey))
    for flags in (0, 8, 9, 128, 255):
        world.reject(errors.InvalidPauseFlags, _pause(flags))
    world.accept(_pause(JOIN, GOVERNANCE.pubkey))
    assert world.config().pause_flags == JOIN


@guards(errors.EntriesPaused)
@pytest.mark.parametrize("flag", [REGISTER, ACTIVATE, JOIN])
def test_each_flag_stops_its_own_entry_until_the_pause_ends(world: World, flag: int) -> None:
    steps = {
        REGISTER: lambda: NEW.register(),
        ACTIVATE: lambda: world.activate(IDLE),
        JOIN: lambda: join(ATTESTORS[5]),
    }
    world.accept(_pause(flag))
    until = world.config().paused_until
    assert until == world.now + PAUSE_DURATION
    for other in steps.keys() - {flag}:
        world.accept(steps[other]())
    world.reject(errors.EntriesPaused, steps[flag]())
    world.at(until - 1).reject(errors.EntriesPaused, steps[flag]())
    world.at(until).accept(steps[flag]())


@guards(errors.PauseTooSoon, errors.NotPaused)
def test_pause_ends_by_itself_and_rests_as_long(world: World) -> None:
    world.reject(errors.NotPaused, _unpause())
    world.accept(_pause(7))
    until = world.config().paused_until
    world.reject(errors.PauseTooSoon, _pause(7))
    world.at(until).reject(errors.NotPaused, _unpause())
    world.at(until + PAUSE_DURATION - 1).reject(errors.PauseTooSoon, _pause(7))
    world.at(until + PAUSE_DURATION).accept(_pause(7))
    world.accept(_unpause())
    world.reject(errors.NotPaused, _unpause())
    lifted = world.config().paused_until
    world.at(lifted + PAUSE_DURATION - 1).reject(errors.PauseTooSoon, _pause(7))
    world.at(lifted + PAUSE_DURATION).accept(_pause(7))


_ENTRIES = ("register_device", "activate_device", "join_attestor")
_CONFIG_ONLY = ("initialize_config", "pause", "unpause")


@pytest.mark.parametrize(
    "example",
    [example for example in EXAMPLES if example.instruction not in (*_ENTRIES, *_CONFIG_ONLY)],
    ids=lambda example: example.name,
)
def test_everything_but_entries_works_under_a_pause(world: World, example: Example) -> None:
    step = example.make(world)
    world.rewrite(CONFIG, pause_flags=7, paused_until=2**62)
    world.accept(step)


def test_bonds_and_deposits_that_were_put_up_stay_as_they_are(world: World) -> None:
    world.accept(_update(attestor_bond=5 * BOND, activation_deposit=9 * DEPOSIT))
    before = world.lamports(CAROL.pubkey)
    world.accept(world.deactivate(GPU_1))
    assert world.lamports(CAROL.pubkey) - before == DEPOSIT
    assert world.attestor(ATTESTORS[0]).bond == BOND
    world.accept(join(ATTESTORS[5]))
    assert world.attestor(ATTESTORS[5]).bond == 5 * BOND


@guards(errors.BeforeGenesis)
def test_nothing_begins_before_genesis(world: World) -> None:
    """A clock that went back behind genesis refuses what counts epochs, and harms nothing."""
    late = []
    for name in ("evict_attestor", "withdraw_bond"):
        late.append(BY_NAME[name].make(world))
        world.restore()
    steps = (
        NEW.register(),
        world.activate(IDLE),
        join(ATTESTORS[5]),
        world.exit(ATTESTORS[0]),
        world.deactivate(GPU_1),
        IDLE.deregister(),
        *late,
    )
    genesis = world.config().genesis
    for step in steps:
        world.turn_back(genesis - 1).reject(errors.BeforeGenesis, step)
    world.turn_back(genesis)
    for step in steps[:3]:
        world.accept(step)
    assert world.device(IDLE).active_until == FOREVER
