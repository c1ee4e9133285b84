"""Where points of a drawing come to lie: on bars and prices, at the magnet, along an axis."""
