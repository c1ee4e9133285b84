"""What a person made, over HTTP: watchlists, layouts and drawings."""
