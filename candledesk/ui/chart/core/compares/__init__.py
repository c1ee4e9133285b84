"""Other series beside that of a chart: what they are, their values, and what is drawn of them. Pure."""
