"""Imported series that nobody can be asked for more of."""
