"""Which test holds which guard of the program; an error without one fails test_error_codes.py."""

from tests.harness.guard import Guards

guards = Guards()
