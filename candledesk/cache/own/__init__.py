"""Own indicators: the files of the home, which of them are allowed, and the processes that run them."""
