"""Governance's side: parameters within hard-coded bounds, and the guardian's pause.

Each program has its own; ``verification`` leads to the other one's.
"""

from __future__ import annotations

from collections.abc import Mapping

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet._async.verification_governance import AsyncVerificationGovernance
from ionet.amounts import Amount, base_units_of
from ionet.errors import AmountError
from ionet.programs.escrow import instructions
from ionet.programs.escrow.accounts import Config
from ionet.programs.escrow.enums import GpuClass
from ionet.results import Landed
from ionet.signers import Signer
from ionet.tokens import build_create_associated_token_account

CLASS_SLOTS = 16
"""GPU classes that have a minimum rate for each mint."""


class AsyncGovernance:
    """What the escrow's authority and guardian do.

    Attributes:
        verification: The same for the verification program, whose parameters are its own.
    """

    def __init__(self, network: AsyncNetwork) -> None:
        self._network = network
        self.verification = AsyncVerificationGovernance(network)

    async def fetch_config(self) -> Config:
        """Return the escrow's parameters."""
        return await self._network.fetch_config()

    async def initialize_config(
        self,
        genesis_authority: Signer,
        *,
        authority: Pubkey,
        guardian: Pubkey,
        treasury: Pubkey,
        fee_bps: int,
    ) -> Landed:
        """Create the parameters; only the authority compiled into the program can.

        Args:
            genesis_authority: That authority.
            authority: May change the parameters from now on.
            guardian: May pause entries, nothing else.
            treasury: Owner of the token accounts that receive fees.
            fee_bps: Fee in bps of what providers earn, at most 1,000.
        """
        network = self._network
        genesis_hash = await network.connection.get_genesis_hash()
        instruction = instructions.initialize_config(
            payer=network.payer.pubkey(),
            genesis_authority=genesis_authority.pubkey(),
            authority=authority,
            guardian=guardian,
            treasury=treasury,
            genesis_hash=Pubkey(bytes(genesis_hash)),
            fee_bps=fee_bps,
            program_id=network.programs.escrow,
        )
        return await network.land([instruction], [genesis_authority])

    async def update_config(
        self,
        *,
        guardian: Pubkey | None = None,
        treasury: Pubkey | None = None,
        fee_bps: int | None = None,
    ) -> Landed:
        """Change the parameters that are given and keep the others; jobs keep their fee."""
        now = await self._network.fetch_config()
        instruction = instructions.update_config(
            authority=self._key,
            guardian=now.guardian if guardian is None else guardian,
            treasury=now.treasury if treasury is None else treasury,
            fee_bps=now.fee_bps if fee_bps is None else fee_bps,
            program_id=self._network.programs.escrow,
        )
        return await self._land(instruction)

    async def set_mint(
        self,
        slot: int,
        mint: Pubkey,
        *,
        is_accepted: bool = True,
        min_rates: Mapping[GpuClass, Amount | int] | None = None,
        create_treasury_account: bool = True,
    ) -> Landed:
        """Write one mint slot.

        Args:
            slot: 0 for USDC, 1 for $IO; 0 to 3.
            mint: A classic SPL mint.
            is_accepted: Whether new offers and jobs may use it.
            min_rates: Lowest rate per hour of each GPU class; classes left out have none.
            create_treasury_account: Create the treasury's token account where it is missing.
        """
        network = self._network
        rates = [0] * CLASS_SLOTS
        for gpu, rate in (min_rates or {}).items():
            if isinstance(rate, Amount) and rate.mint_slot != slot:
                raise AmountError(f"minimum rate {rate}: slot {slot} is not for {rate.symbol}")
            rates[gpu] = base_units_of(rate, f"minimum rate of {gpu.name}")
        steps = [
            instructions.set_mint(
                authority=self._key,
                mint=mint,
                slot=slot,
                is_accepted=is_accepted,
                min_rates=tuple(rates),
                program_id=network.programs.escrow,
            )
        ]
        if create_treasury_account:
            payer, treasury = network.payer.pubkey(), (await network.fetch_config()).treasury
            steps.append(
                build_create_associated_token_account(payer=payer, owner=treasury, mint=mint)
            )
        return await self._land(*steps)

    async def propose_authority(self, new_authority: Pubkey) -> Landed:
        """Name the next authority, who must accept; the zero address withdraws the proposal."""
        instruction = instructions.propose_authority(
            authority=self._key,
            new_authority=new_authority,
            program_id=self._network.programs.escrow,
        )
        return await self._land(instruction)

    async def accept_authority(self) -> Landed:
        """Take over as authority, as the one who was proposed."""
        instruction = instructions.accept_authority(
            pending_authority=self._key, program_id=self._network.programs.escrow
        )
        return await self._land(instruction)

    async def pause(self, flags: int) -> Landed:
        """Pause entries for 72 h: ``PAUSE_OPEN``, ``PAUSE_ACCEPT``, ``PAUSE_EXTEND``, or a sum."""
        instruction = instructions.pause(
            guardian=self._key, flags=flags, program_id=self._network.programs.escrow
        )
        return await self._land(instruction)

    async def unpause(self) -> Landed:
        """Lift the pause before it ends by itself."""
        instruction = instructions.unpause(
            authority=self._key, program_id=self._network.programs.escrow
        )
        return await self._land(instruction)

    @property
    def _key(self) -> Pubkey:
        return self._network.signer.pubkey()

    async def _land(self, *steps: Instruction) -> Landed:
        return await self._network.land(steps, [self._network.signer])
