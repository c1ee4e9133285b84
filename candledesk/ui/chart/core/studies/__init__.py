"""Indicators on a chart: what a person chose, their values, and the columns and texts of a frame. Pure."""
