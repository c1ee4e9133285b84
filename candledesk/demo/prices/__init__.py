"""The demo market's prices: invented days and minutes, and what is true of them at an instant."""
