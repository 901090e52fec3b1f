"""Transactions as values: a draft is made, given a compute limit, and signed; nothing is sent here.

Each stage is a type of its own, so no stage can be left out: only a ``SignedTransaction`` can be
sent, and only ``sign`` makes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.instruction import Instruction
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from ionet.connection import LatestBlockhash
from ionet.errors import SignerError, TransactionTooLargeError
from ionet.signers import Signer

PACKET_LENGTH = 1_232
"""Bytes of the largest transaction that the network carries."""

MAX_ACCOUNTS = 256
"""Accounts that the one-byte indexes of a message can tell apart."""

MAX_UNITS = 1_400_000
"""Compute units of the most expensive transaction that the runtime executes."""

_MIN_MARGIN = 500
"""Compute units: 10 % of a cheap transaction is less than one branch taken differently."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction to be signed.

    Attributes:
        instructions: What it does, without compute budget instructions.
        payer: Pays the network fee and signs first.
        signers: Every signer that the instructions ask for, payer included; more do no harm.
        latest: Blockhash it lives by, and how long.
        unit_limit: Compute units it may use.
        unit_price: Priority fee in micro-lamports per compute unit; 0 for none.
    """

    instructions: tuple[Instruction, ...]
    payer: Pubkey
    # solders 0.26 shows the secret in a key pair's repr.
    signers: tuple[Signer, ...] = field(repr=False)
    latest: LatestBlockhash
    unit_limit: int = MAX_UNITS
    unit_price: int = 0

    def with_unit_limit(self, units: int) -> Draft:
        """Return the draft with another compute limit; its size does not change."""
        return replace(self, unit_limit=units)

    def unsigned(self) -> VersionedTransaction:
        """Return the transaction with empty signatures, for simulation and for export."""
        message = compile_message(self)
        blanks = [Signature.default()] * message.header.num_required_signatures
        return VersionedTransaction.populate(message, blanks)


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """Bytes to send, which may be sent again: the same signature lands once at most.

    Attributes:
        raw: The wire bytes.
        signature: The first signature, the transaction's identity.
        last_valid_block_height: It can land up to this block height.
    """

    raw: bytes
    signature: Signature
    last_valid_block_height: int


def compile_message(draft: Draft) -> MessageV0:
    """Compile the v0 message, compute budget first.

    The ed25519 instruction of a voucher keeps its place directly before ``settle_voucher``.

    Raises:
        TransactionTooLargeError: more accounts than an index can count.
    """
    budget = [set_compute_unit_limit(draft.unit_limit)]
    if draft.unit_price:
        budget.append(set_compute_unit_price(draft.unit_price))
    steps = [*budget, *draft.instructions]
    # The compiler's own refusal has no name that both lanes can import.
    named = {meta.pubkey for step in steps for meta in step.accounts}
    if len(named | {draft.payer} | {step.program_id for step in steps}) > MAX_ACCOUNTS:
        raise TransactionTooLargeError(
            f"transaction of {len(draft.instructions)} instructions names too many accounts,"
            f" an index counts {MAX_ACCOUNTS}"
        )
    return MessageV0.try_compile(draft.payer, steps, [], draft.latest.blockhash)


def check_size(draft: Draft) -> int:
    """Return the length in bytes of the signed transaction.

    Raises:
        TransactionTooLargeError: above 1,232 bytes; the message counts the instructions.
    """
    length = len(bytes(draft.unsigned()))
    if length > PACKET_LENGTH:
        raise TransactionTooLargeError(
            f"transaction of {len(draft.instructions)} instructions has {length} bytes,"
            f" at most {PACKET_LENGTH} can be sent"
        )
    return length


def pack(draft: Draft, groups: Iterable[Sequence[Instruction]]) -> list[tuple[Instruction, ...]]:
    """Fill as few transactions as keep the order and the size limit; a group is never split.

    Args:
        draft: Gives payer, signers and budget; its own instructions are ignored.
        groups: Instructions that must be in one transaction.

    Raises:
        TransactionTooLargeError: one group alone is too large.
    """
    packed: list[tuple[Instruction, ...]] = []
    current: tuple[Instruction, ...] = ()
    for group in groups:
        wider = (*current, *group)
        try:
            check_size(replace(draft, instructions=wider))
        except TransactionTooLargeError:
            if not current:
                raise
            packed.append(current)
            wider = tuple(group)
            check_size(replace(draft, instructions=wider))
        current = wider
    return [*packed, current] if current else packed


def limit_from_simulation(units_consumed: int) -> int:
    """Return the compute limit for a transaction that used this many units when simulated.

    10 % more, rounded up, and at least 500 units more: the state may differ a little when it lands.
    """
    margin = max(-(-units_consumed // 10), _MIN_MARGIN)
    return min(units_consumed + margin, MAX_UNITS)


def sign(draft: Draft) -> SignedTransaction:
    """Sign with every signer that the message requires, in its order.

    Raises:
        SignerError: a required signer is not among the draft's; the message names its key.
        TransactionTooLargeError: see :func:`check_size`.
    """
    check_size(draft)
    message = compile_message(draft)
    by_key = {signer.pubkey(): signer for signer in draft.signers}
    required = message.account_keys[: message.header.num_required_signatures]
    if missing := [str(key) for key in required if key not in by_key]:
        raise SignerError(f"no signer for {', '.join(missing)}, whose signature is required")
    signed_bytes = to_bytes_versioned(message)
    signatures = [by_key[key].sign_message(signed_bytes) for key in required]
    raw = bytes(VersionedTransaction.populate(message, signatures))
    return SignedTransaction(raw, signatures[0], draft.latest.last_valid_block_height)
