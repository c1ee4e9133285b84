"""Indicators: the list to add them from, the settings of one, and its menu."""
