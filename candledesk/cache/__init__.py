"""The cache: stored bars are returned at once; missing ones are planned, fetched, stored, and announced by events."""
