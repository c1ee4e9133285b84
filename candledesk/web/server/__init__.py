"""What every request passes before a route sees it, and how answers leave."""
