"""Pure rules of bars, sessions and coverage: numpy and the standard library only; no I/O, thread or clock."""
