"""Compare as a feature of the window: its actions, and the menu of a compared series."""
