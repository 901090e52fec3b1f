"""``python -m ionet.cli``."""

from ionet.cli import main

main()
