"""What people do to a chart: tools, commands that can be undone, kinetic panning. Pure."""
