"""Generated clients of the on-chain programs, one package each; ``bin/`` holds the builds."""
