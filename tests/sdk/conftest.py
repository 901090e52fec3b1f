"""Fixtures of the SDK's tests: every test that takes ``world`` runs on both clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ionet.localnet.net import Localnet
from tests.sdk.world import World


@pytest.fixture(params=["async", "sync"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with Localnet.start(["alice", "bob", "carol"]) as net:
        yield World(net, is_async=request.param == "async")
