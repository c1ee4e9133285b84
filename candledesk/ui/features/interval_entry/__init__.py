"""The box in which an interval is typed, and the stored intervals that a chart without bars offers."""
