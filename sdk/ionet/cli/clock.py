"""Where a chain's clock stands in its epoch (docs/adr/009-devices-and-epochs.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from solders.pubkey import Pubkey

from ionet.connection import Connection
from ionet.epochs import epoch_at, is_commit_time, is_reveal_time, offset_at
from ionet.errors import AccountNotFoundError
from ionet.programs.verification.accounts import Config
from ionet.programs.verification.pdas import find_config


class Window(Enum):
    """The parts of an epoch, as attestors see them."""

    BEFORE = "before epoch 0"
    COMMIT = "commit"
    REVEAL = "reveal"
    TALLY = "tally"


@dataclass(frozen=True, slots=True)
class ChainTime:
    """A moment on a chain.

    Attributes:
        unix_timestamp: Unix second.
        slot: Slot.
        epoch: The epoch; None before epoch 0.
        second_of_epoch: Seconds since it began.
        window: The part of it.
    """

    unix_timestamp: int
    slot: int
    epoch: int | None
    second_of_epoch: int
    window: Window

    def facts(self) -> dict[str, object]:
        """Return it as commands tell it."""
        return {
            "unix_timestamp": self.unix_timestamp,
            "slot": self.slot,
            "epoch": self.epoch,
            "second_of_epoch": self.second_of_epoch,
            "window": self.window.value,
        }


def chain_time(connection: Connection, program_id: Pubkey) -> ChainTime:
    """Return where the clock stands.

    Raises:
        AccountNotFoundError: the verification program is not initialised.
    """
    address = find_config(program_id=program_id)[0]
    account = connection.get_account(address)
    if account is None:
        raise AccountNotFoundError(f"config {address}: does not exist on this network")
    genesis = Config.decode(address, account, program_id=program_id).genesis
    now = connection.get_clock()
    epoch, offset = epoch_at(genesis, now.unix_timestamp), offset_at(genesis, now.unix_timestamp)
    return ChainTime(now.unix_timestamp, now.slot, epoch, offset, _window(epoch, offset))


def _window(epoch: int | None, offset: int) -> Window:
    if epoch is None:
        return Window.BEFORE
    if is_commit_time(offset):
        return Window.COMMIT
    return Window.REVEAL if is_reveal_time(offset) else Window.TALLY
