"""One world per process, as it was made for each test."""

from collections.abc import Iterator
from functools import cache

import pytest

from tests.verification.harness.world import World


@cache
def _world() -> World:
    return World()


@pytest.fixture
def world() -> Iterator[World]:
    world = _world()
    world.restore()
    yield world
    world.restore()
