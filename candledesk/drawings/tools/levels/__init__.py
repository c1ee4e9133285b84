"""Levels of a price range: Fibonacci retracement and extension."""
