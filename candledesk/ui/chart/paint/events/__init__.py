"""Marks of corporate events at the foot of a chart."""
