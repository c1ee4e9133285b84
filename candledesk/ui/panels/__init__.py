"""Dock panels of the window."""
