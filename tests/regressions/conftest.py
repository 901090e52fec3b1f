"""Worlds of both programs, as they were made for each test."""

from collections.abc import Iterator
from functools import cache

import pytest

from tests.programs.harness.world import World as Market
from tests.verification.harness.world import World


@cache
def _world() -> World:
    return World()


@cache
def _market() -> Market:
    return Market()


@pytest.fixture
def world() -> Iterator[World]:
    """Return a fleet and its attestors."""
    world = _world()
    world.restore()
    yield world
    world.restore()


@pytest.fixture
def market() -> Iterator[Market]:
    """Return offers of devices that pass all the time."""
    market = _market()
    market.restore()
    yield market
    market.restore()
