"""The rules of the cache as pure functions and state machines: no I/O, thread or clock."""
