"""What a transaction says about accounts and fees, read without executing it.

Sources: Solana transaction format v0 (address lookup tables), SIMD-0170 (default compute limits),
Agave ``fee-structure`` (5,000 lamports per signature, precompile signatures included).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from solders.account import Account
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from ionet.connection import TransactionFault, TransactionRefusedError
from ionet.lanes import MAX_COMPUTE_UNITS

LAMPORTS_PER_SIGNATURE = 5_000
LOOKUP_TABLE_PROGRAM = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
LOOKUP_TABLE_HEADER = 56
_COMPUTE_BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
_PRECOMPILES = frozenset(
    map(
        Pubkey.from_string,
        (
            "Ed25519SigVerify111111111111111111111111111",
            "KeccakSecp256k11111111111111111111111111111",
            "Secp256r1SigVerify1111111111111111111111111",
        ),
    )
)
_BUILTINS = frozenset(
    map(
        Pubkey.from_string,
        (
            "11111111111111111111111111111111",
            "Vote111111111111111111111111111111111111111",
            "ComputeBudget111111111111111111111111111111",
            "BPFLoader1111111111111111111111111111111111",
            "BPFLoader2111111111111111111111111111111111",
            "BPFLoaderUpgradeab1e11111111111111111111111",
            "LoaderV411111111111111111111111111111111111",
            "Ed25519SigVerify111111111111111111111111111",
            "KeccakSecp256k11111111111111111111111111111",
        ),
    )
)
_BUILTIN_UNITS = 3_000
_PROGRAM_UNITS = 200_000
_SET_UNIT_LIMIT, _SET_UNIT_PRICE = 2, 3
_MICROLAMPORTS = 1_000_000


@dataclass(frozen=True, slots=True)
class AccountKeys:
    """Every account that a transaction names, in the order of the runtime.

    Attributes:
        all: Static keys, then looked-up writable ones, then looked-up read-only ones.
        writable: Those that the transaction may change, in the same order.
    """

    all: tuple[Pubkey, ...]
    writable: tuple[Pubkey, ...]


def account_keys(
    tx: VersionedTransaction, get_account: Callable[[Pubkey], Account | None]
) -> AccountKeys:
    """List the accounts of a transaction; ``get_account`` reads its lookup tables.

    Raises:
        TransactionRefusedError: ``UnsupportedVersion``, ``AddressLookupTableNotFound`` or
            ``InvalidAddressLookupTableIndex``.
    """
    message = tx.message
    header, keys = message.header, tuple(message.account_keys)
    signers = header.num_required_signatures
    # Signers first, then the others; within each group the read-only keys stand last.
    writable = (
        *keys[: signers - header.num_readonly_signed_accounts],
        *keys[signers : len(keys) - header.num_readonly_unsigned_accounts],
    )
    if isinstance(message, Message):
        return AccountKeys(keys, writable)
    if not isinstance(message, MessageV0):
        raise TransactionRefusedError(
            TransactionFault("UnsupportedVersion"), "transaction version: must be legacy or 0"
        )
    if not message.address_table_lookups:
        return AccountKeys(keys, writable)
    looked_up_writable, looked_up_readonly = _look_up(message, get_account)
    return AccountKeys(
        (*keys, *looked_up_writable, *looked_up_readonly), (*writable, *looked_up_writable)
    )


def _look_up(
    message: MessageV0, get_account: Callable[[Pubkey], Account | None]
) -> tuple[list[Pubkey], list[Pubkey]]:
    writable: list[Pubkey] = []
    readonly: list[Pubkey] = []
    for lookup in message.address_table_lookups:
        table = get_account(lookup.account_key)
        if table is None or table.owner != LOOKUP_TABLE_PROGRAM:
            raise TransactionRefusedError(
                TransactionFault("AddressLookupTableNotFound"),
                f"address lookup table {lookup.account_key} does not exist",
            )
        body = table.data[LOOKUP_TABLE_HEADER:]
        for indexes, found in (
            (lookup.writable_indexes, writable),
            (lookup.readonly_indexes, readonly),
        ):
            for index in bytes(indexes):
                entry = body[32 * index : 32 * index + 32]
                if len(entry) != 32:
                    raise TransactionRefusedError(
                        TransactionFault("InvalidAddressLookupTableIndex"),
                        f"address lookup table {lookup.account_key} has no entry {index}",
                    )
                found.append(Pubkey(entry))
    return writable, readonly


@dataclass(frozen=True, slots=True)
class Fee:
    """The network fee of a transaction, in lamports."""

    signatures: int
    priority: int

    @property
    def total(self) -> int:
        """What the fee payer is charged, whether the transaction succeeds or fails."""
        return self.signatures + self.priority


def network_fee(tx: VersionedTransaction) -> Fee:
    """Compute the fee: 5,000 lamports per signature, and limit times price, rounded up."""
    message = tx.message
    keys = message.account_keys
    signatures = message.header.num_required_signatures
    price, limit, default_limit = 0, None, 0
    for instruction in message.instructions:
        program = keys[instruction.program_id_index]
        data = instruction.data
        default_limit += _BUILTIN_UNITS if program in _BUILTINS else _PROGRAM_UNITS
        if program in _PRECOMPILES and data:
            signatures += data[0]
        elif program == _COMPUTE_BUDGET and len(data) == 5 and data[0] == _SET_UNIT_LIMIT:
            limit = int.from_bytes(data[1:5], "little")
        elif program == _COMPUTE_BUDGET and len(data) == 9 and data[0] == _SET_UNIT_PRICE:
            price = int.from_bytes(data[1:9], "little")
    units = min(default_limit if limit is None else limit, MAX_COMPUTE_UNITS)
    return Fee(LAMPORTS_PER_SIGNATURE * signatures, -(-units * price // _MICROLAMPORTS))
