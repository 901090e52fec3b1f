"""Embedded localnet: the programs of ionet in an in-process Solana VM."""
