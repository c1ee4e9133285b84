"""The search of symbols: an entry in the top bar, and a list over the window."""
