"""The dialogs of the watchlist panel."""
