"""From instructions to a landed transaction: build, simulate, sign, send, confirm.

Each stage can be used alone; ``execute`` runs all of them. Three outcomes never mix: nothing was
sent (``NotSentError``), it may have landed (``OutcomeUnknownError``), it landed and failed
(``TransactionFailedError`` and the program's own error classes below it).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from solders.instruction import Instruction
from solders.signature import Signature

from ionet.connection import AsyncConnection, TransactionOutcome, TransactionRefusedError
from ionet.deployment import Programs
from ionet.errors import NotSentError, OutcomeUnknownError
from ionet.faults import error_from_fault
from ionet.results import Landed
from ionet.signers import Signer
from ionet.tx import Draft, SignedTransaction, check_size, limit_from_simulation, sign

_logger = logging.getLogger("ionet.sender")

_POLL_SECONDS = 0.4
"""One slot: asking more often cannot learn more."""

_POLLS_PER_RESEND = 5


class AsyncSender:
    """Sends transactions over one connection, paid by one fee payer.

    Args:
        connection: The chain.
        payer: Pays network fees.
        programs: Those whose errors and events are known.
        unit_price: Priority fee in micro-lamports per compute unit.
        unit_limit: Compute limit of every transaction; None asks a simulation before each.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        payer: Signer,
        *,
        programs: Programs,
        unit_price: int = 0,
        unit_limit: int | None = None,
    ) -> None:
        self.connection = connection
        self.payer = payer
        self._programs = programs
        self._unit_price = unit_price
        self._unit_limit = unit_limit

    async def execute(
        self, instructions: Sequence[Instruction], signers: Sequence[Signer] = ()
    ) -> Landed:
        """Run all stages and return the landed transaction.

        Raises:
            NotSentError: refused by simulation or before execution; repeating it is safe.
            OutcomeUnknownError: sent, but what became of it could not be learnt.
            TransactionFailedError: landed and failed; a program's refusal is its own class.
        """
        draft = await self.build(instructions, signers)
        if self._unit_limit is None:
            draft = await self.simulate(draft)
        signed = self.sign(draft)
        await self.send(signed)
        return await self.confirm(signed)

    async def build(
        self, instructions: Sequence[Instruction], signers: Sequence[Signer] = ()
    ) -> Draft:
        """Make a draft on the newest blockhash.

        Raises:
            TransactionTooLargeError: it would not fit in a packet.
            NotSentError: the connection failed.
        """
        try:
            latest = await self.connection.get_latest_blockhash()
        except OSError as error:
            raise NotSentError(f"blockhash: connection failed: {error}") from error
        draft = Draft(
            instructions=tuple(instructions),
            payer=self.payer.pubkey(),
            signers=(self.payer, *signers),
            latest=latest,
            unit_price=self._unit_price,
        )
        check_size(draft)
        return draft if self._unit_limit is None else draft.with_unit_limit(self._unit_limit)

    async def simulate(self, draft: Draft) -> Draft:
        """Return the draft with the compute limit that a simulation asks for.

        Raises:
            NotSentError: the simulation or the connection failed; a program's refusal is its own
                class as well.
        """
        try:
            outcome = await self.connection.simulate(draft.unsigned())
        except OSError as error:
            raise NotSentError(f"simulation: connection failed: {error}") from error
        if outcome.err is not None:
            raise error_from_fault(
                outcome.err, logs=outcome.logs, signature=None, programs=self._programs
            )
        return draft.with_unit_limit(limit_from_simulation(outcome.units_consumed))

    def sign(self, draft: Draft) -> SignedTransaction:
        """Sign with every signer that the transaction requires.

        Raises:
            SignerError: one is missing; the message names its key.
        """
        return sign(draft)

    async def send(self, signed: SignedTransaction) -> None:
        """Submit the signed bytes; sending the same bytes again is harmless.

        A broken connection is not an error here, because the bytes may have arrived: ``confirm``
        tells.

        Raises:
            NotSentError: refused before execution.
        """
        try:
            await self.connection.send(signed.raw)
        except TransactionRefusedError as error:
            if error.fault.kind != "AlreadyProcessed":
                raise NotSentError(str(error), fault=error.fault) from error
        except OSError as error:
            _logger.warning("sending %s: %s; looking it up", signed.signature, error)

    async def confirm(self, signed: SignedTransaction) -> Landed:
        """Wait until the transaction has landed, resending the same bytes, or can land no more.

        Raises:
            NotSentError: its last valid block height passed, and it has not landed.
            OutcomeUnknownError: the connection failed; confirming again later is safe.
            TransactionFailedError: it landed and failed.
        """
        try:
            outcome = await self._wait(signed)
        except OSError as error:
            raise OutcomeUnknownError(
                signature=signed.signature,
                last_valid_block_height=signed.last_valid_block_height,
            ) from error
        if outcome is None:
            raise NotSentError(
                f"transaction {signed.signature}: did not land up to its last valid block height"
                f" {signed.last_valid_block_height}"
            )
        return self._landed(outcome)

    async def find(self, signature: Signature) -> Landed | None:
        """Look a transaction up, as after an ``OutcomeUnknownError``; None if it has not landed.

        Raises:
            TransactionFailedError: it landed and failed.
        """
        outcome = await self.connection.get_transaction(signature)
        return None if outcome is None else self._landed(outcome)

    async def _wait(self, signed: SignedTransaction) -> TransactionOutcome | None:
        polls = 0
        while True:
            # The height is read before the lookup: a transaction which is absent after its last
            # valid height was reached can land no more; judged the other way round, one that lands
            # between the two questions would be called lost.
            height = await self.connection.get_block_height()
            outcome = await self.connection.get_transaction(signed.signature)
            if outcome is not None or height > signed.last_valid_block_height:
                return outcome
            await self.connection.sleep(_POLL_SECONDS)
            polls += 1
            if polls % _POLLS_PER_RESEND == 0:
                await self._resend(signed)

    async def _resend(self, signed: SignedTransaction) -> None:
        try:
            await self.connection.send(signed.raw)
        except (OSError, TransactionRefusedError) as error:
            # Already there, or expired on that node: the next lookup decides.
            _logger.debug("resending %s: %s", signed.signature, error)

    def _landed(self, outcome: TransactionOutcome) -> Landed:
        if outcome.err is not None:
            raise error_from_fault(
                outcome.err,
                logs=outcome.logs,
                signature=outcome.signature,
                programs=self._programs,
            )
        return Landed(
            signature=outcome.signature,
            slot=outcome.slot,
            unix_timestamp=outcome.unix_timestamp,
            units_consumed=outcome.units_consumed,
            fee=outcome.fee,
            events=tuple(self._programs.parse_logs(outcome.logs)),
            logs=outcome.logs,
        )
