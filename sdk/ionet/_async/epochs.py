"""The keeper's epochs: open, seed, tally, record misses, evict; anyone's who pays the network fee.

Each call does what is missing and no more: what somebody else has done before, or does meanwhile,
is not an error. When what is due: docs/adr/009-devices-and-epochs.md.
"""

from __future__ import annotations

from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet._async.seats import evict_all_silent, evict_attestor
from ionet._async.tallies import open_places, record_misses_of, tally_epoch
from ionet._async.verification import EpochTime
from ionet.epochs import is_commit_time, is_miss_time, is_open_time, is_tally_time
from ionet.errors import EpochNotReadyError, IonetError
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import Epoch
from ionet.programs.verification.constants import EPOCH_ACCOUNTS, MISS_EPOCHS
from ionet.programs.verification.errors import (
    EpochOpen,
    EpochSeeded,
    RearmTooEarly,
    SeedExpired,
    SeedTooEarly,
)
from ionet.programs.verification.pdas import find_epoch
from ionet.reports import all_places, is_seeded
from ionet.results import Landed
from ionet.verification_results import AttestorChange, EpochChange, EpochRound


class AsyncEpochKeeper:
    """What anyone may do for an epoch."""

    def __init__(self, network: AsyncNetwork) -> None:
        self._network = network

    async def open_epoch(self) -> EpochChange:
        """Open the epoch of the clock, in its first two hours; the payer pays an account's rent.

        Raises:
            OpenTooLate: the two hours are over: nothing can be verified in this epoch.
        """
        number = (await self._network.verification.time()).number
        return await self._open(number)

    async def rearm_epoch(self) -> EpochChange:
        """Fix a new slot for a seed that nobody took in time, in the first two hours.

        Raises:
            EpochNotReadyError: the epoch is not open.
            RearmTooEarly: the seed can still be taken.
        """
        epoch = await self._fetch_epoch()
        if is_seeded(epoch):
            return EpochChange(epoch, None)
        step = instructions.rearm_epoch(
            epoch=self._address(epoch.number), program_id=self._program_id
        )
        try:
            landed = await self._network.land([step])
        except (EpochSeeded, RearmTooEarly):
            now = await self._fetch_epoch()
            if (now.slot, now.seed_slot) == (epoch.slot, epoch.seed_slot):
                raise
            return EpochChange(now, None)  # somebody was quicker
        return EpochChange(await self._fetch_epoch(), landed)

    async def seed_epoch(self) -> EpochChange:
        """Take the seed of the clock's epoch, in its first three hours.

        Raises:
            EpochNotReadyError: the epoch is not open.
            SeedTooEarly: its block is not finished; 32 slots after opening it is.
            SeedExpired: nobody took it in time; see ``rearm_epoch``.
        """
        epoch = await self._fetch_epoch()
        if is_seeded(epoch):
            return EpochChange(epoch, None)
        step = instructions.seed_epoch(
            epoch=self._address(epoch.number), program_id=self._program_id
        )
        try:
            landed = await self._network.land([step])
        except EpochSeeded:
            return EpochChange(await self._fetch_epoch(), None)
        return EpochChange(await self._fetch_epoch(), landed)

    async def open_reports(self) -> EpochRound:
        """Open the report accounts that the committees of the clock's epoch lack.

        Each is opened once for ever; the payer pays its rent. A tally needs all of its range.

        Raises:
            EpochNotReadyError: the epoch is not open, or has no seed.
        """
        epoch = await self._fetch_seeded()
        places = all_places(epoch, program_id=self._program_id)
        landed, failures = await open_places(self._network, places)
        return EpochRound(epoch.number, tuple(landed), tuple(failures))

    async def tally(self) -> EpochRound:
        """Decide every active device by the reports revealed in the clock's epoch.

        From four and a half hours into the epoch to its end. As many devices in a transaction as
        fit; those that are decided are passed over, and so is a range that fails.

        Raises:
            EpochNotReadyError: the epoch is not open, or has no seed.
        """
        return await tally_epoch(self._network, await self._fetch_seeded())

    async def record_misses(self, epoch: int | None = None) -> EpochRound:
        """Record the reports that were due and not revealed, for 28 epochs after the reveals.

        Args:
            epoch: Its number; by default all for which that is possible.
        """
        verification = self._network.verification
        time = await verification.time()
        config = await verification.fetch_config()
        oldest = max(time.number - MISS_EPOCHS, 0)
        numbers = range(oldest, time.number + 1) if epoch is None else range(epoch, epoch + 1)
        found = await verification.find_epochs(
            [
                number
                for number in numbers
                if is_miss_time(config.genesis, number, time.unix_timestamp)
            ]
        )
        seeded = [each for each in found if is_seeded(each)]
        landed, failures = await record_misses_of(self._network, seeded)
        return EpochRound(time.number, tuple(landed), tuple(failures))

    async def evict(self, attestor: Pubkey) -> AttestorChange:
        """Give the seat of a silent attestor back; its bond waits for it as after an exit.

        Args:
            attestor: Address of its account; whether it is silent says ``attestors.is_silent``.

        Raises:
            AccountNotFoundError: there is no such attestor.
            NotSilent: it has missed fewer of the last eight epochs, or reported in one of them.
            AttestorExiting: its seat was given back.
        """
        verification = self._network.verification
        await verification.fetch_attestor_at(attestor)
        landed = await evict_attestor(self._network, attestor)
        return AttestorChange(attestor, await verification.fetch_attestor_at(attestor), landed)

    async def evict_silent(self) -> EpochRound:
        """Evict every attestor who is silent; only misses that are recorded make one so."""
        return await evict_all_silent(self._network)

    async def run_epoch_duties(self) -> EpochRound:
        """Do whatever is due now for the clock's epoch, record misses, evict who is silent.

        Call it every few minutes. What fails is reported, and holds up nothing else.
        """
        verification = self._network.verification
        time = await verification.time()
        landed: list[Landed] = []
        failures: list[IonetError] = []
        tallied = 0
        try:
            opened = await self._prepare(time)
        except IonetError as error:
            failures.append(error)
        else:
            landed += [change.transaction for change in opened if change.transaction is not None]
        epoch = await verification.find_epoch(time.number)
        rounds = [self._record_all_misses, self.evict_silent]
        if epoch is not None and is_seeded(epoch):
            rounds.insert(0, self.open_reports)
            if is_tally_time(time.offset):
                rounds.insert(1, self.tally)
        for run in rounds:
            try:
                done = await run()
            except IonetError as error:
                failures.append(error)
            else:
                landed += done.transactions
                failures += done.failures
                tallied += done.tallied
        return EpochRound(time.number, tuple(landed), tuple(failures), tallied)

    async def _record_all_misses(self) -> EpochRound:
        return await self.record_misses()

    async def _prepare(self, time: EpochTime) -> list[EpochChange]:
        """Open and seed the epoch, as far as its time allows; rearm it if its seed is lost."""
        changes: list[EpochChange] = []
        epoch = await self._network.verification.find_epoch(time.number)
        if epoch is None:
            # Past this time nothing can be done for it.
            return [await self._open(time.number)] if is_open_time(time.offset) else []
        if not is_seeded(epoch) and is_commit_time(time.offset):
            try:
                changes.append(await self.seed_epoch())
            except SeedTooEarly:
                pass
            except SeedExpired:
                if is_open_time(time.offset):
                    changes.append(await self.rearm_epoch())
        return changes

    async def _open(self, number: int) -> EpochChange:
        verification = self._network.verification
        found = await verification.find_epoch(number)
        if found is not None:
            return EpochChange(found, None)
        step = instructions.open_epoch(
            payer=self._network.payer.pubkey(),
            epoch_number=number,
            ring_index=number % EPOCH_ACCOUNTS,
            program_id=self._program_id,
        )
        try:
            landed = await self._network.land([step])
        except EpochOpen:
            return EpochChange(await self._fetch_epoch(), None)
        return EpochChange(await self._fetch_epoch(), landed)

    async def _fetch_epoch(self) -> Epoch:
        """Return the clock's epoch; ``EpochNotReadyError`` if it is not open."""
        verification = self._network.verification
        number = (await verification.time()).number
        epoch = await verification.find_epoch(number)
        if epoch is None:
            raise EpochNotReadyError(f"epoch {number}: is not open")
        return epoch

    async def _fetch_seeded(self) -> Epoch:
        verification = self._network.verification
        return await verification.fetch_seeded_epoch((await verification.time()).number)

    @property
    def _program_id(self) -> Pubkey:
        return self._network.verification.program_id

    def _address(self, number: int) -> Pubkey:
        return find_epoch(number % EPOCH_ACCOUNTS, program_id=self._program_id)[0]
