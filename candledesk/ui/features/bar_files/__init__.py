"""Importing files of bars in the window: by the menu or by dropping one, always with a preview first."""
