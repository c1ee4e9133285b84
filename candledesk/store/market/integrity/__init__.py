"""Checking everything that is stored in a candle database, repairing it, and saving it into a new file."""
