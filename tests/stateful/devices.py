"""What epochs found of a device, in plain Python: what ADR 009 says, apart from program and SDK."""

from __future__ import annotations

from dataclasses import dataclass, field

UNSEEN, ALIVE, PASSED, DEPLOYABLE = range(4)
EPOCH = 6 * 3_600
LAG = 1
"""Epochs from a result to the seconds that count by it."""
HIRED_FOR = 4
"""Epochs for which a device that was deployable may be hired and still take jobs."""
CARRIED_FOR = 2
"""Epochs for which the last result of all counts on."""


@dataclass
class DeviceModel:
    """A device that was deployable in every epoch up to the last, if ``found`` says nothing else.

    Attributes:
        genesis: Unix second at which epoch 0 begins.
        last: The newest epoch with a result.
        found: Results by epoch.
    """

    genesis: int
    last: int
    found: dict[int, int] = field(default_factory=dict)

    def epoch_at(self, second: int) -> int:
        """Return the epoch of a second."""
        return (second - self.genesis) // EPOCH

    def result(self, epoch: int) -> int:
        """Return what an epoch found, or left as it was."""
        if epoch > self.last + CARRIED_FOR:
            return UNSEEN
        return self.found.get(min(epoch, self.last), DEPLOYABLE)

    def seen(self, since: int, until: int) -> int:
        """Return the seconds of ``[since, until)`` that count, epoch by epoch."""
        seconds, moment = 0, since
        while moment < until:
            epoch = self.epoch_at(moment)
            following = min(until, self.genesis + (epoch + 1) * EPOCH)
            if self.result(epoch - LAG) != UNSEEN:
                seconds += following - moment
            moment = following
        return seconds

    def is_eligible(self, second: int) -> bool:
        """Tell whether it may take a job now: hired ever since it was deployable, and not long."""
        newest = self.epoch_at(second) - LAG
        results = [self.result(newest - back) for back in range(HIRED_FOR + 1)]
        while results and results[0] == ALIVE:
            del results[0]
        return results[:1] == [DEPLOYABLE]
