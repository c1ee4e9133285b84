"""The commands for what a person made: watchlists and layouts."""
