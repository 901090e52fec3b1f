"""Accounts and fees as the runtime reads them from a message."""

import struct

import pytest
from solders.account import Account
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from ionet.connection import TransactionRefusedError
from ionet.localnet.message import LOOKUP_TABLE_PROGRAM, account_keys
from tests.localnet.chain import ALICE, BOB, SOL, Chain, system_account

PROGRAM, TABLE = Pubkey(b"\1" * 32), Pubkey(b"\2" * 32)
READ, WRITTEN = Pubkey(b"\3" * 32), Pubkey(b"\4" * 32)
STEP = Instruction(
    PROGRAM,
    b"",
    [
        AccountMeta(ALICE.pubkey, is_signer=True, is_writable=True),
        AccountMeta(BOB.pubkey, is_signer=True, is_writable=False),
        AccountMeta(WRITTEN, is_signer=False, is_writable=True),
        AccountMeta(READ, is_signer=False, is_writable=False),
    ],
)


def table_account(*entries: Pubkey) -> Account:
    meta = struct.pack("<IQQBB32sH", 1, 2**64 - 1, 0, 0, 1, bytes(ALICE.pubkey), 0)
    return Account(10**9, meta + b"".join(map(bytes, entries)), LOOKUP_TABLE_PROGRAM)


def unsigned(message: Message | MessageV0) -> VersionedTransaction:
    blanks = [Signature.default()] * message.header.num_required_signatures
    return VersionedTransaction.populate(message, blanks)


@pytest.mark.parametrize("version", ["legacy", "v0"])
def test_writable_accounts_follow_the_header(version: str) -> None:
    message: Message | MessageV0 = (
        Message.new_with_blockhash([STEP], ALICE.pubkey, Hash.default())
        if version == "legacy"
        else MessageV0.try_compile(ALICE.pubkey, [STEP], [], Hash.default())
    )
    keys = account_keys(unsigned(message), lambda _: None)
    assert set(keys.all) == {ALICE.pubkey, BOB.pubkey, WRITTEN, READ, PROGRAM}
    assert keys.writable == (ALICE.pubkey, WRITTEN)


def looked_up() -> VersionedTransaction:
    table = AddressLookupTableAccount(TABLE, [READ, WRITTEN])
    return unsigned(MessageV0.try_compile(ALICE.pubkey, [STEP], [table], Hash.default()))


def test_looked_up_accounts_are_found() -> None:
    keys = account_keys(looked_up(), {TABLE: table_account(READ, WRITTEN)}.get)
    assert keys.all[-2:] == (WRITTEN, READ)
    assert keys.writable == (ALICE.pubkey, WRITTEN)


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (None, "AddressLookupTableNotFound"),
        (system_account(SOL), "AddressLookupTableNotFound"),
        (table_account(READ), "InvalidAddressLookupTableIndex"),
    ],
)
def test_a_bad_lookup_table_is_refused(table: Account | None, kind: str) -> None:
    with pytest.raises(TransactionRefusedError, match=str(TABLE)) as refused:
        account_keys(looked_up(), lambda _: table)
    assert refused.value.fault.kind == kind


def test_a_transfer_through_a_lookup_table_lands_and_is_snapshotted(chain: Chain) -> None:
    target = Pubkey(b"\5" * 32)
    chain.vm.set_account(TABLE, table_account(target))
    table = AddressLookupTableAccount(TABLE, [target])
    snapshot = chain.vm.snapshot()
    message = MessageV0.try_compile(
        ALICE.pubkey,
        [chain.transfer(SOL, to=target)],
        [table],
        chain.vm.latest_blockhash().blockhash,
    )
    assert target not in message.account_keys
    assert chain.vm.send(VersionedTransaction(message, [ALICE.keypair])).err is None
    assert chain.balance(target) == SOL
    chain.vm.restore(snapshot)
    assert chain.vm.get_account(target) is None
