"""The checks a transaction passes before it is executed, as a cluster's node makes them.

LiteSVM accepts one blockhash, forgets signatures after a while and knows no packet limit; its own
checks are off (``ionet.lanes.new_litesvm``) and these stand in their place. Durable nonces are not
offered: every transaction must name a recent blockhash.
"""

from __future__ import annotations

from typing import NoReturn

from solders.transaction import VersionedTransaction

from ionet.connection import TransactionFault, TransactionRefusedError
from ionet.localnet.clock import RECENT_BLOCKHASHES, BlockClock

PACKET_LIMIT = 1_232
"""Bytes of a serialised transaction that fit in one network packet."""


def refuse(kind: str, message: str) -> NoReturn:
    """Raise the refusal of a transaction that is not executed."""
    raise TransactionRefusedError(TransactionFault(kind), message)


def parse(raw: bytes) -> VersionedTransaction:
    """Decode a transaction from exactly these bytes.

    Raises:
        TransactionRefusedError: ``PacketTooLarge`` or ``SanitizeFailure``.
    """
    check_size(raw)
    try:
        tx = VersionedTransaction.from_bytes(raw)
    except ValueError as error:
        refuse("SanitizeFailure", f"transaction of {len(raw)} bytes cannot be decoded: {error}")
    if bytes(tx) != raw:
        refuse("SanitizeFailure", f"transaction of {len(raw)} bytes has bytes after its end")
    return tx


def check_size(raw: bytes) -> None:
    """Refuse what does not fit in one packet."""
    if len(raw) > PACKET_LIMIT:
        refuse("PacketTooLarge", f"transaction has {len(raw)} bytes: the limit is {PACKET_LIMIT}")


def check_signatures(tx: VersionedTransaction) -> None:
    """Refuse a transaction that is malformed, or not signed by each of its signers."""
    try:
        tx.sanitize()
    except Exception as error:
        refuse("SanitizeFailure", f"transaction is malformed: {error}")
    results = tx.verify_with_results()
    required = tx.message.header.num_required_signatures
    for signer, is_valid in zip(tx.message.account_keys[:required], results, strict=True):
        if not is_valid:
            refuse("SignatureFailure", f"signature of {signer} is missing or wrong")


def check_blockhash(tx: VersionedTransaction, clock: BlockClock) -> None:
    """Refuse a blockhash that is not one of the last 150."""
    blockhash = tx.message.recent_blockhash
    if not clock.is_recent(blockhash):
        refuse(
            "BlockhashNotFound",
            f"blockhash {blockhash} is not one of the last {RECENT_BLOCKHASHES}",
        )
