"""Indicators: declarations and kernels, from bars to values. Pure: numpy, no store, no thread, no clock."""
