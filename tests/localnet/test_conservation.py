"""Money that does not add up is named, with the rule it breaks; honest money passes."""

from collections.abc import Callable

import pytest
from solders.account import Account
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.connection import TransactionFault
from ionet.localnet.actors import TREASURY
from ionet.localnet.conservation import ConservationCheck
from tests.localnet.one_job import (
    CLIENT,
    CONFIG,
    JOB,
    OFFER,
    PROVIDER,
    STRANGER,
    VAULT,
    OneJob,
    job,
    token_address,
)

FINAL = job(paid=731_250, fee=18_750, refunded=250_000)
SWAP = Instruction(Pubkey(b"\5" * 32), b"", [])


def refund(chain: OneJob, taker: Pubkey = CLIENT) -> None:
    chain.book(refunded=250_000)
    chain.move(250_000, JOB, taker)


def test_payments_pass() -> None:
    chain = OneJob.with_job()
    refund(chain)
    chain.book(paid=731_250, fee=18_750)
    chain.move(731_250, JOB, PROVIDER)
    chain.move(18_750, JOB, TREASURY.pubkey)
    assert chain.violation() is None


def test_deposits_pass() -> None:
    chain = OneJob.without_job()
    chain.open(job(earned=0))
    assert chain.violation() is None
    chain = OneJob.with_job()
    chain.book(deposit=1_200_000)
    chain.move(200_000, CLIENT, JOB)
    assert chain.violation() is None


def test_plain_transfers_pass_beside_payments() -> None:
    chain = OneJob.with_job()
    chain.transfer(1, STRANGER, JOB)
    chain.transfer(9, CLIENT, PROVIDER)
    refund(chain)
    assert chain.violation() is None


def book_only(chain: OneJob) -> None:
    chain.book(refunded=250_000)


def take(chain: OneJob) -> None:
    chain.move(1, JOB, STRANGER)


def refund_to_stranger(chain: OneJob) -> None:
    refund(chain, STRANGER)


def refund_to_provider(chain: OneJob) -> None:
    refund(chain, PROVIDER)


def refund_one_less(chain: OneJob) -> None:
    refund(chain)
    chain.move(1, CLIENT, STRANGER)


def refund_burned(chain: OneJob) -> None:
    chain.book(refunded=250_000)
    chain.move(250_000, JOB, None)


def pay_stranger(chain: OneJob) -> None:
    chain.book(paid=731_250)
    chain.move(731_250, JOB, STRANGER)


def fee_to_provider(chain: OneJob) -> None:
    chain.book(fee=18_750)
    chain.move(18_750, JOB, PROVIDER)


def charge_more_than_booked(chain: OneJob) -> None:
    chain.book(deposit=1_200_000)
    chain.move(200_001, CLIENT, JOB)


def unbook_a_payment(chain: OneJob) -> None:
    chain.before |= OneJob.with_job(FINAL).before
    chain.book(paid=731_249)
    chain.move(1, PROVIDER, JOB)


def vanish(chain: OneJob) -> None:
    chain.written[JOB] = chain.written[VAULT] = None


def reopen_unseen(chain: OneJob) -> None:
    chain.book(opened_slot=9)


def one_job_without_offer(chain: OneJob) -> None:
    chain.before[OFFER] = None
    refund(chain)


def fee_without_config(chain: OneJob) -> None:
    chain.before[CONFIG] = None
    chain.book(fee=18_750)
    chain.move(18_750, JOB, TREASURY.pubkey)


TAMPERED: dict[str, tuple[Callable[[OneJob], None], Pubkey, str]] = {
    "booked, not paid": (book_only, CLIENT, "tokens of each owner"),
    "taken, not booked": (take, JOB, "vault >= held"),
    "refund to a stranger": (refund_to_stranger, CLIENT, "moved +0, booked +250000"),
    "refund to the provider": (refund_to_provider, CLIENT, "tokens of each owner"),
    "refund one short": (refund_one_less, CLIENT, "moved +249999, booked +250000"),
    "refund burned": (refund_burned, CLIENT, "tokens of each owner"),
    "pay to a stranger": (pay_stranger, PROVIDER, "moved +0, booked +731250"),
    "fee to the provider": (fee_to_provider, PROVIDER, "moved +18750, booked +0"),
    "one unit too much charged": (charge_more_than_booked, CLIENT, "moved -200001"),
    "a payment unbooked": (unbook_a_payment, JOB, "amounts never fall"),
    "gone without closing": (vanish, JOB, "ends by JobClosed"),
    "another job without closing": (reopen_unseen, JOB, "ends by JobClosed"),
    "no offer": (one_job_without_offer, JOB, "a job has an offer and a config"),
    "no config": (fee_without_config, JOB, "a job has an offer and a config"),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_a_payment_that_goes_astray_is_named(case: str) -> None:
    tamper, account, rule = TAMPERED[case]
    chain = OneJob.with_job()
    tamper(chain)
    found = chain.violation()
    assert found is not None
    assert found.startswith(f"{account} ")
    assert rule in found


STATES = {
    "paid out too much": ({"paid": 731_250, "fee": 18_750, "refunded": 250_001}, 1, "held >= 0"),
    "vault short by one": ({"paid": 731_250}, -1, "vault >= held"),
    "earned more than paid in": ({"earned": 1_000_001}, 0, "earned <= deposit"),
    "fee one too high": ({"fee": 18_751}, 0, "fee <= floor"),
    "provider paid the fee": ({"paid": 731_251}, 0, "paid <= earned - fee due"),
}


@pytest.mark.parametrize("case", STATES)
def test_books_that_do_not_add_up_are_named(case: str) -> None:
    amounts, donated, rule = STATES[case]
    chain = OneJob.with_job(job(**amounts), donated=donated)
    chain.book()
    found = chain.violation()
    assert found is not None
    assert found.startswith(f"{JOB} ")
    assert rule in found


def test_a_vault_written_alone_is_checked_with_its_job() -> None:
    chain = OneJob.with_job()
    chain.transfer(1, STRANGER, JOB)
    assert chain.violation() is None
    chain = OneJob.with_job()
    chain.move(1, JOB, STRANGER)
    found = chain.violation()
    assert found is not None
    assert "vault >= held" in found


def test_beside_a_program_that_may_move_tokens_the_vault_is_still_followed() -> None:
    chain = OneJob.with_job(donated=5)
    chain.instructions.append(SWAP)
    refund_to_stranger(chain)
    assert chain.violation() is None  # the stranger may have got it from that program
    chain.move(1, JOB, STRANGER)
    found = chain.violation()
    assert found is not None
    assert "vault moves by" in found


def test_while_the_config_is_written_the_treasury_is_not_known() -> None:
    chain = OneJob.with_job()
    chain.book(fee=18_750)
    chain.move(18_750, JOB, STRANGER)
    chain.written[CONFIG] = chain.before[CONFIG]
    assert chain.violation() is None


def test_a_failed_transaction_is_not_looked_at() -> None:
    chain = OneJob.with_job()
    book_only(chain)
    assert chain.violation() is not None
    chain.fault = TransactionFault("Custom", 0, 6000)
    assert chain.violation() is None


def test_without_an_escrow_nothing_is_checked() -> None:
    chain = OneJob.with_job()
    book_only(chain)
    assert ConservationCheck(chain.state, []).after(chain.landed()) is None


def test_other_accounts_are_no_jobs() -> None:
    account = OneJob.with_job().before[JOB]
    assert account is not None
    for owner, data in ((STRANGER, account.data), (account.owner, account.data[:-1])):
        chain = OneJob.with_job()
        chain.before[JOB] = chain.before[VAULT] = None
        chain.written[JOB] = Account(1, data, owner)
        assert chain.violation() is None
    assert token_address(JOB) == VAULT
