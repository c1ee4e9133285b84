"""Times behind the bars that a venue's calendar names. Pure."""
