"""Token accounts and mints in states that owners and issuers can bring them into."""

from __future__ import annotations

from typing import Final

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM

from ionet.localnet.actors import Actor
from tests.programs.harness.world import World

TOKEN_2022: Final = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
_STATE_OFFSET = 108
_AMOUNT = slice(64, 72)
_MINT, _OWNER = slice(0, 32), slice(32, 64)
_UNINITIALISED, _INITIALISED, _FROZEN = 0, 1, 2


def edit(data: bytes, part: slice, value: bytes) -> bytes:
    """Return data with a part replaced."""
    return data[: part.start] + value + data[part.stop :]


def _set_state(world: World, address: Pubkey, state: int) -> None:
    account = world.account(address)
    data = edit(account.data, slice(_STATE_OFFSET, _STATE_OFFSET + 1), bytes([state]))
    world.put(address, account, data)


def freeze(world: World, address: Pubkey) -> None:
    """Freeze a token account, as an issuer can."""
    _set_state(world, address, _FROZEN)


def thaw(world: World, address: Pubkey) -> None:
    """Undo :func:`freeze`."""
    _set_state(world, address, _INITIALISED)


def uninitialise(world: World, address: Pubkey) -> None:
    """Leave a token account allocated but not initialised."""
    _set_state(world, address, _UNINITIALISED)


def donate(world: World, source: Actor, to: Pubkey, amount: int) -> Instruction:
    """Build a token transfer that no instruction of ours knows about."""
    accounts = [
        AccountMeta(world.token(source), is_signer=False, is_writable=True),
        AccountMeta(to, is_signer=False, is_writable=True),
        AccountMeta(source.pubkey, is_signer=True, is_writable=False),
    ]
    return Instruction(TOKEN_PROGRAM, b"\x03" + amount.to_bytes(8, "little"), accounts)


def spare_account(
    world: World,
    name: str,
    *,
    owner: Pubkey,
    mint: Pubkey | None = None,
    program: Pubkey = TOKEN_PROGRAM,
    amount: int = 0,
) -> Pubkey:
    """Put a token account at an address of its own; not the owner's associated one."""
    address = Actor.named(f"token-account-{name}").pubkey
    like = world.account(world.token(world.treasury))
    data = edit(like.data, _OWNER, bytes(owner))
    data = edit(data, _AMOUNT, amount.to_bytes(8, "little"))
    if mint is not None:
        data = edit(data, _MINT, bytes(mint))
    world.vm.set_account(address, Account(like.lamports, data, program))
    return address


def empty_account(world: World, owner: Actor) -> None:
    """Take all tokens out of an owner's associated account."""
    address = world.token(owner)
    account = world.account(address)
    world.put(address, account, edit(account.data, _AMOUNT, bytes(8)))


def token_2022_mint(world: World) -> Pubkey:
    """Put a copy of the USDC mint that belongs to Token-2022."""
    address = Actor.named("mint-of-token-2022").pubkey
    like = world.account(world.usdc)
    world.vm.set_account(address, Account(like.lamports, like.data, TOKEN_2022))
    return address
