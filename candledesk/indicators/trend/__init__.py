"""Trends and their strength."""
