"""Painting of a chart with QPainter, on screen and into files."""
