"""What linked charts have in common: times across intervals and zones, and the crosshair of another chart. Pure."""
