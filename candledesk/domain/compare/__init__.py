"""Two series side by side: their alignment by time, and the ratio of one to the other."""
