"""Corporate events as a feature of the window."""
