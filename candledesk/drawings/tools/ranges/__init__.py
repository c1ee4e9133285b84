"""Positions, measured ranges, and what is computed from the bars of a range."""
