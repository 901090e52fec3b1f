"""Every instruction takes exactly its accounts, their flags and its data; then it is accepted."""

from __future__ import annotations

import pytest
from solders.instruction import AccountMeta, Instruction

from ionet.programs.escrow import errors
from ionet.programs.escrow.interface import INSTRUCTIONS
from tests.harness.metas import with_data, without_flag
from tests.programs.harness.examples import EXAMPLES, Example, Steps
from tests.programs.harness.guard import guards
from tests.programs.harness.world import MALLORY, World

EACH_EXAMPLE = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


def test_every_instruction_has_an_example() -> None:
    assert {example.instruction for example in EXAMPLES} == set(INSTRUCTIONS)


@EACH_EXAMPLE
def test_example_is_the_instruction_it_names(world: World, example: Example) -> None:
    *_, step = example.make(world)
    info = INSTRUCTIONS[example.instruction]
    assert step.data.startswith(info.discriminator)
    assert len(step.accounts) == len(info.accounts)


@EACH_EXAMPLE
def test_dropped_signer_rejects(world: World, example: Example) -> None:
    *before, step = example.make(world)
    for index, account in enumerate(INSTRUCTIONS[example.instruction].accounts):
        if account.signer:
            unsigned = without_flag(step, index, signer=True)
            world.reject(errors.MissingSigner, *before, unsigned)
    world.accept(*before, step)


@guards(errors.NotWritable)
@EACH_EXAMPLE
def test_dropped_write_access_rejects(world: World, example: Example) -> None:
    *before, step = example.make(world)
    for index, account in enumerate(INSTRUCTIONS[example.instruction].accounts):
        if account.writable:
            read_only = without_flag(step, index, signer=False)
            world.reject(errors.NotWritable, *before, read_only)
    world.accept(*before, step)


@guards(errors.WrongAccountCount)
@EACH_EXAMPLE
def test_another_number_of_accounts_rejects(world: World, example: Example) -> None:
    *before, step = example.make(world)
    accounts = step.accounts
    extra = AccountMeta(MALLORY.pubkey, is_signer=False, is_writable=False)
    for wrong in ([*accounts, extra], [extra, *accounts], accounts[:-1], accounts[1:], []):
        changed = Instruction(step.program_id, step.data, wrong)
        world.reject(errors.WrongAccountCount, *before, changed)
    world.accept(*before, step)


@guards(errors.WrongDataLength, errors.UnknownInstruction)
@EACH_EXAMPLE
def test_another_length_of_data_rejects(world: World, example: Example) -> None:
    *before, step = example.make(world)
    info = INSTRUCTIONS[example.instruction]
    world.reject(errors.WrongDataLength, *before, with_data(step, step.data + b"\0"))
    # Without arguments, one byte less cuts the discriminator.
    short = errors.WrongDataLength if info.args else errors.UnknownInstruction
    world.reject(short, *before, with_data(step, step.data[:-1]))
    world.reject(errors.UnknownInstruction, *before, with_data(step, b""))
    world.accept(*before, step)


@guards(errors.UnknownInstruction)
@EACH_EXAMPLE
def test_unknown_discriminator_rejects(world: World, example: Example) -> None:
    *before, step = example.make(world)
    for index in range(8):
        data = bytearray(step.data)
        data[index] ^= 0x80
        world.reject(errors.UnknownInstruction, *before, with_data(step, bytes(data)))
    world.accept(*before, step)


@EACH_EXAMPLE
def test_sent_twice_in_one_transaction_pays_once(world: World, example: Example) -> None:
    """What a second copy does in the same transaction, it does after the first one only."""
    steps: Steps = example.make(world)
    outcome = world.send(*steps, *steps)
    if example.instruction in _REPEATABLE:
        assert outcome.err is None, outcome.logs
    else:
        assert outcome.err is not None
        assert outcome.err.custom_code == _SECOND_TIME[example.name].code, outcome.logs


_REPEATABLE = {
    "update_config",
    "set_mint",
    "propose_authority",
    "update_offer",
    "settle_job",  # moves what is due, which is nothing the second time
}

_SECOND_TIME = {
    "initialize_config": errors.AlreadyInUse,
    "accept_authority": errors.NotPendingAuthority,
    "pause": errors.PauseTooSoon,
    "unpause": errors.NotPaused,
    "post_offer": errors.AlreadyInUse,
    "open_cluster": errors.AlreadyInUse,
    "close_cluster": errors.WrongAccountOwner,
    "open_job": errors.AlreadyInUse,
    "open_job of a member": errors.MemberTaken,
    "accept_job": errors.WrongState,
    "accept_job of the last member": errors.WrongState,
    "decline_job": errors.WrongState,
    "decline_job of a member": errors.WrongState,
    "extend_job": errors.NothingToExtend,
    "settle_voucher": errors.VoucherNotIncreasing,
    "submit_result": errors.WrongState,
    "end_job": errors.WrongState,
    "quit_job": errors.WrongState,
    "expire_job": errors.WrongState,
    "release": errors.AlreadyReleased,
    "refund": errors.NothingDue,
    "sweep_fee": errors.NothingDue,
    "close_job": errors.WrongAccountOwner,
    "close_job of a member": errors.WrongAccountOwner,
}
