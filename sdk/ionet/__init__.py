"""ionet: typed SDK of a GPU compute market on Solana."""
