"""Layouts as features: their tabs and their cells."""
