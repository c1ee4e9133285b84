"""Updates of active series and the archive, on a schedule."""
