"""An attestor's reports: committed to, journaled before, and then revealed."""

from __future__ import annotations

from collections.abc import Sequence

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet.codec import u32
from ionet.committees import pack_codes
from ionet.errors import DutyError, JournalError
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import Epoch, Report
from ionet.programs.verification.constants import EPOCH_ACCOUNTS
from ionet.programs.verification.errors import AlreadyCommitted, AlreadyInUse, AlreadyRevealed
from ionet.programs.verification.pdas import find_epoch
from ionet.report_journal import Journal, JournaledReport, JournalScope
from ionet.reports import ReportPlace, index_count_of, is_committed, report_places, seat_at
from ionet.results import Landed
from ionet.verification_results import ReportChange

NO_EVIDENCE = bytes(32)
"""Evidence root of a report without evidence."""


class AsyncReporter:
    """Sends an attestor's reports; each goes through the journal first.

    Args:
        network: The network.
        journal: Where reports are kept until they are revealed; without one none can be sent.
    """

    def __init__(self, network: AsyncNetwork, journal: Journal | None) -> None:
        self._network = network
        self._journal = journal

    async def commit(
        self, range_: int, codes: Sequence[int], *, evidence_root: bytes = NO_EVIDENCE
    ) -> ReportChange:
        """Commit to the codes of a range in this epoch; safe to repeat, also after a crash.

        The report is in the journal before anything is sent, and whatever was journaled first is
        what is sent; where that is not what these codes say, ``resume`` sends it.

        Args:
            range_: One of the attestor's duties.
            codes: ``ReportCode`` of each index of the range, see ``Duty.codes_of``.
            evidence_root: 32 bytes, root over the evidence.

        Raises:
            ArgumentError: the range or a code is none.
            DutyError: no such duty, or not one code for each index.
            EquivocationError: the journal has another report for this epoch and range.
            JournalError: no journal, or the chain has a commitment that is not in it.
            EpochNotReadyError: the epoch is not open, or has no seed.
            CommitTooLate: the time for commitments is over.
        """
        journal = self._journal_of()
        address, epoch, at = await self._place(range_)
        indexes = index_count_of(epoch, range_)
        if len(codes) != indexes:
            raise DutyError(
                f"codes: {len(codes)} for range {range_}, which has {indexes} indexes in epoch"
                f" {epoch.number}"
            )
        scope = await self._scope(address)
        committed = await self._find_commitment(at, address)
        if committed is not None and journal.find(scope, at.epoch, range_) is None:
            raise _lost(at)
        report = journal.record(scope, at.epoch, range_, pack_codes(codes), evidence_root)
        return await self._ensure_committed(at, report, address, committed)

    async def resume(self, range_: int) -> ReportChange | None:
        """Commit to what is in the journal for a range and this epoch; None if nothing is.

        So a report that a crash kept from leaving is sent, though its devices may look otherwise
        by now. Safe to repeat.

        Raises:
            ArgumentError: the range is none.
            DutyError: no such duty.
            JournalError: no journal, or the chain has a commitment that is not in it.
            EpochNotReadyError: the epoch is not open, or has no seed.
            CommitTooLate: the time for commitments is over.
        """
        journal = self._journal_of()
        address, _, at = await self._place(range_)
        report = journal.find(await self._scope(address), at.epoch, range_)
        committed = await self._find_commitment(at, address)
        if report is not None:
            return await self._ensure_committed(at, report, address, committed)
        if committed is not None:
            raise _lost(at)
        return None

    async def reveal(self, range_: int) -> ReportChange:
        """Reveal what was committed to for a range in this epoch; safe to repeat.

        Raises:
            DutyError: no such duty, or its commitment has not landed.
            JournalError: no journal, or no report in it for this epoch and range.
            RevealTooEarly: the time for commitments is not over.
            RevealTooLate: the time for reveals is over.
        """
        journal = self._journal_of()
        address, _, at = await self._place(range_)
        report = journal.find(await self._scope(address), at.epoch, range_)
        if report is None:
            raise JournalError(f"range {range_} in epoch {at.epoch}: nothing is in the journal")
        committed = await self._find_commitment(at, address)
        if committed is None:
            raise DutyError(f"range {range_} in epoch {at.epoch}: the commitment has not landed")
        if committed.commitment != report.commitment(address):
            raise _lost(at)
        if committed.is_revealed:
            return ReportChange(at, report, None)
        step = self._revelation(at, report, address)
        try:
            landed = await self._network.land([step], [self._network.signer])
        except AlreadyRevealed:
            # An earlier attempt, whose answer was lost, has landed just now.
            return ReportChange(at, report, None)
        return ReportChange(at, report, landed)

    def _journal_of(self) -> Journal:
        if self._journal is None:
            raise JournalError("this client has no journal: give it one, as a ReportJournal(path)")
        return self._journal

    async def _scope(self, attestor: Pubkey) -> JournalScope:
        network = self._network
        # Of the chain itself, as two chains with one program may have the same epochs.
        genesis_hash = await network.connection.get_genesis_hash()
        return JournalScope(genesis_hash, network.verification.program_id, attestor)

    async def _place(self, range_: int) -> tuple[Pubkey, Epoch, ReportPlace]:
        """Return the attestor, this epoch, and its place in the range's committee."""
        u32("range", range_)
        verification = self._network.verification
        number = (await verification.time()).number
        epoch = await verification.fetch_seeded_epoch(number)
        address, attestor = await verification.fetch_attestor(self._network.signer.pubkey())
        if not index_count_of(epoch, range_):
            raise DutyError(f"range {range_}: epoch {number} has no such range")
        seat = seat_at(attestor, number)
        for at in report_places(epoch, range_, program_id=verification.program_id):
            if at.seat == seat:
                return address, epoch, at
        held = "holds no seat" if seat is None else f"holds seat {seat}, which was not drawn"
        raise DutyError(f"range {range_} in epoch {number}: attestor {address} {held}")

    async def _find_commitment(self, at: ReportPlace, attestor: Pubkey) -> Report | None:
        """Return the place's account if this attestor has committed there in this epoch."""
        (report,) = await self._network.verification.find_reports([at.address])
        is_own = report is not None and report.attestor == attestor
        return report if is_own and report is not None and is_committed(report, at.epoch) else None

    async def _ensure_committed(
        self, at: ReportPlace, report: JournaledReport, attestor: Pubkey, found: Report | None
    ) -> ReportChange:
        """Land a journaled report's commitment, unless ``found`` says that one has landed."""
        if found is None:
            landed = await self._land_commitment(at, report, attestor)
            if landed is not None:
                return ReportChange(at, report, landed)
            found = await self._find_commitment(at, attestor)
        if found is None or found.commitment != report.commitment(attestor):
            raise _lost(at)
        return ReportChange(at, report, None)

    async def _land_commitment(
        self, at: ReportPlace, report: JournaledReport, attestor: Pubkey
    ) -> Landed | None:
        """Land a commitment, opening the place's account if needed; None if one has landed."""
        network = self._network
        steps = [self._commitment(at, report, attestor)]
        (account,) = await network.verification.find_reports([at.address])
        if account is None:
            steps.insert(0, self._opening(at))
        try:
            return await network.land(steps, [network.signer])
        except AlreadyCommitted:
            return None
        except AlreadyInUse:
            # Somebody has opened the account meanwhile.
            try:
                return await network.land(steps[1:], [network.signer])
            except AlreadyCommitted:
                return None

    def _opening(self, at: ReportPlace) -> Instruction:
        return instructions.open_report(
            payer=self._network.payer.pubkey(),
            report=at.address,
            range=at.range,
            place=at.place,
            program_id=self._network.verification.program_id,
        )

    def _commitment(
        self, at: ReportPlace, report: JournaledReport, attestor: Pubkey
    ) -> Instruction:
        program_id = self._network.verification.program_id
        return instructions.commit_report(
            authority=self._network.signer.pubkey(),
            attestor=attestor,
            report=at.address,
            epoch=find_epoch(at.epoch % EPOCH_ACCOUNTS, program_id=program_id)[0],
            epoch_number=at.epoch,
            range=at.range,
            place=at.place,
            commitment=report.commitment(attestor),
            program_id=program_id,
        )

    def _revelation(
        self, at: ReportPlace, report: JournaledReport, attestor: Pubkey
    ) -> Instruction:
        program_id = self._network.verification.program_id
        return instructions.reveal_report(
            authority=self._network.signer.pubkey(),
            attestor=attestor,
            report=at.address,
            epoch=find_epoch(at.epoch % EPOCH_ACCOUNTS, program_id=program_id)[0],
            epoch_number=at.epoch,
            range=at.range,
            place=at.place,
            evidence_root=report.evidence_root,
            salt=report.salt,
            codes=report.codes,
            program_id=program_id,
        )


def _lost(at: ReportPlace) -> JournalError:
    return JournalError(
        f"range {at.range} in epoch {at.epoch}: the chain has a commitment of this attestor that is"
        f" not in the journal, so it cannot be revealed, and another one would not be taken"
    )
