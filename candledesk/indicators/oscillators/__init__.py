"""Oscillators in a pane of their own."""
