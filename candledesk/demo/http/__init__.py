"""The demo market over HTTP: what Yahoo's routes answer, faults, and the controls."""
