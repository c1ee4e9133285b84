"""A tab of the window: a grid of cells, each with one chart."""
