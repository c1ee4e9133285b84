"""Chunks: the compact, checked read path of a series, and what is done where a chunk or its rows are damaged."""
