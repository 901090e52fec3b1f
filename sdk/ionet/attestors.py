"""Attestors as their accounts tell: who holds a seat, and who has fallen silent. Pure.

What silence is, and what it costs others: docs/adr/010-committees-and-reports.md.
"""

from __future__ import annotations

from ionet.programs.verification.accounts import Attestor
from ionet.programs.verification.constants import (
    FOREVER,
    REPORT_HISTORY,
    SILENCE_WINDOW,
    SILENT_EPOCHS,
)


def is_seated(attestor: Attestor) -> bool:
    """Tell whether the attestor holds a seat: it has neither exited nor been evicted."""
    return attestor.active_until == FOREVER


def is_silent(attestor: Attestor, epoch: int) -> bool:
    """Tell whether the attestor may be evicted in ``epoch``: the rule of ``evict_attestor``.

    Misses recorded in 4 of the last 8 epochs, and no report in any of the 8. The epoch itself
    counts for neither: its reports may still come.
    """
    has_missed = 0
    for past in range(max(epoch - SILENCE_WINDOW, 0), epoch):
        at = past % REPORT_HISTORY
        if attestor.epochs[at] != past:
            continue  # the counts there are of an epoch 32 or more before it
        if attestor.revealed[at]:
            return False
        has_missed += attestor.missed[at] > 0
    return has_missed >= SILENT_EPOCHS
