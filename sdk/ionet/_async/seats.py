"""Giving seats back: one's own, or that of an attestor who has fallen silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet.attestors import is_seated, is_silent
from ionet.errors import IonetError
from ionet.programs.verification import instructions
from ionet.programs.verification.errors import AttestorExiting, NotSilent, WrongLastAttestor
from ionet.results import Landed
from ionet.signers import Signer
from ionet.verification_results import EpochRound

_ATTEMPTS = 5
"""How often the holder of the last seat is looked up again after it has moved."""


async def vacate(
    network: AsyncNetwork,
    attestor: Pubkey,
    build: Callable[[Pubkey], Instruction],
    signers: Sequence[Signer] = (),
) -> Landed:
    """Land an instruction that empties an attestor's seat.

    Args:
        network: The network.
        attestor: Address of its account.
        build: Gives the instruction for whoever holds the last seat, who moves into the hole.
        signers: Who signs, besides the payer.
    """
    left = _ATTEMPTS
    while True:
        step = build(await _find_last(network, attestor))
        try:
            return await network.land([step], signers)
        except WrongLastAttestor:
            left -= 1  # Somebody has joined or exited meanwhile.
            if not left:
                raise


async def evict_attestor(network: AsyncNetwork, attestor: Pubkey) -> Landed:
    """Give the seat of a silent attestor back."""

    def build(last_attestor: Pubkey) -> Instruction:
        return instructions.evict_attestor(
            attestor=attestor,
            last_attestor=last_attestor,
            program_id=network.verification.program_id,
        )

    return await vacate(network, attestor, build)


async def evict_all_silent(network: AsyncNetwork) -> EpochRound:
    """Evict whoever is silent in the clock's epoch; one that fails holds up no other."""
    number = (await network.verification.time()).number
    landed: list[Landed] = []
    failures: list[IonetError] = []
    for address, attestor in await network.verification.scan_attestors():
        if not (is_seated(attestor) and is_silent(attestor, number)):
            continue
        try:
            landed.append(await evict_attestor(network, address))
        except (AttestorExiting, NotSilent):
            continue  # It has left meanwhile, or the epoch has.
        except IonetError as error:
            failures.append(error)
    return EpochRound(number, tuple(landed), tuple(failures))


async def _find_last(network: AsyncNetwork, own: Pubkey) -> Pubkey:
    """Return who holds the last seat; ``own`` if nobody is found."""
    verification = network.verification
    last_seat = (await verification.fetch_registry()).seats - 1
    for address, attestor in await verification.scan_attestors():
        if is_seated(attestor) and attestor.seats[0] == last_seat:
            return address
    return own
