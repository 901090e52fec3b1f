"""Settings of every property test: no deadline, because a busy machine is not a failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("ionet", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("ionet")
