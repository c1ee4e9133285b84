"""What a window without a chart shows: what can be done, by a click or a key."""
