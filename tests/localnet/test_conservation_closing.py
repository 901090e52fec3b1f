"""A closing gives back all tokens and all rent, to whom they belong."""

from collections.abc import Callable

import pytest
from solders.pubkey import Pubkey

from ionet.programs.escrow.events import JobExpired
from tests.localnet.one_job import (
    CLIENT,
    JOB,
    KEEPER,
    RENT,
    RENT_PAYER,
    STRANGER,
    VAULT,
    OneJob,
    job,
)

FINAL = job(paid=731_250, fee=18_750, refunded=250_000)


def close(chain: OneJob, heir: Pubkey | None = CLIENT, *, surplus: int = 0) -> None:
    if surplus:
        chain.move(surplus, JOB, heir)
    chain.close(surplus, is_burned=heir is None)
    chain.give(RENT, RENT_PAYER)


@pytest.mark.parametrize("heir", [CLIENT, None])
def test_a_closing_that_gives_everything_back_passes(heir: Pubkey | None) -> None:
    chain = OneJob.with_job(FINAL, donated=3)
    close(chain, heir, surplus=3)
    assert chain.violation() is None


def test_refund_and_closing_in_one_transaction_pass() -> None:
    chain = OneJob.with_job(job(paid=731_250, fee=18_750))
    chain.book(refunded=250_000)
    chain.move(250_000, JOB, CLIENT)
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
