"""Indicators of the volume."""
