"""The layers of the indicators of a chart."""
