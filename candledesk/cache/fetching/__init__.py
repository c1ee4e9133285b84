"""Fills: from a missing span to requests, answers and stored bars."""
