"""Instructions on a job, from the addresses around it.

One method per instruction of the program; only what the addresses do not tell is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.jobs import JobAddresses
from ionet.programs.escrow import instructions


@dataclass(frozen=True, slots=True)
class JobInstructions:
    """Builds the instructions of one job.

    Attributes:
        at: The addresses around the job.
        program_id: The escrow program.
    """

    at: JobAddresses
    program_id: Pubkey

    def accept(self, provider: Pubkey, *, opened_slot: int) -> Instruction:
        """Start the job, or in a cluster wait for the other members; signed by the provider.

        ``opened_slot`` is that of the job as the provider saw it, so that what he signs is worth
        nothing on another job which the client opens under the same id.
        """
        return instructions.accept_job(
            provider=provider,
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            opened_slot=opened_slot,
            program_id=self.program_id,
        )

    def decline(self, provider: Pubkey) -> Instruction:
        """Refuse the job; signed by the provider."""
        return instructions.decline_job(
            provider=provider,
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            client_token=self.at.client_token,
            program_id=self.program_id,
        )

    def extend(self, client: Pubkey, *, duration: int, deposit: int) -> Instruction:
        """Extend to these totals of seconds and base units; signed by the client."""
        return instructions.extend_job(
            client=client,
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            client_token=self.at.client_token,
            duration=duration,
            deposit=deposit,
            program_id=self.program_id,
        )

    def settle(self) -> Instruction:
        """Pay the provider what is due."""
        return instructions.settle_job(
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            provider_token=self.at.provider_token,
            program_id=self.program_id,
        )

    def settle_voucher(self, *, cumulative: int) -> Instruction:
        """Pay by the voucher that the ed25519 instruction directly before verifies."""
        return instructions.settle_voucher(
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            provider_token=self.at.provider_token,
            cumulative=cumulative,
            program_id=self.program_id,
        )

    def submit_result(self, provider: Pubkey, *, result_hash: bytes) -> Instruction:
        """Hand in the 32-byte hash of a result; signed by the provider."""
        return instructions.submit_result(
            provider=provider,
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            result_hash=result_hash,
            program_id=self.program_id,
        )

    def end(self, client: Pubkey) -> Instruction:
        """Stop the job or withdraw the request; signed by the client."""
        return instructions.end_job(
            client=client,
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            client_token=self.at.client_token,
            program_id=self.program_id,
        )

    def quit(self, provider: Pubkey) -> Instruction:
        """Stop the job; signed by the provider."""
        return instructions.quit_job(
            provider=provider,
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            client_token=self.at.client_token,
            program_id=self.program_id,
        )

    def expire(self, caller: Pubkey) -> Instruction:
        """Apply a deadline that has passed; the caller signs and gets the tip."""
        return instructions.expire_job(
            caller=caller,
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            client_token=self.at.client_token,
            program_id=self.program_id,
        )

    def release(self, caller: Pubkey) -> Instruction:
        """Make a stopped job final and pay the provider; signed by the caller."""
        return instructions.release(
            caller=caller,
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            provider_token=self.at.provider_token,
            program_id=self.program_id,
        )

    def refund(self) -> Instruction:
        """Pay the client what is owed."""
        return instructions.refund(
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            client_token=self.at.client_token,
            program_id=self.program_id,
        )

    def sweep_fee(self, treasury_token: Pubkey) -> Instruction:
        """Move the fee due to the treasury's token account."""
        return instructions.sweep_fee(
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            treasury_token=treasury_token,
            program_id=self.program_id,
        )

    def close(self) -> Instruction:
        """Close a job that holds nothing."""
        return instructions.close_job(
            job=self.at.job,
            offer=self.at.offer,
            device=self.at.device,
            cluster=self.at.cluster,
            vault=self.at.vault,
            client_token=self.at.client_token,
            mint=self.at.mint,
            rent_payer=self.at.rent_payer,
            program_id=self.program_id,
        )
