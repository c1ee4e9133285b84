"""Palettes, fonts and the choice of a theme."""
