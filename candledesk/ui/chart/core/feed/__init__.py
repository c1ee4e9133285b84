"""What a chart requests: the windows that are prefetched, and the state machine of its feed. Pure."""
