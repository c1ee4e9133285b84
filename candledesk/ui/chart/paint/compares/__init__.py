"""The layers of compared series."""
