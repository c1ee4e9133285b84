"""Dividends, splits and capital gains on a chart: where their marks stand, and their words. Pure."""
