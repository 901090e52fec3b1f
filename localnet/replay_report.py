"""What a replay tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from solders.pubkey import Pubkey

from ionet.localnet.records import Json

Value: TypeAlias = str | int | dict[str, Any] | list[Any] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where the replay did something else than the ledger says.

    Attributes:
        index: Number of the transaction, from 0.
        signature: Its signature.
        account: Address of the account that differs; None for fields of the transaction.
        field: Which field, e.g. ``error``, ``events``, ``data`` or ``conservation``.
        expected: What the ledger says.
        got: What the replay did.
    """

    index: int
    signature: str
    account: str | None
    field: str
    expected: Value
    got: Value


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay found.

    Attributes:
        is_identical: Every compared field was equal and money was conserved.
        transactions: How many transactions were executed again.
        sha256: Hex digest over genesis, direct changes and the always-compared fields of what the
            replay did; the same in both lanes.
        first_difference: None when identical.
        compared_logs_and_units: Whether logs and compute units were compared too.
        ledger_hash: Hash of the ledger's last line. Equal to the one that was published when the
            ledger was recorded, it tells that this is the whole of that ledger.
        genesis_hash: Identifies the chain that was replayed.
        accounts_set: Accounts that the ledger sets directly, without a transaction, in order.
    """

    is_identical: bool
    transactions: int
    sha256: str
    first_difference: Difference | None
    compared_logs_and_units: bool
    ledger_hash: str
    genesis_hash: str
    accounts_set: tuple[Pubkey, ...]

    def to_json(self) -> Json:
        """Return the report as a JSON object."""
        difference = self.first_difference
        return {
            "identical": self.is_identical,
            "transactions": self.transactions,
            "sha256": self.sha256,
            "compared_logs_and_units": self.compared_logs_and_units,
            "ledger_hash": self.ledger_hash,
            "genesis_hash": self.genesis_hash,
            "accounts_set": [str(address) for address in self.accounts_set],
            "first_difference": None
            if difference is None
            else {name: getattr(difference, name) for name in Difference.__slots__},
        }
