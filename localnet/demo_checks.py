"""Does everything add up? Compares what events say with what wallets, mint and rent say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM

from ionet import money
from ionet.localnet.actors import TREASURY, Actor
from ionet.localnet.demo_checks_devices import (
    check_epochs,
    check_seen,
    device_reader,
    lamports_that_stay,
)
from ionet.localnet.demo_fleet import Fleet
from ionet.localnet.demo_record import Executed, Recorder
from ionet.localnet.demo_report import Check, JobLine, Money
from ionet.localnet.net import Localnet
from ionet.programs.escrow.accounts import Config, Offer
from ionet.programs.escrow.events import JobExpired, JobOpened
from ionet.tokens import decode_mint, decode_token_account
from ionet.tokens import find_associated_token_address as find_token_account


@dataclass(frozen=True, slots=True)
class Wallet:
    """What an actor has: lamports, and base units of USDC."""

    lamports: int
    usdc: int


def read_wallets(net: Localnet, actors: Iterable[Actor]) -> dict[str, Wallet]:
    """Read the wallets of the actors, by name."""
    return {actor.name: _wallet(net, actor.pubkey) for actor in actors}


def check_all(
    net: Localnet,
    recorder: Recorder,
    fleet: Fleet,
    jobs: Sequence[JobLine],
    before: Mapping[str, Wallet],
    *,
    renter: str,
    fee_bps: int,
) -> tuple[Check, ...]:
    """Check that nothing was lost, made or left behind.

    Args:
        net: The localnet after the scenario.
        recorder: What landed.
        fleet: The devices, after the scenario.
        jobs: One line for each job.
        before: Wallets before the first transaction.
        renter: Who paid the deposits.
        fee_bps: Fee of every job.
    """
    actors = [TREASURY if name == TREASURY.name else net.actor(name) for name in before]
    after = read_wallets(net, actors)
    return (
        *check_jobs(jobs, fee_bps),
        check_seen(jobs, device_reader(net.vm.get_account, net.verification)),
        check_epochs(fleet.skipped, len(fleet.counts)),
        *check_wallets(jobs, before, after, renter),
        _check_supply(net),
        *_check_lamports(actors, before, after, recorder.executed),
        _check_nothing_left(net),
        _after_each(recorder),
    )


def check_jobs(jobs: Sequence[JobLine], fee_bps: int) -> Iterator[Check]:
    """Check each job's amounts by themselves."""
    total = sum((job.money for job in jobs), Money())
    unequal = [job.label for job in jobs if not job.money.is_conserved]
    yield _of_each("deposit == paid + fee + refunded + held, for each job", unequal, jobs)
    yield Check(
        "deposit == paid + fee + refunded + held, in total",
        total.is_conserved,
        ", ".join(f"{name} {units}" for name, units in total.to_json().items()),
    )
    wrong = [
        job.label
        for job in jobs
        if job.money.fee != money.fee(job.money.paid + job.money.fee, fee_bps)
    ]
    yield _of_each(f"fee == floor((paid + fee) * {fee_bps} / 10000), for each job", wrong, jobs)
    still = [f"{job.label} is {job.state}" for job in jobs if job.state != "closed"]
    yield _of_each("every job is closed", still, jobs)
    other = [job.label for job in jobs if job.final != job.money]
    yield _of_each("what was moved step by step is what the last event says", other, jobs)


def check_wallets(
    jobs: Sequence[JobLine], before: Mapping[str, Wallet], after: Mapping[str, Wallet], renter: str
) -> Iterator[Check]:
    """Check that every wallet gained or lost what the jobs say."""
    total = sum((job.money for job in jobs), Money())
    expected = dict.fromkeys(before, 0)
    for job in jobs:
        expected[job.provider] += job.money.paid
    expected[renter] += total.refunded - total.deposit
    expected[TREASURY.name] += total.fee
    for name, gain in expected.items():
        found = after[name].usdc - before[name].usdc
        yield Check(
            f"the wallet of {name} says the same", found == gain, f"{found:+} base units of USDC"
        )


def _check_supply(net: Localnet) -> Check:
    mint = net.vm.get_account(net.usdc)
    supply = 0 if mint is None else decode_mint(net.usdc, mint).supply
    held = sum(
        holding.amount
        for address, account in net.vm.program_accounts(TOKEN_PROGRAM, data_size=165)
        if (holding := decode_token_account(address, account)).mint == net.usdc
    )
    genesis = next(acc for address, acc in net.vm.genesis.accounts if address == net.usdc)
    start = decode_mint(net.usdc, genesis).supply
    return Check(
        "USDC: supply unchanged, and all of it in token accounts",
        supply == held == start,
        f"at the start {start}, now {supply}, in token accounts {held}",
    )


def _check_lamports(
    actors: Iterable[Actor],
    before: Mapping[str, Wallet],
    after: Mapping[str, Wallet],
    executed: Sequence[Executed],
) -> Iterator[Check]:
    """Check that lamports went for fees, tips and accounts that stay, and for nothing else."""
    stays, tips = lamports_that_stay(executed), _tips(executed)
    fees: Counter[Pubkey] = Counter()
    for transaction in executed:
        fees[transaction.payer] += transaction.fee
    for actor in actors:
        key = actor.pubkey
        spent = before[actor.name].lamports - after[actor.name].lamports
        yield Check(
            f"rent is back to the last lamport: {actor.name}",
            spent == fees[key] + stays[key] - tips[key],
            f"spent {spent} = network fees {fees[key]} + rent and deposits of what stays"
            f" {stays[key]} - tips {tips[key]}",
        )


def _tips(executed: Iterable[Executed]) -> Counter[Pubkey]:
    """Sum up what was earned by expiring jobs; what a client paid for it is negative."""
    tips: Counter[Pubkey] = Counter()
    clients: dict[Pubkey, Pubkey] = {}
    for event in (event for transaction in executed for event in transaction.events):
        if isinstance(event, JobOpened):
            clients[event.job] = event.client
        elif isinstance(event, JobExpired):
            tips[event.caller] += event.tip
            tips[clients[event.job]] -= event.tip
    return tips


def _check_nothing_left(net: Localnet) -> Check:
    owned = net.vm.program_accounts(net.escrow)
    kept = (Config.DISCRIMINATOR, Offer.DISCRIMINATOR)
    left = [str(address) for address, account in owned if not account.data.startswith(kept)]
    return Check(
        "no job and no cluster is left",
        not left,
        ", ".join(left) or f"{len(owned)} accounts of the escrow: config and offers",
    )


def _after_each(recorder: Recorder) -> Check:
    return Check(
        "money is conserved after each transaction",
        not recorder.violations,
        "; ".join(recorder.violations) or f"{len(recorder.executed)} transactions",
    )


def _of_each(name: str, wrong: Sequence[str], jobs: Sequence[JobLine]) -> Check:
    return Check(name, not wrong, ", ".join(wrong) or f"{len(jobs)} jobs")


def _wallet(net: Localnet, owner: Pubkey) -> Wallet:
    lamports = net.vm.get_account(owner)
    address = find_token_account(owner, net.usdc)
    holding = net.vm.get_account(address)
    return Wallet(
        0 if lamports is None else lamports.lamports,
        0 if holding is None else decode_token_account(address, holding).amount,
    )
