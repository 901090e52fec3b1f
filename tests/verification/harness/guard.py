"""Which test holds which guard of the verification program."""

from tests.harness.guard import Guards

guards = Guards()
