"""Routes about symbols: the search, and what a symbol stands for."""
