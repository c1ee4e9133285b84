"""What the mouse does on a chart: the tools, one of which is in use."""
