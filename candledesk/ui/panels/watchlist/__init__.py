"""The watchlist panel: lists of symbols with their latest stored prices, which step the active chart through them."""
