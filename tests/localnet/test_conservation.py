"""A job whose money does not add up is named, with the rule it breaks."""

from dataclasses import dataclass, field, replace

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from ionet.localnet.assets import USDC
from ionet.localnet.conservation import ConservationCheck
from ionet.localnet.genesis import Program
from ionet.programs.escrow.accounts import Job
from ionet.programs.escrow.pdas import find_job, find_vault
from tests.localnet.chain import ALICE, system_account

ESCROW = Program("escrow", Pubkey(b"\6" * 32), b"")
JOB = find_job(ALICE.pubkey, 7, program_id=ESCROW.address)[0]
VAULT = find_vault(JOB, program_id=ESCROW.address)[0]
# 3/4 of a deposit of 1,000,000 earned at 250 bps: fee due 18,750, of which all is paid but the fee.
FAIR = {"deposit": 1_000_000, "earned": 750_000, "paid": 731_250, "fee": 0, "refunded": 250_000}


def job(**changes: int) -> Job:
    blank = bytearray(Job.LENGTH)
    blank[:9] = Job.DISCRIMINATOR + b"\1"
    empty = Job.decode(JOB, Account(1, bytes(blank), ESCROW.address), program_id=ESCROW.address)
    return replace(empty, fee_bps=250, id=7, client=ALICE.pubkey, **(FAIR | changes))


@dataclass
class Ledgerless:
    """A chain with one job, its vault, and nothing else."""

    accounts: dict[Pubkey, Account] = field(default_factory=dict)

    def put(self, job: Job, *, vault: int | None) -> None:
        self.accounts[JOB] = Account(10**7, job.encode(), ESCROW.address)
        self.accounts.pop(VAULT, None)
        if vault is not None:
            self.accounts[VAULT] = USDC.holding(JOB, vault)[1]

    def check(self, *written: Pubkey) -> str | None:
        checker = ConservationCheck(self.accounts.get, [ESCROW])
        found = None
        for address in written:
            found = checker.after([(address, self.accounts.get(address))])
        return found and f"{found.job} {found.rule} {found.found}"


@pytest.mark.parametrize("vault", [18_750, 18_751, 10**12])
def test_money_that_adds_up_passes(vault: int) -> None:
    chain = Ledgerless()
    chain.put(job(), vault=vault)
    assert chain.check(JOB) is None


def test_a_job_paid_out_needs_no_vault() -> None:
    chain = Ledgerless()
    chain.put(job(fee=18_750), vault=None)
    assert chain.check(JOB) is None


VIOLATIONS = {
    "paid out too much": ({"fee": 18_750, "refunded": 250_001}, 0, "held >= 0"),
    "vault short by one": ({}, 18_749, "vault >= held"),
    "vault gone": ({}, None, "vault >= held"),
    "earned more than paid in": ({"earned": 1_000_001}, 18_750, "earned <= deposit"),
    "fee one too high": ({"fee": 18_751}, 10**6, "held >= 0"),
    "fee one too high, refund one too low": (
        {"fee": 18_751, "refunded": 249_999},
        0,
        "fee <= floor",
    ),
    "provider paid the fee": ({"paid": 731_251}, 18_750, "paid <= earned - fee due"),
}


@pytest.mark.parametrize("case", VIOLATIONS)
def test_a_violation_is_named(case: str) -> None:
    changes, vault, rule = VIOLATIONS[case]
    chain = Ledgerless()
    chain.put(job(**changes), vault=vault)
    found = chain.check(JOB)
    assert found is not None
    assert str(JOB) in found
    assert rule in found


def test_a_vault_written_alone_is_checked_with_its_job() -> None:
    chain = Ledgerless()
    chain.put(job(), vault=18_750)
    checker = ConservationCheck(chain.accounts.get, [ESCROW])
    assert checker.after([(JOB, chain.accounts[JOB])]) is None
    chain.accounts[VAULT] = USDC.holding(JOB, 18_749)[1]
    found = checker.after([(VAULT, chain.accounts[VAULT])])
    assert found is not None
    assert found.rule == "vault >= held"


def test_other_accounts_are_no_jobs() -> None:
    chain = Ledgerless()
    chain.put(job(paid=10**9), vault=0)
    same_bytes = Account(1, chain.accounts[JOB].data, ALICE.pubkey)
    shorter = Account(1, chain.accounts[JOB].data[:-1], ESCROW.address)
    checker = ConservationCheck(chain.accounts.get, [ESCROW])
    for account in (same_bytes, shorter, system_account(1), None):
        assert checker.after([(JOB, account)]) is None
    assert ConservationCheck(chain.accounts.get, []).after([(JOB, chain.accounts[JOB])]) is None
    assert checker.after([(JOB, chain.accounts[JOB])]) is not None
