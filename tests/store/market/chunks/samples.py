"""Bars as Yahoo sends them: one-minute sessions, prices of four decimals as 32-bit floats, whole volumes."""

import numpy as np

from candledesk.domain.bars import Bars


def as_single(values):
    return np.round(values, 4).astype(np.float32).astype(np.float64)


def session_bars(n, seed=0):
    """Make ``n`` bars of sessions of 390 minutes around a price of 189."""
    rng = np.random.default_rng(seed)
    minute = np.arange(n)
    time = 1_700_000_040 + 86_400 * (minute // 390) + 60 * (minute % 390)
    close = 189 + np.cumsum(rng.normal(0, 0.06, n)) % 80
    opened = np.append(close[:1], close[:-1]) + rng.normal(0, 0.01, n)
    high = np.maximum(opened, close) + rng.random(n) * 0.08
    low = np.minimum(opened, close) - rng.random(n) * 0.08
    volume = np.floor(np.exp(rng.normal(11, 1, n)))
    return Bars(time, as_single(opened), as_single(high), as_single(low), as_single(close), volume)
