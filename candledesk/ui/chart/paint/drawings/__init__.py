"""Painting of drawings."""
