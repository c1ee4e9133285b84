"""Drawings of the symbols that the window shows."""
