"""What the programs of a market say: the type of any event, apart, because loading all takes long.

Import it where annotations are evaluated; elsewhere under ``TYPE_CHECKING``.
"""

from __future__ import annotations

from typing import TypeAlias

from ionet.programs.escrow import events as escrow_events
from ionet.programs.verification import events as verification_events

Event: TypeAlias = escrow_events.Event | verification_events.Event
"""Any event of any program of the market."""
