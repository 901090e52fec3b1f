"""Rent and fees are those of a cluster, equal in both lanes."""

import struct

import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.connection import TransactionRefusedError
from ionet.localnet.actors import Actor
from ionet.localnet.message import network_fee
from ionet.localnet.rent import minimum_balance
from tests.localnet.chain import ALICE, BOB, SOL, Chain, system_account

ED25519 = Pubkey.from_string("Ed25519SigVerify111111111111111111111111111")
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
NEW = Actor.named("nobody-yet").pubkey
RENT = Pubkey.from_string("SysvarRent111111111111111111111111111111111")


def ed25519(message: bytes = b"voucher") -> Instruction:
    signature = ALICE.keypair.sign_message(message)
    header = struct.pack("<BBHHHHHHH", 1, 0, 48, 0xFFFF, 16, 0xFFFF, 112, len(message), 0xFFFF)
    return Instruction(ED25519, header + bytes(ALICE.pubkey) + bytes(signature) + message, [])


def test_rent_is_6960_lamports_per_byte(chain: Chain) -> None:
    assert minimum_balance(0) == 890_880
    assert minimum_balance(165) == 2_039_280
    rent = chain.vm.get_account(RENT)
    assert rent is not None
    rate, threshold, _ = struct.unpack("<QdB", rent.data)
    assert rate * threshold == 6_960


@pytest.mark.parametrize("lamports", [1, 10, 890_879])
def test_an_account_below_exemption_fails_the_transaction(chain: Chain, lamports: int) -> None:
    tx = chain.pay(lamports, to=NEW)
    simulated = chain.vm.simulate(tx)
    assert simulated.err is not None
    assert simulated.err.kind == "InsufficientFundsForRent"
    outcome = chain.vm.send(tx)
    assert outcome.err is not None
    assert outcome.err.kind == "InsufficientFundsForRent"
    assert chain.vm.get_account(NEW) is None
    assert chain.balance(ALICE.pubkey) == 1_000 * SOL - 5_000


def test_an_exempt_account_is_created(chain: Chain) -> None:
    assert chain.vm.simulate(chain.pay(890_880, to=NEW)).err is None
    assert chain.vm.send(chain.pay(890_880, to=NEW)).err is None
    assert chain.balance(NEW) == 890_880


def test_an_account_may_be_emptied_but_not_left_below_exemption(chain: Chain) -> None:
    def drain(lamports: int) -> str | None:
        tx = chain.sign(chain.transfer(lamports, to=ALICE.pubkey, sender=BOB), signers=(ALICE, BOB))
        err = chain.vm.send(tx).err
        return err and err.kind

    assert drain(SOL - 1) == "InsufficientFundsForRent"
    assert chain.balance(BOB.pubkey) == SOL
    assert drain(SOL) is None
    assert chain.vm.get_account(BOB.pubkey) is None


def test_an_account_that_was_below_may_shrink_but_not_grow(chain: Chain) -> None:
    chain.vm.set_account(BOB.pubkey, system_account(1_000))
    grown = chain.vm.send(chain.pay(1)).err
    assert grown is not None
    assert grown.kind == "InsufficientFundsForRent"
    back = chain.transfer(1, to=ALICE.pubkey, sender=BOB)
    assert chain.vm.send(chain.sign(back, signers=(ALICE, BOB))).err is None
    assert chain.balance(BOB.pubkey) == 999


def test_a_fee_payer_must_stay_exempt(chain: Chain) -> None:
    payer = Actor.named("thin")
    chain.vm.set_account(payer.pubkey, system_account(890_880 + 5_999))
    tx = chain.sign(
        set_compute_unit_limit(1_000),
        set_compute_unit_price(1_000_000),
        Instruction(MEMO, b"x", []),
        signers=(payer,),
    )
    with pytest.raises(TransactionRefusedError) as refused:
        chain.vm.send(tx)
    assert refused.value.fault.kind == "InsufficientFundsForRent"
    assert chain.balance(payer.pubkey) == 890_880 + 5_999


FEES = {
    "one signature": ([], 5_000),
    "limit and price": ([set_compute_unit_limit(1_500), set_compute_unit_price(1_000_000)], 6_500),
    "rounded up": ([set_compute_unit_limit(1_001), set_compute_unit_price(1_000)], 5_002),
    "price without limit": ([set_compute_unit_price(1_000_000)], 5_000 + 2 * 3_000),
    "limit without price": ([set_compute_unit_limit(1_500)], 5_000),
    "ed25519 counts": ([ed25519()], 10_000),
    "ed25519 with price": ([set_compute_unit_price(1_000_000), ed25519()], 10_000 + 3 * 3_000),
    "a program's default": (
        [set_compute_unit_price(1_000_000), Instruction(MEMO, b"x", [])],
        5_000 + 200_000 + 2 * 3_000,
    ),
    "above the maximum": (
        [set_compute_unit_limit(2_000_000), set_compute_unit_price(1_000_000)],
        5_000 + 1_400_000,
    ),
}


@pytest.mark.parametrize("case", FEES)
def test_the_fee_is_charged_reported_and_computed(chain: Chain, case: str) -> None:
    instructions, fee = FEES[case]
    before = chain.balance(ALICE.pubkey)
    tx = chain.sign(*instructions, chain.transfer(1))
    outcome = chain.vm.send(tx)
    assert outcome.err is None
    assert network_fee(tx).total == fee
    assert outcome.fee == fee
    assert before - chain.balance(ALICE.pubkey) == fee + 1


def test_a_failed_transaction_pays_its_priority_fee(chain: Chain) -> None:
    price = (set_compute_unit_limit(1_000), set_compute_unit_price(1_000_000))
    outcome = chain.vm.send(chain.sign(*price, chain.transfer(10_000 * SOL)))
    assert outcome.err is not None
    assert outcome.fee == 6_000
    assert chain.balance(ALICE.pubkey) == 1_000 * SOL - 6_000


def test_simulation_charges_nothing(chain: Chain) -> None:
    price = (set_compute_unit_limit(1_000), set_compute_unit_price(1_000_000))
    outcome = chain.vm.simulate(chain.sign(*price, chain.transfer(1)))
    assert (outcome.err, outcome.units_consumed) == (None, 450)
    assert chain.balance(ALICE.pubkey) == 1_000 * SOL
    assert chain.balance(BOB.pubkey) == SOL
