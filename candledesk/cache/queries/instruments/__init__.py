"""What the cache knows of an instrument itself: its facts, its sessions, its corporate events."""
