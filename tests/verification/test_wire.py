"""Every instruction takes exactly its accounts, their flags and its data; then it is accepted."""

from __future__ import annotations

import pytest
from solders.instruction import AccountMeta, Instruction

from ionet.programs.verification import errors
from ionet.programs.verification.interface import INSTRUCTIONS
from tests.harness.metas import with_data, without_flag
from tests.verification.harness.cast import MALLORY
from tests.verification.harness.examples import EXAMPLES, Example
from tests.verification.harness.guard import guards
from tests.verification.harness.world import World


def _signers(example: Example) -> list[int]:
    accounts = INSTRUCTIONS[example.instruction].accounts
    return [index for index, account in enumerate(accounts) if account.signer]


EACH_EXAMPLE = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


def test_every_instruction_has_an_example() -> None:
    assert {example.instruction for example in EXAMPLES} == set(INSTRUCTIONS)


@EACH_EXAMPLE
def test_example_is_the_instruction_it_names(world: World, example: Example) -> None:
    step = example.make(world)
    info = INSTRUCTIONS[example.instruction]
    assert step.data.startswith(info.discriminator)
    assert len(step.accounts) == len(info.accounts) or info.remaining


@guards(errors.MissingSigner)
@pytest.mark.parametrize(
    "example",
    [example for example in EXAMPLES if _signers(example)],
    ids=lambda example: example.name,
)
def test_dropped_signer_rejects(world: World, example: Example) -> None:
    step = example.make(world)
    for index in _signers(example):
        world.reject(errors.MissingSigner, without_flag(step, index, signer=True))
    world.accept(step)


@guards(errors.NotWritable)
@EACH_EXAMPLE
def test_dropped_write_access_rejects(world: World, example: Example) -> None:
    step = example.make(world)
    for index, account in enumerate(INSTRUCTIONS[example.instruction].accounts):
        if account.writable:
            world.reject(errors.NotWritable, without_flag(step, index, signer=False))
    world.accept(step)


@guards(errors.WrongAccountCount)
@pytest.mark.parametrize(
    "example",
    [example for example in EXAMPLES if not INSTRUCTIONS[example.instruction].remaining],
    ids=lambda example: example.name,
)
def test_another_number_of_accounts_rejects(world: World, example: Example) -> None:
    step = example.make(world)
    accounts = step.accounts
    extra = AccountMeta(MALLORY.pubkey, is_signer=False, is_writable=False)
    for wrong in ([*accounts, extra], [extra, *accounts], accounts[:-1], accounts[1:], []):
        changed = Instruction(step.program_id, step.data, wrong)
        world.reject(errors.WrongAccountCount, changed)
    world.accept(step)


@guards(errors.WrongDataLength, errors.UnknownInstruction)
@EACH_EXAMPLE
def test_another_length_of_data_rejects(world: World, example: Example) -> None:
    step = example.make(world)
    world.reject(errors.WrongDataLength, with_data(step, step.data + b"\0"))
    # Without arguments, one byte less cuts the discriminator.
    has_arguments = bool(INSTRUCTIONS[example.instruction].args)
    short = errors.WrongDataLength if has_arguments else errors.UnknownInstruction
    world.reject(short, with_data(step, step.data[:-1]))
    world.reject(errors.UnknownInstruction, with_data(step, b""))
    world.accept(step)


@guards(errors.UnknownInstruction)
@EACH_EXAMPLE
def test_unknown_discriminator_rejects(world: World, example: Example) -> None:
    step = example.make(world)
    for index in range(8):
        data = bytearray(step.data)
        data[index] ^= 0x80
        world.reject(errors.UnknownInstruction, with_data(step, bytes(data)))
    world.accept(step)


@EACH_EXAMPLE
def test_sent_twice_counts_once(world: World, example: Example) -> None:
    """In one transaction, what a second copy does, it does after the first one only."""
    step = example.make(world)
    if example.instruction == "reveal_report":  # two do not fit a packet
        world.accept(step)
        world.reject(errors.AlreadyRevealed, step)
        return
    outcome = world.send(step, step)
    if example.instruction in _REPEATABLE:
        assert outcome.err is None, outcome.logs
    else:
        assert outcome.err is not None
        assert outcome.err.custom_code == _SECOND_TIME[example.instruction].code, outcome.logs


_REPEATABLE = {"update_config", "propose_authority", "heartbeat"}

_SECOND_TIME = {
    "initialize_config": errors.AlreadyInUse,
    "accept_authority": errors.NotPendingAuthority,
    "pause": errors.PauseTooSoon,
    "unpause": errors.NotPaused,
    "register_device": errors.AlreadyInUse,
    "activate_device": errors.DeviceActive,
    "deactivate_device": errors.DeviceNotActive,
    "deregister_device": errors.WrongAccountOwner,
    "join_attestor": errors.AlreadyInUse,
    "exit_attestor": errors.AttestorExiting,
    "evict_attestor": errors.AttestorExiting,
    "withdraw_bond": errors.WrongAccountOwner,
    "open_epoch": errors.EpochOpen,
    "rearm_epoch": errors.RearmTooEarly,
    "seed_epoch": errors.EpochSeeded,
    "post_answers": errors.AlreadyAnswered,
    "open_report": errors.AlreadyInUse,
    "commit_report": errors.AlreadyCommitted,
    "tally": errors.AlreadyTallied,
    "record_miss": errors.ReportSettled,
}
