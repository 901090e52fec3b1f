"""Records the ledgers under ``fixtures/``: ``python -m tests.localnet.record_fixtures``.

Both are recorded in the current lane and replayed in both. ``market.jsonl`` runs the shipped
program, so it is recorded again whenever the program changes.
"""

from __future__ import annotations

from pathlib import Path

from solders.compute_budget import set_compute_unit_limit
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.lanes import IS_CURRENT
from ionet.localnet import Actor, Genesis, Vm
from ionet.localnet.assets import USDC, mint_with_holders
from ionet.localnet.ledger import recording
from ionet.tokens import build_create_associated_token_account
from tests.localnet.chain import SOL, Chain, system_account
from tests.localnet.market import record_rental

FIXTURES = Path(__file__).parent / "fixtures"
TOKENS, MARKET = FIXTURES / "tokens.jsonl", FIXTURES / "market.jsonl"
U64_MAX = 2**64 - 1


def record_tokens(path: Path) -> None:
    """Record token transactions limited to 500 CU: a tenth of what they cost in the older lane.

    The last one fails with the token program's own error: the supply would overflow.
    """
    holder, faucet = Pubkey(b"\3" * 32), Actor.named("faucet")
    accounts = ((faucet.pubkey, system_account(SOL)), *mint_with_holders(USDC, [(holder, 5)]))
    chain = Chain(Vm(Genesis(accounts=accounts)))
    create = build_create_associated_token_account(
        payer=faucet.pubkey, owner=Pubkey(b"\4" * 32), mint=USDC.address
    )

    def send(*instructions: Instruction) -> None:
        chain.vm.send(chain.sign(*instructions, signers=(faucet,)))

    with recording(chain.vm, path):
        send(create)
        send(set_compute_unit_limit(500), USDC.mint_to(holder, 7))
        chain.vm.warp(60)
        send(set_compute_unit_limit(500), USDC.mint_to(holder, U64_MAX))


def main() -> None:
    """Record both."""
    if not IS_CURRENT:
        raise SystemExit("record_fixtures: fixtures are recorded in the current lane")
    FIXTURES.mkdir(exist_ok=True)
    record_tokens(TOKENS)
    record_rental(MARKET)


if __name__ == "__main__":
    main()
