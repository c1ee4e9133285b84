"""The data window: all values of the bar under the crosshair, and where the bar came from."""
