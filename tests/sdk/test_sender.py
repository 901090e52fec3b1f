"""Three outcomes that never mix, and no payment that is sent twice."""

from __future__ import annotations

from typing import Any

import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from ionet._async.sender import AsyncSender
from ionet._sync.sender import Sender
from ionet.connection import SimulationOutcome, TransactionFault
from ionet.deployment import Programs
from ionet.errors import (
    NotSentError,
    OutcomeUnknownError,
    RuntimeFaultError,
    TransactionFailedError,
    TransactionTooLargeError,
)
from ionet.programs.escrow.constants import PROGRAM_ID
from ionet.programs.escrow.errors import NotProvider
from ionet.tx import MAX_UNITS
from tests.sdk.scripted import (
    LAST_HEIGHT,
    AsyncScriptedConnection,
    ScriptedConnection,
    landed,
    refused,
)
from tests.sdk.world import done

PAYER = Keypair.from_seed(bytes(32))
STEP = Instruction(Pubkey(bytes([9] * 32)), b"\x01", [])
CODE = TransactionFault("Custom", 1, NotProvider.code)
LOGS = (
    f"Program {PROGRAM_ID} invoke [1]",
    f"Program {PROGRAM_ID} failed: custom program error: {NotProvider.code:#x}",
)


@pytest.fixture(params=["async", "sync"])
def make(request: pytest.FixtureRequest) -> Any:
    """Return a function that makes a sender over a script."""

    def sender(script: ScriptedConnection, **options: Any) -> Any:
        if request.param == "async":
            connection: Any = AsyncScriptedConnection(script)
            return AsyncSender(connection, PAYER, programs=Programs(), **options)
        connection = script
        return Sender(connection, PAYER, programs=Programs(), **options)

    return sender


async def test_all_stages_run_in_order_and_the_limit_is_the_simulations(make: Any) -> None:
    script = ScriptedConnection(lookups=[landed()])
    result = await done(make(script).execute([STEP]))
    assert (result.units_consumed, result.fee, result.slot) == (900, 5_000, 9)
    (simulated,), (raw,) = script.simulated, script.sent
    assert limit_of(simulated) == MAX_UNITS
    assert limit_of(VersionedTransaction.from_bytes(raw)) == 1_500
    assert result.signature == VersionedTransaction.from_bytes(raw).signatures[0]


async def test_a_fixed_limit_needs_no_simulation(make: Any) -> None:
    script = ScriptedConnection(lookups=[landed()])
    await done(make(script, unit_limit=77_000).execute([STEP]))
    assert script.simulated == []
    assert limit_of(VersionedTransaction.from_bytes(script.sent[0])) == 77_000


async def test_a_refusal_in_simulation_is_the_programs_error_and_sends_nothing(make: Any) -> None:
    script = ScriptedConnection(simulation=SimulationOutcome(CODE, LOGS, 500))
    with pytest.raises(NotProvider) as caught:
        await done(make(script).execute([STEP]))
    assert isinstance(caught.value, NotSentError)
    assert not isinstance(caught.value, TransactionFailedError)
    assert caught.value.signature is None
    assert script.sent == []


async def test_a_landed_failure_is_the_programs_error_also_without_simulation(make: Any) -> None:
    script = ScriptedConnection(lookups=[landed(CODE, LOGS)])
    with pytest.raises(NotProvider) as caught:
        await done(make(script, unit_limit=77_000).execute([STEP]))
    assert isinstance(caught.value, TransactionFailedError)
    assert not isinstance(caught.value, NotSentError)
    assert caught.value.signature == VersionedTransaction.from_bytes(script.sent[0]).signatures[0]
    assert (caught.value.logs, caught.value.instruction_index) == (LOGS, 1)


async def test_a_runtime_failure_is_named(make: Any) -> None:
    fault = TransactionFault("InsufficientFundsForRent")
    script = ScriptedConnection(lookups=[landed(fault)])
    with pytest.raises(RuntimeFaultError, match="InsufficientFundsForRent") as caught:
        await done(make(script).execute([STEP]))
    assert isinstance(caught.value, TransactionFailedError)


@pytest.mark.parametrize("kind", ["BlockhashNotFound", "SignatureFailure", "TooManyBytes"])
async def test_a_refusal_before_execution_was_not_sent(make: Any, kind: str) -> None:
    script = ScriptedConnection(sends=[refused(kind)])
    with pytest.raises(NotSentError, match=kind) as caught:
        await done(make(script).execute([STEP]))
    assert caught.value.fault == TransactionFault(kind)
    assert len(script.sent) == 1


@pytest.mark.parametrize(
    "answer", [TimeoutError("no answer"), ConnectionResetError("gone"), refused("AlreadyProcessed")]
)
async def test_a_lost_answer_is_looked_up_and_not_paid_again(make: Any, answer: Exception) -> None:
    script = ScriptedConnection(sends=[answer], lookups=[None, landed()])
    result = await done(make(script).execute([STEP]))
    assert len(script.sent) == 1
    assert result.signature == VersionedTransaction.from_bytes(script.sent[0]).signatures[0]


async def test_the_same_bytes_are_resent_until_they_land(make: Any) -> None:
    script = ScriptedConnection(
        sends=[None, refused("AlreadyProcessed"), TimeoutError()], lookups=[*[None] * 17, landed()]
    )
    await done(make(script).execute([STEP]))
    assert len(script.sent) == 4
    assert len(set(script.sent)) == 1


async def test_what_did_not_land_in_time_was_not_sent(make: Any) -> None:
    script = ScriptedConnection()
    with pytest.raises(NotSentError, match=f"last valid block height {LAST_HEIGHT}"):
        await done(make(script).execute([STEP]))
    assert script.height == LAST_HEIGHT + 1
    assert len(set(script.sent)) == 1


async def test_a_transaction_in_the_last_block_is_found_before_expiry_is_judged(make: Any) -> None:
    script = ScriptedConnection(height=LAST_HEIGHT + 1, lookups=[landed()])
    result = await done(make(script).execute([STEP]))
    assert result.slot == 9
    assert script.calls == ["height", "lookup"]


async def test_a_broken_connection_leaves_the_outcome_unknown(make: Any) -> None:
    script = ScriptedConnection(sends=[TimeoutError()], lookups=[ConnectionError("down")])
    with pytest.raises(OutcomeUnknownError) as caught:
        await done(make(script).execute([STEP]))
    assert not isinstance(caught.value, NotSentError | TransactionFailedError)
    assert caught.value.signature == VersionedTransaction.from_bytes(script.sent[0]).signatures[0]
    assert caught.value.last_valid_block_height == LAST_HEIGHT


async def test_an_unknown_outcome_can_be_confirmed_later(make: Any) -> None:
    script = ScriptedConnection(lookups=[ConnectionError("down"), landed()])
    sender = make(script)
    signed = await done(sender.sign(await done(sender.build([STEP]))))
    await done(sender.send(signed))
    with pytest.raises(OutcomeUnknownError):
        await done(sender.confirm(signed))
    assert (await done(sender.confirm(signed))).signature == signed.signature
    assert (await done(sender.find(signed.signature))).signature == signed.signature


async def test_a_lookup_tells_absent_from_failed(make: Any) -> None:
    script = ScriptedConnection(lookups=[None, landed(CODE, LOGS)])
    sender = make(script)
    signed = await done(sender.sign(await done(sender.build([STEP]))))
    assert await done(sender.find(signed.signature)) is None
    with pytest.raises(TransactionFailedError):
        await done(sender.find(signed.signature))


@pytest.mark.parametrize("stage", ["blockhash", "simulation"])
async def test_a_connection_that_fails_before_sending_sent_nothing(make: Any, stage: str) -> None:
    script = ScriptedConnection()
    setattr(script, stage, ConnectionError("down"))
    with pytest.raises(NotSentError, match=f"{stage}: connection failed: down"):
        await done(make(script).execute([STEP]))
    assert script.sent == []


async def test_a_large_transaction_is_refused_before_the_network_hears_of_it(make: Any) -> None:
    script = ScriptedConnection()
    with pytest.raises(TransactionTooLargeError, match="3 instructions has 1"):
        await done(make(script).execute([Instruction(STEP.program_id, bytes(500), [])] * 3))
    assert (script.simulated, script.sent) == ([], [])


def limit_of(transaction: VersionedTransaction) -> int:
    """Return the compute limit, set by the first instruction."""
    return int.from_bytes(bytes(transaction.message.instructions[0].data)[1:5], "little")
