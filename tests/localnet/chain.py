"""A small chain of plain transfers: what the localnet promises needs no program of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solders.account import Account
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from ionet.localnet.actors import Actor
from ionet.localnet.genesis import Genesis
from ionet.localnet.vm import Vm

SOL = 10**9
ALICE = Actor.named("alice")
BOB = Actor.named("bob")


def system_account(lamports: int) -> Account:
    return Account(lamports, b"", SYSTEM_PROGRAM)


@dataclass
class Chain:
    """A VM with two funded actors, and transactions between them."""

    vm: Vm

    def sign(
        self,
        *instructions: Instruction,
        signers: Sequence[Actor] = (ALICE,),
        blockhash: Hash | None = None,
    ) -> VersionedTransaction:
        recent = blockhash or self.vm.latest_blockhash().blockhash
        message = MessageV0.try_compile(signers[0].pubkey, list(instructions), [], recent)
        return VersionedTransaction(message, [signer.keypair for signer in signers])

    def transfer(
        self, lamports: int, *, to: Pubkey = BOB.pubkey, sender: Actor = ALICE
    ) -> Instruction:
        return transfer(TransferParams(from_pubkey=sender.pubkey, to_pubkey=to, lamports=lamports))

    def pay(self, lamports: int, *, to: Pubkey = BOB.pubkey) -> VersionedTransaction:
        return self.sign(self.transfer(lamports, to=to))

    def balance(self, address: Pubkey) -> int:
        account = self.vm.get_account(address)
        return 0 if account is None else account.lamports


def new_chain() -> Chain:
    accounts = ((ALICE.pubkey, system_account(1_000 * SOL)), (BOB.pubkey, system_account(SOL)))
    return Chain(Vm(Genesis(accounts=accounts)))
