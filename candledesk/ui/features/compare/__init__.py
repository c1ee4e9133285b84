"""Compare as a feature of the window: the search, and the menu of a compared series."""
