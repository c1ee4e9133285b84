"""Drawings on a chart: where their points lie in a frame, and their figures. Pure."""
