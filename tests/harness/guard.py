"""Which test holds which guard of a program; an error without one fails that program's tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from ionet.errors import ProgramError
from tests.harness.chain import Chain

P = ParamSpec("P")


class Guards:
    """Decorates tests with the errors that they provoke; a test must meet each of its own.

    Attributes:
        declared: The errors of all tests so far.
    """

    def __init__(self) -> None:
        self.declared: set[type[ProgramError]] = set()

    def __call__(
        self, *errors: type[ProgramError]
    ) -> Callable[[Callable[P, None]], Callable[P, None]]:
        """Declare the errors that a test provokes in its ``world``."""

        def declare(test: Callable[P, None]) -> Callable[P, None]:
            self.declared.update(errors)

            @wraps(test)
            def checked(*args: P.args, **kwargs: P.kwargs) -> None:
                world = kwargs["world"]
                assert isinstance(world, Chain)
                world.rejections.clear()
                test(*args, **kwargs)
                assert set(errors) <= world.rejections, "a declared error was never met"

            return checked

        return declare
