"""The command ``ionet``."""

from ionet.cli.app import main

__all__ = ["main"]
