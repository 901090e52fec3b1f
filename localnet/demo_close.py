"""Lets time pass and a stranger crank until every job is closed: nothing is ever locked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from solders.account import Account
from solders.pubkey import Pubkey

from ionet import Client, hours
from ionet.jobs import find_job_cluster
from ionet.localnet.errors import LocalnetError
from ionet.localnet.net import Localnet
from ionet.programs.escrow.accounts import Cluster, Job, Offer, decode_account
from ionet.programs.verification.accounts import Device
from ionet.standing import accept_by, standing_of, valid_until

_ROUND = hours(12)
"""The keeper comes by at a deadline, but not more often than this."""
_MAX_ROUNDS = 128
"""Enough for the longest job, 30 days, with all of its windows."""


def close_everything(net: Localnet, keeper: Client, go_to: Callable[[int], None]) -> None:
    """Crank and let time pass, again and again, until no job and no cluster is left.

    Args:
        net: The localnet.
        keeper: The stranger.
        go_to: Lets time pass until a Unix second.

    Raises:
        LocalnetError: something is left that no deadline frees; names what the cranks said.
    """
    failures = ""
    for _ in range(_MAX_ROUNDS):
        report = keeper.keeper.crank_all()
        failures = "; ".join(f"{f.instruction} {f.address}: {f.error}" for f in report.failures)
        left = _jobs_and_clusters(net)
        if not left:
            return
        now = net.vm.now().unix_timestamp
        coming = [time for time in _deadlines(left, now, net) if time > now]
        if not coming:
            break
        go_to(max(min(coming), now + _ROUND))
    raise LocalnetError(f"what is left has no deadline that frees it: {failures or 'nothing due'}")


def _jobs_and_clusters(net: Localnet) -> dict[Pubkey, Job | Cluster]:
    found: dict[Pubkey, Job | Cluster] = {}
    for address, account in net.vm.program_accounts(net.escrow):
        decoded = decode_account(address, account, program_id=net.escrow)
        if isinstance(decoded, Job | Cluster):
            found[address] = decoded
    return found


def _deadlines(left: dict[Pubkey, Job | Cluster], now: int, net: Localnet) -> Iterator[int]:
    for address, account in left.items():
        if isinstance(account, Cluster):
            yield account.accept_by
            continue
        found = left.get(find_job_cluster(address, account, net.escrow))
        cluster = found if isinstance(found, Cluster) else None
        standing = standing_of(account, now, cluster, _device_of(account, net))
        yield accept_by(account)
        yield valid_until(account)
        yield standing.started_at + account.duration
        if standing.release_at is not None:
            yield standing.release_at


def _device_of(job: Job, net: Localnet) -> Device:
    offer = Offer.decode(job.offer, _fetch(net, job.offer), program_id=net.escrow)
    device = _fetch(net, offer.device)
    return Device.decode(offer.device, device, program_id=net.verification)


def _fetch(net: Localnet, address: Pubkey) -> Account:
    account = net.vm.get_account(address)
    if account is None:
        raise LocalnetError(f"account {address}: is gone, and a job needs it")
    return account
