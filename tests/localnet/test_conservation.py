"""Money that does not add up is named, with the rule it breaks; honest money passes."""

from collections.abc import Callable

import pytest
from solders.account import Account
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet.connection import TransactionFault
from ionet.localnet.actors import TREASURY
from ionet.localnet.conservation import ConservationCheck
from ionet.programs.escrow.events import JobExpired
from tests.localnet.one_job import (
    CLIENT,
    CONFIG,
    JOB,
    KEEPER,
    OFFER,
    PROVIDER,
    RENT,
    RENT_PAYER,
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


def close(chain: OneJob, heir: Pubkey | None = CLIENT, *, surplus: int = 0) -> None:
    if surplus:
        chain.move(surplus, JOB, heir)
    chain.close(surplus, is_burned=heir is None)
    chain.give(RENT, RENT_PAYER)


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


@pytest.mark.parametrize("heir", [CLIENT, None])
def test_a_closing_that_gives_everything_back_passes(heir: Pubkey | None) -> None:
    chain = OneJob.with_job(FINAL, donated=3)
    close(chain, heir, surplus=3)
    assert chain.violation() is None


def test_refund_and_closing_in_one_transaction_pass() -> None:
    chain = OneJob.with_job(job(paid=731_250, fee=18_750))
    refund(chain)
    close(chain)
    assert chain.violation() is None


def test_an_expiry_with_its_tip_and_closing_pass() -> None:
    chain = OneJob.with_job(job(earned=0, refunded=1_000_000))
    chain.events.append(JobExpired(JOB, KEEPER, 700, 0, 1_000_000, 0, 0))
    chain.close(rent=RENT - 700)
    chain.give(RENT - 700, RENT_PAYER)
    chain.give(700, KEEPER)
    assert chain.violation() is None


def test_closing_and_opening_again_at_one_address_pass() -> None:
    chain = OneJob.with_job(FINAL)
    chain.close()
    chain.open(job(earned=0, opened_slot=9))
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


def close_while_held(chain: OneJob) -> None:
    chain.before |= OneJob.with_job(job(paid=731_250, fee=18_750)).before
    chain.move(250_000, JOB, CLIENT)
    close(chain)


def surplus_to_stranger(chain: OneJob) -> None:
    close(chain, STRANGER, surplus=3)


def surplus_said_to_be_burned(chain: OneJob) -> None:
    chain.move(3, JOB, CLIENT)
    chain.close(3, is_burned=True)
    chain.give(RENT, RENT_PAYER)


def surplus_untold(chain: OneJob) -> None:
    chain.move(3, JOB, STRANGER)
    close(chain)


def leave_vault(chain: OneJob) -> None:
    vault = chain.before[VAULT]
    close(chain)
    chain.written[VAULT] = vault


def close_twice(chain: OneJob) -> None:
    close(chain, surplus=3)
    chain.events.append(chain.events[0])


def rent_to_stranger(chain: OneJob) -> None:
    chain.move(3, JOB, CLIENT)
    chain.close(3)
    chain.give(RENT, STRANGER)


def rent_to_fee_payer(chain: OneJob) -> None:
    chain.move(3, JOB, CLIENT)
    chain.close(3)
    chain.give(RENT - 1, RENT_PAYER)
    chain.give(1, KEEPER)


def rent_untold(chain: OneJob) -> None:
    chain.move(3, JOB, CLIENT)
    chain.close(3, rent=RENT - 1)
    chain.give(RENT, RENT_PAYER)


BAD_CLOSINGS: dict[str, tuple[Callable[[OneJob], None], Pubkey, str]] = {
    "while it holds money": (close_while_held, JOB, "a closed job holds nothing"),
    "surplus to a stranger": (surplus_to_stranger, CLIENT, "moved +0, booked +3"),
    "surplus not burned": (surplus_said_to_be_burned, CLIENT, "moved +3, booked +0"),
    "surplus untold": (surplus_untold, JOB, "vault moves by"),
    "vault left": (leave_vault, JOB, "the vault of a closed job is gone"),
    "told twice": (close_twice, JOB, "ends by JobClosed"),
    "rent to a stranger": (rent_to_stranger, STRANGER, "only returned rent and tips"),
    "a lamport to the fee payer": (rent_to_fee_payer, KEEPER, "gained -4999 lamports, told -5000"),
    "rent untold": (rent_untold, JOB, "returns all its rent"),
}


@pytest.mark.parametrize("case", BAD_CLOSINGS)
def test_a_closing_that_keeps_something_is_named(case: str) -> None:
    tamper, account, rule = BAD_CLOSINGS[case]
    chain = OneJob.with_job(FINAL, donated=3)
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
