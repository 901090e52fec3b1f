"""Named actors of the localnet, the same in every run.

Their keys follow from their names: whoever reads this can spend what they own, and they are for
the localnet only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from solders.keypair import Keypair
from solders.pubkey import Pubkey


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who can sign; the secret stays out of ``repr``."""

    name: str
    keypair: Keypair = field(repr=False)

    @property
    def pubkey(self) -> Pubkey:
        """The actor's address."""
        return self.keypair.pubkey()

    @classmethod
    def named(cls, name: str) -> Actor:
        """Return the actor whose key is the SHA-256 of ``ionet:localnet:<name>``."""
        seed = sha256(f"ionet:localnet:{name}".encode()).digest()
        return cls(name, Keypair.from_seed(seed))


FAUCET = Actor.named("faucet")
"""Holds the SOL that ``Localnet.airdrop`` hands out; authority of the test mints."""
GENESIS_AUTHORITY = Actor.named("genesis-authority")
"""The key compiled into localnet builds: the only one that may initialise a program's config."""
GOVERNANCE = Actor.named("governance")
"""Authority of every config."""
GUARDIAN = Actor.named("guardian")
"""May pause, nothing else."""
TREASURY = Actor.named("treasury")
"""Owns the token accounts that receive fees."""
EPOCH_KEEPER = Actor.named("epoch-keeper")
"""Opens, seeds and tallies epochs in ``Localnet.run_epochs``, as anyone may."""
STAFF = (FAUCET, GENESIS_AUTHORITY, GOVERNANCE, GUARDIAN, TREASURY, EPOCH_KEEPER)
"""Actors that every localnet has; nobody else may have their names."""
