"""Shapes of bars in pixels, level of detail and derived columns. Pure."""
