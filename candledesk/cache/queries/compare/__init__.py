"""Other series beside that of a chart, and ratios of two series, made when they are read."""
