"""What committees found of a device, in plain Python: ADR 009 without a ring.

A device is a list of tenures and the verdicts of quorums. What an epoch says follows from them by
looking back, which is what program and SDK are spared by writing results down.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.market_stateful.world import WEIGHT
from tests.stateful.devices import (
    ALIVE,
    CARRIED_FOR,
    DEPLOYABLE,
    LAG,
    PASSED,
    UNSEEN,
    DeviceModel,
)
from tests.stateful.model import Refused

CONNECTED_FOR = 120
"""Epochs for which a heartbeat counts."""
NOT_COUNTED, UNVERIFIED, HIRED, VERIFIED, CLUSTER_READY = range(5)
_STATE_OF = {ALIVE: HIRED, PASSED: VERIFIED, DEPLOYABLE: CLUSTER_READY}
BEST = ((DEPLOYABLE, {2}), (PASSED, {1, 2}), (ALIVE, {1, 2, 3}))
"""Results from the best down, and the codes that count for each."""


def quorum(members: int) -> int:
    """Return how many of so many must agree: two thirds, rounded up."""
    return next(agreeing for agreeing in range(members + 1) if 3 * agreeing >= 2 * members)


def verdict(codes: list[int], members: int) -> int | None:
    """Return what the revealed codes decide; None without a quorum."""
    for result, counting in BEST:
        if sum(code in counting for code in codes) >= quorum(members):
            return result
    bad = [code for code in codes if code not in {1, 2, 3}]
    return UNSEEN if len(bad) >= quorum(members) else None


def reason(codes: list[int]) -> int:
    """Return the code that failed a device most often, the lowest on a tie."""
    bad = [code for code in codes if code not in {1, 2, 3}]
    return max(sorted(set(bad)), key=bad.count)


@dataclass
class Registration:
    """One life of a device's account.

    Attributes:
        beats: Heartbeats, of which registration is the first.
        earlier: Tenures of earlier lives, which this account knows nothing of.
        deposit: Lamports that stand behind it.
        index: The last that it held.
        reason: Code of the last verdict that failed it.
    """

    beats: list[int]
    earlier: int
    deposit: int = 0
    index: int = 0
    reason: int = 0


class Device(DeviceModel):
    """One device key over all of its lives.

    Attributes:
        life: The account, while there is one.
        tenures: First epoch of each index held, and the first after it; None while it is held.
        verdicts: What a quorum decided, by epoch.
        reached: Epochs whose tally has passed it.
        offered: The life that its offer was made for.
        weight: Its share in rewards.
    """

    def __init__(self, genesis: int) -> None:
        super().__init__(genesis, last=0)
        self.life: Registration | None = None
        self.tenures: list[tuple[int, int | None]] = []
        self.verdicts: dict[int, int] = {}
        self.reached: set[int] = set()
        self.offered: Registration | None = None
        self.weight = WEIGHT

    @property
    def tenure(self) -> tuple[int, int | None] | None:
        """The last one of this life."""
        if self.life is None or len(self.tenures) == self.life.earlier:
            return None
        return self.tenures[-1]

    @property
    def is_active(self) -> bool:
        """Whether it holds an index."""
        return self.tenure is not None and self.tenure[1] is None

    def holds(self, epoch: int) -> bool:
        """Tell whether it holds an index in an epoch."""
        return any(first <= epoch and (end is None or epoch < end) for first, end in self.tenures)

    def still_counts(self, epoch: int) -> bool:
        """Tell whether it holds an index, or gave one back in this epoch."""
        return self.tenure is not None and (self.tenure[1] is None or epoch <= self.tenure[1])

    def source(self, epoch: int) -> int | None:
        """Return the epoch whose verdict an epoch goes by; None if it is unseen for want of one."""
        for back in range(CARRIED_FOR + 1):
            if not self.holds(epoch - back):
                return None
            if epoch - back in self.verdicts:
                return epoch - back
        return None

    def result(self, epoch: int) -> int:
        """Return what an epoch found, or the one that its result is carried from."""
        source = self.source(epoch)
        return UNSEEN if source is None else self.verdicts[source]

    def carries(self, epoch: int) -> int:
        """Return how often the result of an epoch was carried on; 0 if it is unseen."""
        source = self.source(epoch)
        return 0 if source is None or self.verdicts[source] == UNSEEN else epoch - source

    def is_fit(self, second: int) -> bool:
        """Tell whether what was found of it allows it to take a job now."""
        return self.holds(self.epoch_at(second)) and super().is_eligible(second)

    def is_eligible(self, second: int) -> bool:
        """Tell whether it may take a job by its offer; refuse another device than that one's."""
        if self.life is None:
            raise Refused("WrongAccountOwner")
        if self.life is not self.offered:
            raise Refused("DeviceChanged")
        return self.is_fit(second)

    def state(self, second: int) -> int:
        """Return what it counts as."""
        assert self.life is not None
        epoch = self.epoch_at(second)
        result = self.result(epoch - LAG)
        if result != UNSEEN:
            return _STATE_OF[result]
        beats = [self.epoch_at(beat) for beat in self.life.beats]
        is_connected = any(0 < epoch - beat <= CONNECTED_FOR for beat in beats)
        return UNVERIFIED if is_connected else NOT_COUNTED

    def earns_in(self, epoch: int) -> int:
        """Return the weight that it adds to an epoch's total: for a fresh deployable result."""
        is_deployable = self.verdicts.get(epoch) == DEPLOYABLE
        return self.weight if is_deployable and self.holds(epoch) else 0
