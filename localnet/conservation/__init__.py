"""Money is conserved: what every transaction must leave true of what it touched.

``books``: the amounts of a job add up, never fall, and its vault moves by what is booked.
``tokens``: every owner of tokens gains or loses exactly what was booked for them.
``deposits``: devices and attestors hold what they put up, all other accounts their rent.
``rent``: the lamports of what is closed or given back go to whoever paid them.

The rules are written from ADR 004 and ADR 009 and share no code with the programs.
"""

from __future__ import annotations

from ionet.localnet.conservation.check import ConservationCheck
from ionet.localnet.conservation.step import Violation

__all__ = ["ConservationCheck", "Violation"]
