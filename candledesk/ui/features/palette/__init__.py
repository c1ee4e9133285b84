"""The palette: one box in which everything of the window is found by typing."""
