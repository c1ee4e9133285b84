"""What a person made, over HTTP: watchlists and layouts."""
