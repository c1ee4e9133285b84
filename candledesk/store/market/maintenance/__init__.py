"""What concerns the candle database as a whole: the sizes of its parts, and deleting them."""
