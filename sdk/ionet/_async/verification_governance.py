"""Governance of the verification program: its parameters, and the guardian's pause."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet.programs.verification import instructions
from ionet.programs.verification.accounts import Config
from ionet.results import Landed
from ionet.signers import Signer


class AsyncVerificationGovernance:
    """What the verification program's authority and guardian do; named as for the escrow."""

    def __init__(self, network: AsyncNetwork) -> None:
        self._network = network

    async def fetch_config(self) -> Config:
        """Return the program's parameters."""
        return await self._network.verification.fetch_config()

    async def initialize_config(
        self,
        genesis_authority: Signer,
        *,
        authority: Pubkey,
        guardian: Pubkey,
        genesis: int,
        committee_size: int,
        min_attestors: int,
        attestor_bond: int,
        activation_deposit: int,
    ) -> Landed:
        """Create the parameters; only the authority compiled into the program can.

        Args:
            genesis_authority: That authority.
            authority: May change the parameters from now on.
            guardian: May pause entries, nothing else.
            genesis: Unix second at which epoch 0 begins; it lies ahead, and is for ever.
            committee_size: Members of a range's committee, 1 to 21.
            min_attestors: Seats below which nothing is decided, 1 to 21.
            attestor_bond: Lamports that an attestor puts up, 1 to 10,000 SOL.
            activation_deposit: Lamports that a device's owner puts up, 0.001 to 100 SOL.
        """
        instruction = instructions.initialize_config(
            payer=self._network.payer.pubkey(),
            genesis_authority=genesis_authority.pubkey(),
            authority=authority,
            guardian=guardian,
            genesis=genesis,
            committee_size=committee_size,
            min_attestors=min_attestors,
            attestor_bond=attestor_bond,
            activation_deposit=activation_deposit,
            program_id=self._program_id,
        )
        return await self._network.land([instruction], [genesis_authority])

    async def update_config(
        self,
        *,
        guardian: Pubkey | None = None,
        committee_size: int | None = None,
        min_attestors: int | None = None,
        attestor_bond: int | None = None,
        activation_deposit: int | None = None,
    ) -> Landed:
        """Change the parameters that are given and keep the others; see ``initialize_config``.

        An open epoch keeps its committees; bonds and deposits that were put up stay as they are.
        """
        now = await self.fetch_config()
        instruction = instructions.update_config(
            authority=self._key,
            guardian=now.guardian if guardian is None else guardian,
            committee_size=now.committee_size if committee_size is None else committee_size,
            min_attestors=now.min_attestors if min_attestors is None else min_attestors,
            attestor_bond=now.attestor_bond if attestor_bond is None else attestor_bond,
            activation_deposit=(
                now.activation_deposit if activation_deposit is None else activation_deposit
            ),
            program_id=self._program_id,
        )
        return await self._land(instruction)

    async def propose_authority(self, new_authority: Pubkey) -> Landed:
        """Name the next authority, who must accept; the zero address withdraws the proposal."""
        instruction = instructions.propose_authority(
            authority=self._key, new_authority=new_authority, program_id=self._program_id
        )
        return await self._land(instruction)

    async def accept_authority(self) -> Landed:
        """Take over as authority, as the one who was proposed."""
        instruction = instructions.accept_authority(
            pending_authority=self._key, program_id=self._program_id
        )
        return await self._land(instruction)

    async def pause(self, flags: int) -> Landed:
        """Pause entries for 72 h, and not again until 72 h after that.

        Args:
            flags: ``PAUSE_REGISTER``, ``PAUSE_ACTIVATE``, ``PAUSE_JOIN``, or a sum.
        """
        instruction = instructions.pause(
            guardian=self._key, flags=flags, program_id=self._program_id
        )
        return await self._land(instruction)

    async def unpause(self) -> Landed:
        """Lift the pause before it ends by itself."""
        instruction = instructions.unpause(authority=self._key, program_id=self._program_id)
        return await self._land(instruction)

    @property
    def _key(self) -> Pubkey:
        return self._network.signer.pubkey()

    @property
    def _program_id(self) -> Pubkey:
        return self._network.verification.program_id

    async def _land(self, instruction: Instruction) -> Landed:
        return await self._network.land([instruction], [self._network.signer])
