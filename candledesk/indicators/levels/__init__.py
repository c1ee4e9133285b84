"""Levels and turning points."""
