"""Bridges to other clients; each needs its extra to be installed."""
