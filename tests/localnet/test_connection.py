"""The embedded chain through both connection protocols: same names, same answers."""

import inspect

import pytest
from solders.system_program import ID as SYSTEM_PROGRAM

from ionet.connection import AsyncConnection, Connection, TransactionRefusedError
from ionet.localnet.connection import AsyncEmbeddedConnection, EmbeddedConnection
from tests.localnet.chain import ALICE, BOB, SOL, Chain

METHODS = [name for name in vars(Connection) if not name.startswith("_")]


def drive(answer):  # type: ignore[no-untyped-def]
    """Run a coroutine that never suspends, as the embedded one promises."""
    if not inspect.iscoroutine(answer):
        return answer
    with pytest.raises(StopIteration) as done:
        answer.send(None)
    return done.value.value


@pytest.fixture(params=[EmbeddedConnection, AsyncEmbeddedConnection])
def call(request: pytest.FixtureRequest, chain: Chain):  # type: ignore[no-untyped-def]
    connection = request.param(chain.vm)
    return lambda name, *args, **options: drive(getattr(connection, name)(*args, **options))


def test_both_implement_their_protocol(chain: Chain) -> None:
    sync: Connection = EmbeddedConnection(chain.vm)
    suspending: AsyncConnection = AsyncEmbeddedConnection(chain.vm)
    assert len(METHODS) == 14
    for name in METHODS:
        first, second = getattr(sync, name), getattr(suspending, name)
        assert inspect.signature(first) == inspect.signature(second)
        assert inspect.iscoroutinefunction(second)
        assert not inspect.iscoroutinefunction(first)


def test_a_transfer_from_quote_to_outcome(call, chain: Chain) -> None:  # type: ignore[no-untyped-def]
    latest = call("get_latest_blockhash")
    assert call("get_block_height") == 0
    assert latest.last_valid_block_height == 149
    tx = chain.sign(chain.transfer(5), blockhash=latest.blockhash)
    assert call("simulate", tx).units_consumed == 150
    signature = call("send", bytes(tx))
    outcome = call("get_transaction", signature)
    assert (outcome.signature, outcome.err, outcome.fee) == (signature, None, 5_000)
    assert call("get_transaction", chain.pay(6).signatures[0]) is None
    accounts = call("get_accounts", [BOB.pubkey, ALICE.pubkey])
    assert [account.lamports for account in accounts] == [SOL + 5, 1_000 * SOL - 5_005]
    assert call("get_account", BOB.pubkey) == accounts[0]
    assert dict(call("get_program_accounts", SYSTEM_PROGRAM, data_size=0)) == dict(
        zip((BOB.pubkey, ALICE.pubkey), accounts, strict=True)
    )
    with pytest.raises(TransactionRefusedError, match="already landed"):
        call("send", bytes(tx))


def test_facts_of_the_chain(call, chain: Chain) -> None:  # type: ignore[no-untyped-def]
    assert call("get_minimum_balance", 165) == 2_039_280
    assert call("get_genesis_hash") == chain.vm.genesis_hash
    assert call("get_clock") == chain.vm.now()


def test_sleep_moves_the_chain_and_its_monotonic_clock(call, chain: Chain) -> None:  # type: ignore[no-untyped-def]
    before, clock = call("monotonic"), call("get_clock")
    call("sleep", 90.5)
    assert call("monotonic") - before == 90.5
    assert call("get_clock").slot - clock.slot == 226
    assert call("close") is None
