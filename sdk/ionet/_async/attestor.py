"""The attestor's side: a seat, and the duties that come with it."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.reporting import AsyncReporter
from ionet._async.seats import vacate
from ionet.codec import u32
from ionet.programs.verification import instructions
from ionet.reports import Duty, all_places, index_count_of, seat_at
from ionet.results import Landed
from ionet.verification_results import AttestorChange


class AsyncAttestor(AsyncReporter):
    """What an attestor does."""

    async def join(self) -> AttestorChange:
        """Put up the bond and take a seat; duties begin with the next epoch."""
        network = self._network
        step = instructions.join_attestor(
            payer=network.payer.pubkey(),
            authority=network.signer.pubkey(),
            program_id=network.verification.program_id,
        )
        return await self._change(await network.land([step], [network.signer]))

    async def exit(self) -> AttestorChange:
        """Give the seat back; the duties of this epoch remain.

        Raises:
            AttestorExiting: it has been given back, or the attestor was evicted.
        """
        network = self._network
        address, _ = await network.verification.fetch_attestor(network.signer.pubkey())

        def build(last_attestor: Pubkey) -> Instruction:
            return instructions.exit_attestor(
                authority=network.signer.pubkey(),
                attestor=address,
                last_attestor=last_attestor,
                program_id=network.verification.program_id,
            )

        return await self._change(await vacate(network, address, build, [network.signer]))

    async def withdraw_bond(self) -> Landed:
        """Close the attestor and get the bond back, 28 epochs after its last duties.

        Raises:
            BondLocked: that is not over, or the seat was not given back.
        """
        network, authority = self._network, self._network.signer.pubkey()
        address, attestor = await network.verification.fetch_attestor(authority)
        step = instructions.withdraw_bond(
            authority=authority,
            attestor=address,
            rent_payer=attestor.rent_payer,
            program_id=network.verification.program_id,
        )
        return await network.land([step], [network.signer])

    async def duties(self, epoch: int | None = None) -> tuple[Duty, ...]:
        """Return the reports that the attestor owes in an epoch, by default the clock's.

        Raises:
            ArgumentError: the epoch is none.
            EpochNotReadyError: the epoch is not open, or has no seed.
            AccountNotFoundError: the signer is no attestor.
        """
        verification = self._network.verification
        number = (await verification.time()).number if epoch is None else u32("epoch", epoch)
        drawn_from = await verification.fetch_seeded_epoch(number)
        _, attestor = await verification.fetch_attestor(self._network.signer.pubkey())
        seat = seat_at(attestor, number)
        places = all_places(drawn_from, program_id=verification.program_id)
        own = [place for place in places if place.seat == seat]
        devices = await verification.scan_ranges(number) if own else {}
        return tuple(
            Duty(
                place,
                index_count_of(drawn_from, place.range),
                tuple(devices.get(place.range, [])),
            )
            for place in own
        )

    async def _change(self, landed: Landed) -> AttestorChange:
        authority = self._network.signer.pubkey()
        address, attestor = await self._network.verification.fetch_attestor(authority)
        return AttestorChange(address, attestor, landed)
