"""Threads, the fetch process and the health of the storage."""
