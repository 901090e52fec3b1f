"""What lies in the accounts of a census, in epochs counted back from the count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ionet.devices import DeviceState, Result
from ionet.localnet.scenario_toml import Table
from ionet.programs.verification.constants import FOREVER, MAX_CARRIES, RING_EPOCHS

_STATES = {state.name.lower(): state for state in DeviceState}
_RESULTS = {
    ".": Result.UNSEEN,
    "a": Result.ALIVE,
    "p": Result.PASSED,
    "d": Result.DEPLOYABLE,
}
_STEP = re.compile(rf"([.]|[apd][0-{MAX_CARRIES}]?)")
_MAX_SHARE = 10_000


@dataclass(frozen=True, slots=True)
class Life:
    """What happened to a device; epochs counted back, 0 is the one of the count.

    Attributes:
        state: What it counts as.
        share: Its part of the devices in that state.
        heartbeat: Epoch of the last heartbeat.
        earlier: Epoch of the last one in an epoch before; None for none.
        active: First epoch of the last activation; None if there was none.
        until: Epoch of the deactivation; None for none.
        tallied: Newest epoch with a nibble.
        nibbles: Of the last epochs up to ``tallied``, oldest first; the first one also fills those
            before, back to ``active``.
    """

    state: DeviceState
    share: int
    heartbeat: int
    earlier: int | None
    active: int | None
    until: int | None
    tallied: int
    nibbles: tuple[int, ...]

    @property
    def registered(self) -> int:
        """Epoch of the registration: the oldest of which anything is known."""
        known = [self.heartbeat, self.earlier, None if self.active is None else self.active + 1]
        return max(epoch for epoch in known if epoch is not None)

    @property
    def is_active(self) -> bool:
        """Whether it holds an index."""
        return self.active is not None and self.until is None

    def active_from(self, epoch: int) -> int:
        """Return that field of a device that is counted in this epoch, as do the next ones."""
        return 0 if self.active is None else epoch - self.active

    def active_until(self, epoch: int) -> int:
        """Return the epoch of the deactivation."""
        if self.active is None:
            return 0
        return FOREVER if self.until is None else epoch - self.until

    def tallied_to(self, epoch: int) -> int:
        """Return the newest epoch with a nibble."""
        return 0 if self.active is None else epoch - self.tallied

    def ring(self, epoch: int) -> bytes:
        """Return the ring."""
        return _ring(self, epoch)


@cache
def _ring(life: Life, epoch: int) -> bytes:
    ring = bytearray(RING_EPOCHS // 2)
    if life.active is None or not life.nibbles:
        return bytes(ring)
    oldest = min(life.active, life.tallied + RING_EPOCHS - 1)
    for back in range(life.tallied, oldest + 1):
        place = (epoch - back) % RING_EPOCHS
        since_tallied = min(back - life.tallied, len(life.nibbles) - 1)
        ring[place // 2] |= life.nibbles[-1 - since_tallied] << place % 2 * 4
    return bytes(ring)


def read_life(table: Table, epoch: int) -> Life:
    """Read one life of a scenario whose count is in this epoch.

    Raises:
        ScenarioError: it breaks the schema.
    """
    state = _STATES[table.choice("state", _STATES)]
    share = table.integer("share", 1, _MAX_SHARE)
    heartbeat = table.integer("heartbeat", 0, epoch)
    earlier = table.integer("earlier", heartbeat + 1, epoch) if "earlier" in table else None
    active = until = None
    tallied = 1
    nibbles: tuple[int, ...] = ()
    if "active" in table:
        # Counts from the epoch after the activation on, so -1 was activated in the count's own.
        active = table.integer("active", -1, epoch - 1)
        until = table.integer("until", 0, active) if "until" in table else None
        # The count's own epoch is not tallied yet; activation writes all up to its own.
        newest = 1 if until is None else until + 1
        tallied = table.integer("tallied", min(newest, active + 1), active + 1, default=1)
        nibbles = _nibbles(table, most=active - tallied + 1)
        if earlier is None and active + 1 > heartbeat:
            earlier = active + 1
    table.end()
    return Life(state, share, heartbeat, earlier, active, until, tallied, nibbles)


def _nibbles(table: Table, *, most: int) -> tuple[int, ...]:
    if "results" not in table:
        return ()
    text = table.text("results")
    steps = _STEP.findall(text)
    if "".join(steps) != text:
        raise table.fault("results", text, "must be of d, p, a with a digit of 0 to 2, and dots")
    if len(steps) > most:
        raise table.fault(
            "results", text, f"are more than the {most} epochs from active to tallied"
        )
    return tuple(_RESULTS[step[0]] | int(step[1:] or 0) << 2 for step in steps)
