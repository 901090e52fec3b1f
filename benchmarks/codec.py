"""Speed of the generated codec: microseconds per call, the best of several runs."""

from __future__ import annotations

import base64
import timeit
from collections.abc import Callable

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.dynamic import DynamicDecoder
from ionet.interfaces import load_idl
from ionet.programs.escrow import instructions
from ionet.programs.escrow.accounts import Config, Job
from ionet.programs.escrow.constants import ACCOUNT_VERSION, PROGRAM_ID
from ionet.programs.escrow.enums import JobKind
from ionet.programs.escrow.events import JobSettled, parse_logs
from ionet.programs.escrow.pdas import find_config, find_job, find_vault

_KEY = Pubkey.from_string("Job1111111111111111111111111111111111111111")
_REPEATS = 5


def measure() -> dict[str, float]:
    """Return microseconds per call, by what is called."""
    return {
        "decode_job_us": _best(decode_job(), 5_000),
        "decode_config_us": _best(decode_config(), 5_000),
        "decode_job_by_idl_us": _best(decode_job_by_idl(), 200),
        "parse_logs_us": _best(parse_one_event(), 2_000),
        "build_open_job_us": _best(build_open_job(), 2_000),
    }


def decode_job() -> Callable[[], object]:
    """Return a call that decodes a job of 225 bytes, all checks included."""
    account = _account(Job.DISCRIMINATOR, Job.LENGTH)
    return lambda: Job.decode(_KEY, account)


def decode_config() -> Callable[[], object]:
    """Return a call that decodes the config, 64 minimum rates among its fields."""
    account = _account(Config.DISCRIMINATOR, Config.LENGTH)
    return lambda: Config.decode(_KEY, account)


def decode_job_by_idl() -> Callable[[], object]:
    """Return a call that decodes the same job by its IDL alone."""
    decoder = DynamicDecoder(load_idl("escrow"))
    data = _account(Job.DISCRIMINATOR, Job.LENGTH).data
    return lambda: decoder.decode_account(data)


def parse_one_event() -> Callable[[], object]:
    """Return a call that finds one event in the logs of a settlement."""
    data = JobSettled.DISCRIMINATOR + bytes(JobSettled.LENGTH - 8)
    token = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
    logs = (
        f"Program {PROGRAM_ID} invoke [1]",
        f"Program {token} invoke [2]",
        f"Program {token} consumed 76 of 197000 compute units",
        f"Program {token} success",
        f"Program data: {base64.b64encode(data).decode()}",
        f"Program {PROGRAM_ID} consumed 2100 of 200000 compute units",
        f"Program {PROGRAM_ID} success",
    )
    return lambda: parse_logs(logs)


def build_open_job() -> Callable[[], object]:
    """Return a call that builds the largest instruction, its addresses given."""
    job = find_job(_KEY, 7)[0]
    vault, config = find_vault(job)[0], find_config()[0]
    return lambda: instructions.open_job(
        payer=_KEY,
        client=_KEY,
        job=job,
        offer=_KEY,
        cluster=job,
        vault=vault,
        client_token=_KEY,
        config=config,
        mint=_KEY,
        id=7,
        kind=JobKind.RENTAL,
        member=0,
        deposit=9_960_000,
        rate=2_490_000,
        duration=14_400,
        accept_within=300,
        review_window=0,
        valid_until=1_750_000_000,
        tip=0,
        terms_hash=bytes(32),
    )


def _account(discriminator: bytes, length: int) -> Account:
    header = discriminator + bytes([ACCOUNT_VERSION])
    return Account(1, header + bytes(length - len(header)), PROGRAM_ID)


def _best(call: Callable[[], object], number: int) -> float:
    """Return the fastest run, which other load on the machine disturbed least."""
    return min(timeit.repeat(call, number=number, repeat=_REPEATS)) / number * 1e6


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value:.2f}")
