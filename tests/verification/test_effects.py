"""Every instruction changes exactly the fields, lamports and logs that it should, and no others.

Lamports are conserved by the runtime; who pays and who is paid is said here, account by account.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from tests.verification import effects_of_epochs, effects_of_members
from tests.verification.harness.effects import Effects, observe
from tests.verification.harness.examples import EXAMPLES, Example
from tests.verification.harness.world import World


def _expected(example: Example) -> Callable[[World], Effects]:
    """Return the function named after the example."""
    name = example.name.replace(" ", "_")
    modules: tuple[ModuleType, ...] = (effects_of_members, effects_of_epochs)
    found: Callable[[World], Effects] = next(
        vars(module)[name] for module in modules if name in vars(module)
    )
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_instruction_changes_what_it_should_and_no_more(world: World, example: Example) -> None:
    step = example.make(world)
    expected = _expected(example)(world)
    assert observe(world, step) == expected
    assert sum(expected.lamports.values()) == 0
