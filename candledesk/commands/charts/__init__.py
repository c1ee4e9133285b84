"""Commands on what a chart shows: its picture, and the values of indicators."""
