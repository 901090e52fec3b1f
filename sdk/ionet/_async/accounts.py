"""Reading accounts of one program as its generated classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.connection import AsyncConnection
from ionet.errors import AccountNotFoundError
from ionet.filters import AccountFilter
from ionet.programs.escrow.constants import SYSTEM_PROGRAM


class Decodable(Protocol):
    """A generated account class."""

    @classmethod
    def decode(cls, address: Pubkey, account: Account, *, program_id: Pubkey) -> Self:
        """Decode an account; ``AccountDecodeError`` if it is none of this kind."""
        ...


K = TypeVar("K", bound=Decodable)


class AsyncAccounts:
    """The accounts of one program.

    Args:
        connection: The chain.
        program_id: The program.
    """

    def __init__(self, connection: AsyncConnection, program_id: Pubkey) -> None:
        self.connection = connection
        self.program_id = program_id

    async def find(self, kind: type[K], address: Pubkey) -> K | None:
        """Return the account, or None when it does not exist."""
        return self._decode(kind, address, await self.connection.get_account(address))

    async def fetch(self, kind: type[K], address: Pubkey) -> K:
        """Return the account; ``AccountNotFoundError`` when it does not exist."""
        found = await self.find(kind, address)
        if found is None:
            raise AccountNotFoundError(f"{kind.__name__.lower()} {address}: does not exist")
        return found

    async def find_many(self, kind: type[K], addresses: Sequence[Pubkey]) -> list[K | None]:
        """Return the accounts in the order asked for, None where one does not exist."""
        accounts = await self.connection.get_accounts(addresses)
        return [
            self._decode(kind, address, account)
            for address, account in zip(addresses, accounts, strict=True)
        ]

    async def scan(self, kind: type[K], wanted: AccountFilter) -> list[tuple[Pubkey, K]]:
        """Return all accounts that pass the filter, by address."""
        found = await self.connection.get_program_accounts(
            self.program_id, data_size=wanted.data_size, memcmp=wanted.memcmp
        )
        return [(key, kind.decode(key, acc, program_id=self.program_id)) for key, acc in found]

    def _decode(self, kind: type[K], address: Pubkey, account: Account | None) -> K | None:
        # Anyone can send lamports to an address that the program will create, or has closed.
        if account is None or account.owner == SYSTEM_PROGRAM:
            return None
        return kind.decode(address, account, program_id=self.program_id)
