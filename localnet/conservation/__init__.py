"""Money is conserved: what every transaction must leave true, for each job it touched.

``books``: the amounts of a job add up, never fall, and its vault moves by what is booked.
``tokens``: every owner of tokens gains or loses exactly what was booked for them.
``rent``: the lamports of a closed job go to whoever paid them.

The rules are written from ADR 004 and share no code with the program.
"""

from __future__ import annotations

from ionet.localnet.conservation.check import ConservationCheck
from ionet.localnet.conservation.step import Violation

__all__ = ["ConservationCheck", "Violation"]
