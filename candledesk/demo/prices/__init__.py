"""The demo market's prices: invented days and minutes, and the bars that exist at an instant."""
