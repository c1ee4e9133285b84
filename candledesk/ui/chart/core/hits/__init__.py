"""What lies under a pixel of a frame."""
