"""Scenarios of kind census: device accounts as a chain would hold them at one second.

The accounts are written directly, by the million if need be, and follow from the TOML file alone:
the same device has the same address, class, source and life in every run and at every scale. See
``scenarios/june-2024.toml``, which also says what the keys mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

from solders.account import Account
from solders.pubkey import Pubkey

from ionet.devices import DeviceState
from ionet.epochs import epoch_at, starts_at
from ionet.localnet.census_life import Life, read_life
from ionet.localnet.errors import LocalnetError
from ionet.localnet.rent import minimum_balance
from ionet.localnet.scenario_toml import Table, read_toml
from ionet.localnet.setup import ACTIVATION_DEPOSIT
from ionet.programs.verification.accounts import Device
from ionet.programs.verification.constants import (
    ACCOUNT_VERSION,
    EPOCH_SECONDS,
    FOREVER,
    MAX_PROCESSORS,
    MAX_VRAM_GIB,
    PROGRAM_ID,
)
from ionet.programs.verification.enums import GpuClass, ReportCode, SupplySource
from ionet.programs.verification.pdas import find_device

KIND: Final = "census"
_MOST_DEVICES = 10**8
_MOST_SHARES = 10_000
_SLOTS_PER_SECOND = 2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """Devices of one class: all alike."""

    gpu: GpuClass
    processors: int
    vram_gib: int
    weight: int


@dataclass(frozen=True, slots=True)
class Census:
    """The plan.

    Attributes:
        name: Name of the scenario.
        at: Unix second of the count.
        genesis: Unix second at which epoch 0 begins.
        owners: How many owners the devices have.
        devices: How many devices are in each state.
        lives: Lives by state, each as often as its share says.
        classes: Classes, likewise.
        sources: Sources, likewise.
    """

    name: str
    at: int
    genesis: int
    owners: int
    devices: Mapping[DeviceState, int]
    lives: Mapping[DeviceState, Sequence[Life]]
    classes: Sequence[ClassPlan]
    sources: Sequence[SupplySource]

    def accounts(self, scale: int = 1) -> Iterator[tuple[Pubkey, Account]]:
        """Yield every device's address and account.

        Args:
            scale: Divides the number of devices in each state, rounded down; above 0.

        Raises:
            LocalnetError: it is not above 0.
        """
        if scale < 1:
            raise LocalnetError(f"scale {scale}: must be above 0")
        indexes = 0
        for state, total in self.devices.items():
            for number in range(total // scale):
                address, device = self._device(state, number, indexes)
                indexes += device.active_until == FOREVER
                lamports = minimum_balance(Device.LENGTH) + device.deposit
                yield address, Account(lamports, device.encode(), PROGRAM_ID)

    def _device(self, state: DeviceState, number: int, index: int) -> tuple[Pubkey, Device]:
        """Return one device; ``index`` is the one it holds, if it holds any."""
        seed = sha256(f"ionet:scenario:{self.name}:{state.name}:{number}".encode()).digest()
        life = _pick(self.lives[state], seed[0:4])
        plan = _pick(self.classes, seed[4:8])
        key, owner = Pubkey(seed), self._owner(seed[16:20])
        address, bump = find_device(key)
        epoch = (self.at - self.genesis) // EPOCH_SECONDS
        registered_at = self._second(epoch, life.registered, seed[12:16])
        heartbeat, earlier = registered_at, 0
        if life.earlier is not None:
            heartbeat = self._second(epoch, life.heartbeat, seed[20:24])
            earlier = self._second(epoch, life.earlier, seed[12:16])
        return address, Device(
            version=ACCOUNT_VERSION,
            bump=bump,
            class_=plan.gpu,
            source=_pick(self.sources, seed[8:12]),
            processors=plan.processors,
            vram_gib=plan.vram_gib,
            genesis=self.genesis,
            heartbeat=heartbeat,
            earlier_heartbeat=earlier,
            index=index if life.is_active else 0,
            active_from=life.active_from(epoch),
            active_until=life.active_until(epoch),
            tallied_to=life.tallied_to(epoch),
            ring=life.ring(epoch),
            reason=ReportCode.NO_ANSWER,
            weight=plan.weight,
            registered_slot=(registered_at - self.genesis) * _SLOTS_PER_SECOND,
            registered_at=registered_at,
            deposit=ACTIVATION_DEPOSIT if life.is_active else 0,
            owner=owner,
            device_key=key,
            fingerprint=sha256(seed).digest(),
            rent_payer=owner,
            open_case=Pubkey.default(),
            case_nonce=0,
        )

    def _owner(self, salt: bytes) -> Pubkey:
        number = int.from_bytes(salt, "big") % self.owners
        return Pubkey(sha256(f"ionet:scenario:{self.name}:owner:{number}".encode()).digest())

    def _second(self, epoch: int, back: int, salt: bytes) -> int:
        """Return some second of an epoch counted back, not after the count."""
        start = starts_at(self.genesis, epoch - back)
        return start + int.from_bytes(salt, "big") % min(EPOCH_SECONDS, self.at - start + 1)


def load_census(path: Path) -> Census:
    """Read a scenario of this kind.

    Raises:
        ScenarioError: it breaks the schema; names file, key, value and rule.
    """
    top = read_toml(path)
    top.choice("kind", (KIND,))
    name, at, genesis = top.text("name"), top.moment("at"), top.moment("genesis")
    epoch = epoch_at(genesis, at)
    if epoch is None or epoch == 0:
        raise top.fault("genesis", genesis, "must be an epoch or more before at")
    owners = top.integer("owners", 1, _MOST_DEVICES)
    counts, by_source = top.table("devices"), top.table("sources")
    devices = {state: counts.integer(state.name.lower(), 0, _MOST_DEVICES) for state in DeviceState}
    sources = [
        (source, by_source.integer(source.name, 0, _MOST_SHARES, default=0))
        for source in SupplySource
    ]
    classes = [_class(table) for table in top.tables("class")]
    lives = [read_life(table, epoch) for table in top.tables("life")]
    for table in (counts, by_source, top):
        table.end()
    if not any(share for _, share in sources):
        raise top.missing("sources", "none has a share")
    of_state = {
        state: _spread((life, life.share) for life in lives if life.state is state)
        for state in DeviceState
    }
    for state, count in devices.items():
        if count and not of_state[state]:
            raise top.missing("life", f"none is {state.name.lower()}, which {count} devices are")
    return Census(name, at, genesis, owners, devices, of_state, _spread(classes), _spread(sources))


def _class(table: Table) -> tuple[ClassPlan, int]:
    plan = ClassPlan(
        gpu=GpuClass[table.choice("gpu", GpuClass.__members__)],
        processors=table.integer("processors", 1, MAX_PROCESSORS),
        vram_gib=table.integer("vram_gib", 1, MAX_VRAM_GIB),
        weight=table.integer("weight", 1, 2**32 - 1),
    )
    share = table.integer("share", 1, _MOST_SHARES)
    table.end()
    return plan, share


def _spread(shares: Iterable[tuple[T, int]]) -> tuple[T, ...]:
    """Return each value as often as its share says."""
    return tuple(value for value, share in shares for _ in range(share))


def _pick(spread: Sequence[T], salt: bytes) -> T:
    return spread[int.from_bytes(salt, "big") % len(spread)]
