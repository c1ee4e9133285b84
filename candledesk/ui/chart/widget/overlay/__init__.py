"""What lies over a chart: the crosshair, the countdown, and the button that leads to the latest bar."""
