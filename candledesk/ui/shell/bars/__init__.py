"""The bars around the charts of a window."""
