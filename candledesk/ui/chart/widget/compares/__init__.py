"""Compared series of a chart: what a person does to them, and where their values come from."""
