"""Watchlists: the model with its rules, and the files in which other programs keep them; no I/O."""
