"""Fixtures of the localnet's tests."""

import pytest

from tests.localnet.chain import Chain, new_chain


@pytest.fixture
def chain() -> Chain:
    return new_chain()
