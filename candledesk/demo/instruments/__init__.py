"""The demo market's instruments: what they are, when they trade, split and pay."""
