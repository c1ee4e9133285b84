"""The demo market over HTTP: the answers of Yahoo's routes, faults, and the controls."""
