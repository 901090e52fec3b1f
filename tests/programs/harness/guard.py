"""Which test holds which guard of the program; an error without one fails test_error_codes.py."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from ionet.programs.escrow.errors import EscrowError
from tests.programs.harness.world import World

P = ParamSpec("P")

GUARDED: set[type[EscrowError]] = set()


def guards(*errors: type[EscrowError]) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Declare the errors that a test provokes; it fails unless it met each of them."""

    def declare(test: Callable[P, None]) -> Callable[P, None]:
        GUARDED.update(errors)

        @wraps(test)
        def checked(*args: P.args, **kwargs: P.kwargs) -> None:
            world = kwargs["world"]
            assert isinstance(world, World)
            world.rejections.clear()
            test(*args, **kwargs)
            assert set(errors) <= world.rejections, "a declared error was never met"

        return checked

    return declare
