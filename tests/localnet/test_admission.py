"""What does not land: each refusal by its kind, with nothing changed."""

import pytest
from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from ionet.connection import TransactionRefusedError
from ionet.localnet.actors import Actor
from tests.localnet.chain import ALICE, BOB, SOL, Chain, system_account

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")


def assert_refused(chain: Chain, tx: VersionedTransaction | bytes, kind: str, text: str) -> None:
    before = (chain.vm.now(), chain.vm.snapshot().accounts, chain.vm.landed_count)
    with pytest.raises(TransactionRefusedError, match=text) as refused:
        chain.vm.send(tx)
    assert refused.value.fault.kind == kind
    assert (chain.vm.now(), chain.vm.snapshot().accounts, chain.vm.landed_count) == before


def memo_of_total(chain: Chain, size: int) -> VersionedTransaction:
    overhead = len(bytes(chain.sign(Instruction(MEMO, b"a" * 200, [])))) - 200
    return chain.sign(Instruction(MEMO, b"a" * (size - overhead), []))


def test_1232_bytes_are_sent_and_1233_are_not(chain: Chain) -> None:
    largest, larger = memo_of_total(chain, 1_232), memo_of_total(chain, 1_233)
    assert len(bytes(largest)) == 1_232
    assert len(bytes(larger)) == 1_233
    chain.vm.send(largest)
    assert chain.vm.landed_count == 1
    assert_refused(chain, larger, "PacketTooLarge", "1233 bytes: the limit is 1232")
    with pytest.raises(TransactionRefusedError, match="1233 bytes"):
        chain.vm.simulate(larger)


def test_a_repeat_is_refused_for_ever(chain: Chain) -> None:
    paid = chain.pay(7)
    chain.vm.send(paid)
    assert_refused(chain, paid, "AlreadyProcessed", str(paid.signatures[0]))
    for amount in range(600):
        chain.vm.send(chain.pay(1_000 + amount))
    balance = chain.balance(BOB.pubkey)
    assert_refused(chain, paid, "AlreadyProcessed", str(paid.signatures[0]))
    assert chain.balance(BOB.pubkey) == balance


def test_a_failed_transaction_lands_once(chain: Chain) -> None:
    poor = chain.pay(10_000 * SOL)
    outcome = chain.vm.send(poor)
    assert outcome.err is not None
    assert (outcome.err.kind, outcome.err.custom_code, outcome.fee) == ("Custom", 1, 5_000)
    assert chain.balance(ALICE.pubkey) == 1_000 * SOL - 5_000
    assert_refused(chain, poor, "AlreadyProcessed", "already landed")


def test_unknown_blockhash_is_refused(chain: Chain) -> None:
    unknown = chain.sign(chain.transfer(1), blockhash=Hash(bytes(range(32))))
    assert_refused(chain, unknown, "BlockhashNotFound", "not one of the last 150")


def test_each_signature_is_checked(chain: Chain) -> None:
    good = chain.sign(chain.transfer(1, sender=BOB), signers=(ALICE, BOB))
    assert len(good.signatures) == 2
    for place in range(2):
        signatures = list(good.signatures)
        signatures[place] = Signature.default()
        unsigned = VersionedTransaction.populate(good.message, signatures)
        signer = good.message.account_keys[place]
        assert_refused(chain, unsigned, "SignatureFailure", str(signer))
    assert chain.vm.send(good).err is None


def test_a_missing_signature_slot_is_refused(chain: Chain) -> None:
    good = chain.sign(chain.transfer(1, sender=BOB), signers=(ALICE, BOB))
    short = VersionedTransaction.populate(good.message, good.signatures[:1])
    assert_refused(chain, short, "SanitizeFailure", "malformed")


@pytest.mark.parametrize(
    "edit", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b"", lambda raw: b"\1"]
)
def test_bytes_that_are_no_transaction_are_refused(chain: Chain, edit) -> None:  # type: ignore[no-untyped-def]
    assert_refused(chain, edit(bytes(chain.pay(1))), "SanitizeFailure", "transaction of")


def test_a_payer_without_funds_is_refused(chain: Chain) -> None:
    stranger = Actor.named("stranger")
    tx = chain.sign(Instruction(MEMO, b"x", []), signers=(stranger,))
    assert_refused(chain, tx, "AccountNotFound", "AccountNotFound")
    chain.vm.set_account(stranger.pubkey, system_account(4_999))
    assert_refused(chain, tx, "InsufficientFundsForFee", "InsufficientFundsForFee")
    chain.vm.set_account(stranger.pubkey, system_account(5_000))
    assert chain.vm.send(tx).err is None
    assert chain.vm.get_account(stranger.pubkey) is None
