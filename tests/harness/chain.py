"""A chain under test, and the two verdicts on a transaction: accepted, or refused.

Every refusal is held to its exact error, to the program under test as the one that refused, and to
having changed nothing but the fee payer's lamports. The fee payer (the faucet) plays no other part,
so no signature or write access comes from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, Self

from solders.account import Account
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from ionet.connection import TransactionFault, TransactionOutcome
from ionet.errors import ProgramError
from ionet.localnet.actors import FAUCET, Actor
from ionet.localnet.clock import MS_PER_SLOT
from ionet.localnet.sysvars import CLOCK, SLOT_HASHES
from ionet.localnet.vm import Snapshot, Vm
from ionet.logs import first_failure


class Record(Protocol):
    """A generated account class."""

    DISCRIMINATOR: ClassVar[bytes]
    LENGTH: ClassVar[int]

    @classmethod
    def decode(cls, address: Pubkey, account: Account) -> Self: ...
    def encode(self) -> bytes: ...


class Chain:
    """A VM in which whoever is known signs what a message asks of him.

    Args:
        vm: The chain; the faucet must have lamports on it.
        program_id: The program under test.
        kinds: Its accounts, by discriminator.

    Attributes:
        rejections: The errors met so far, each held to its code.
    """

    def __init__(self, vm: Vm, program_id: Pubkey, kinds: Sequence[type[Any]]) -> None:
        self.vm = vm
        self.program_id = program_id
        self.rejections: set[type[ProgramError]] = set()
        self._kinds: Mapping[bytes, type[Any]] = {kind.DISCRIMINATOR: kind for kind in kinds}
        self._keys: dict[Pubkey, Keypair] = {}
        self._base: Snapshot | None = None
        self.introduce(FAUCET)

    def introduce(self, *actors: Actor) -> None:
        """Let actors sign."""
        self._keys.update((actor.pubkey, actor.keypair) for actor in actors)

    # Time

    @property
    def now(self) -> int:
        """Unix second that the next transaction sees."""
        return self.vm.now().unix_timestamp

    def at(self, unix_time: int) -> Self:
        """Move the clock on to this second."""
        self.vm.warp_to(unix_time)
        return self

    def turn_back(self, unix_time: int) -> Self:
        """Set the clock to a second that has passed, as a cluster's clock can drift."""
        self.vm.clock.ms = unix_time * 1_000 + MS_PER_SLOT  # not the block that was first there
        return self

    def snapshot(self) -> Snapshot:
        """Remember the state."""
        return self.vm.snapshot()

    def keep(self) -> None:
        """Make this the state that :meth:`restore` returns to."""
        self._base = self.vm.snapshot()

    def restore(self, snapshot: Snapshot | None = None) -> None:
        """Return to a snapshot, or to the state that was kept."""
        state = self._base if snapshot is None else snapshot
        assert state is not None, "no state was kept"
        self.vm.restore(state)

    # Transactions

    def sign(self, steps: Sequence[Instruction]) -> VersionedTransaction:
        """Sign with the keys that the message asks for; the faucet pays the fee."""
        blockhash = self.vm.latest_blockhash().blockhash
        message = MessageV0.try_compile(FAUCET.pubkey, list(steps), [], blockhash)
        signers = message.account_keys[: message.header.num_required_signatures]
        return VersionedTransaction(message, [self._keys[signer] for signer in signers])

    def send(self, *steps: Instruction) -> TransactionOutcome:
        """Execute; the outcome says whether it failed."""
        return self.vm.send(self.sign(steps))

    def accept(self, *steps: Instruction) -> TransactionOutcome:
        """Execute what must succeed."""
        outcome = self.send(*steps)
        assert outcome.err is None, (outcome.err, outcome.logs)
        return outcome

    def reject(self, error: type[ProgramError], *steps: Instruction) -> TransactionOutcome:
        """Execute what the program must refuse in the last step, changing nothing."""
        outcome = self.reject_by_runtime(
            TransactionFault("Custom", len(steps) - 1, error.code), *steps
        )
        failure = first_failure(outcome.logs)
        assert failure is not None
        assert failure.program == str(self.program_id), failure
        self.rejections.add(error)
        return outcome

    def reject_by_runtime(self, fault: TransactionFault, *steps: Instruction) -> TransactionOutcome:
        """Execute what must fail with exactly this fault, changing nothing."""
        tx = self.sign(steps)
        passing = (FAUCET.pubkey, CLOCK, SLOT_HASHES)  # pays the fee, move by themselves
        touched = [key for key in tx.message.account_keys if key not in passing]
        before = [self.vm.get_account(key) for key in touched]
        outcome = self.vm.send(tx)
        assert outcome.err == fault, (outcome.err, fault, outcome.logs)
        for key, account in zip(touched, before, strict=True):
            assert self.vm.get_account(key) == account, f"account {key} changed"
        return outcome

    # Accounts

    def account(self, address: Pubkey) -> Account:
        """Return an account that exists."""
        account = self.vm.get_account(address)
        assert account is not None, f"account {address} does not exist"
        return account

    def exists(self, address: Pubkey) -> bool:
        """Tell whether there is an account."""
        return self.vm.get_account(address) is not None

    def lamports(self, address: Pubkey) -> int:
        """Return lamports; 0 when the account does not exist."""
        account = self.vm.get_account(address)
        return 0 if account is None else account.lamports

    def decode(self, address: Pubkey) -> Any:
        """Decode an account of the program; None where there is none.

        What the fields do not cover must be zero.
        """
        account = self.vm.get_account(address)
        if account is None or account.owner != self.program_id:
            return None
        record = self._kinds[account.data[:8]].decode(address, account)
        assert record.encode() == account.data, f"account {address}: reserved bytes were written"
        return record

    def rewrite(self, address: Pubkey, **fields: Any) -> None:
        """Change fields of an account of the program behind its back."""
        account = self.account(address)
        self.put(address, account, replace(self.decode(address), **fields).encode())

    def put(self, address: Pubkey, like: Account, data: bytes | None = None) -> None:
        """Set an account as another one is, with other data."""
        content = like.data if data is None else data
        self.vm.set_account(address, Account(like.lamports, content, like.owner))

    def remove(self, address: Pubkey) -> Account:
        """Remove an account; return it as it was."""
        account = self.account(address)
        self.vm.set_account(address, Account(0, b"", Pubkey.default()))
        return account
