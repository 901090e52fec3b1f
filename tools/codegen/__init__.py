"""Writes the Python modules of a program from its IDL; see ``tools/generate.py``."""
