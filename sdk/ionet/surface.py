"""A program's published surface as data: what its IDL says about instructions.

For whoever walks over all instructions (tests, tools, explorers); clients call the generated
functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from solders.pubkey import Pubkey


@dataclass(frozen=True, slots=True)
class ConstSeed:
    """Bytes that are part of every address of a kind."""

    value: bytes


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """The 32 bytes of another account of the instruction."""

    name: str


@dataclass(frozen=True, slots=True)
class ArgSeed:
    """An argument of the instruction, as its bytes on the wire."""

    name: str


Seed: TypeAlias = ConstSeed | AccountSeed | ArgSeed


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """One account of an instruction; its place in the list is its place on the wire.

    Attributes:
        name: In snake case.
        signer: Must sign.
        writable: Must be writable.
        address: The one address it may have, if it is fixed.
        seeds: Of its program-derived address, where it follows from accounts and arguments.
    """

    name: str
    signer: bool
    writable: bool
    address: Pubkey | None = None
    seeds: tuple[Seed, ...] = ()


@dataclass(frozen=True, slots=True)
class ArgInfo:
    """One argument: name, type as the IDL writes it (``u64``, ``[u8; 32]``, ``JobKind``), bytes."""

    name: str
    type: str
    length: int


@dataclass(frozen=True, slots=True)
class InstructionInfo:
    """One instruction.

    Attributes:
        name: In snake case, also the name of the function that builds it.
        discriminator: First eight bytes of its data.
        accounts: The exact account list, in order.
        args: The exact arguments, in order.
        remaining: Name of the accounts that may follow the declared ones; None if there are none.
    """

    name: str
    discriminator: bytes
    accounts: tuple[AccountInfo, ...]
    args: tuple[ArgInfo, ...]
    remaining: str | None = None

    @property
    def data_length(self) -> int:
        """Exact length of its data in bytes, discriminator included."""
        return len(self.discriminator) + sum(arg.length for arg in self.args)
