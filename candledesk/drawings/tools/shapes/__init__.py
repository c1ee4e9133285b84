"""Areas and text."""
