"""What a chain starts from: time, programs and accounts, and the hash which identifies them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey

from ionet.localnet.errors import GenesisError

DEFAULT_UNIX_TIME = 1_767_225_600
"""2026-01-01T00:00:00Z, so that runs repeat to the byte."""
DEFAULT_SLOT = 450_000_000
"""Above the first slot of every runtime in use, so that built-in programs are in force."""


@dataclass(frozen=True, slots=True)
class Program:
    """An on-chain program: its address and its ELF file."""

    name: str
    address: Pubkey
    elf: bytes

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the ELF file, by which ledgers name the build."""
        return sha256(self.elf).hexdigest()


@dataclass(frozen=True, slots=True)
class Genesis:
    """Everything that exists before the first transaction."""

    programs: tuple[Program, ...] = ()
    accounts: tuple[tuple[Pubkey, Account], ...] = ()
    unix_time: int = DEFAULT_UNIX_TIME
    slot: int = DEFAULT_SLOT

    def __post_init__(self) -> None:
        addresses = [program.address for program in self.programs]
        addresses += [address for address, _ in self.accounts]
        for address in addresses:
            if addresses.count(address) > 1:
                raise GenesisError(f"genesis account {address}: is set more than once")

    def hash(self) -> Hash:
        """Identify the genesis by time, program addresses and accounts.

        Program builds are left out: the same history then has the same blockhashes, and so the
        same signatures, whichever build of a program executes it.
        """
        digest = sha256(b"ionet:localnet:genesis")
        digest.update(self.slot.to_bytes(8, "little") + self.unix_time.to_bytes(8, "little"))
        digest.update(len(self.programs).to_bytes(8, "little"))
        for program in self.programs:
            digest.update(bytes(program.address))
        for address, account in self.accounts:
            digest.update(bytes(address) + account.lamports.to_bytes(8, "little"))
            digest.update(bytes(account.owner) + bytes([account.executable]))
            digest.update(len(account.data).to_bytes(8, "little") + account.data)
        return Hash(digest.digest())
