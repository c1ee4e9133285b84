"""Ranges and bands."""
