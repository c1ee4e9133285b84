"""Indicators: declarations and kernels of thirty studies, from bars to values. Pure: numpy, no store, thread or clock."""
