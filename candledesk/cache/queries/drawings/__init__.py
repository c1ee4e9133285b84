"""What drawings ask of stored bars: where their anchors lie among them, and what they show of them."""
