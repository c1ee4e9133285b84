"""Heikin-Ashi: each column averaged with those before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.ui.chart.core.geometry.lod import BarColumns

N_WARM_UP = 60  # the weight of a column halves with each later one: what is older changes no bit of a float64


def average_columns(columns: BarColumns, n_shown: int) -> BarColumns:
    """Return the last ``n_shown`` of ``columns`` averaged; the others warm it up.

    close = (O + H + L + C) / 4; open = the mean of the former averaged open and close, the first one's (O + C) / 2;
    the extremes include both, so that no wick gets shorter.
    """
    n = len(columns.open)
    close = (columns.open + columns.high + columns.low + columns.close) / 4
    opening = np.empty(n)
    if n:
        weights = 0.5 ** np.arange(1, min(n, N_WARM_UP + 1))
        opening[0] = (columns.open[0] + columns.close[0]) / 2
        if n > 1:
            opening[1:] = np.convolve(close[:-1], weights)[: n - 1] + opening[0] * 0.5 ** np.arange(1, n)
    shown = slice(n - n_shown, None)
    opening, close = opening[shown], close[shown]
    high = np.maximum(columns.high[shown], np.maximum(opening, close))
    low = np.minimum(columns.low[shown], np.minimum(opening, close))
    return replace(
        columns, centre=columns.centre[shown], open=opening, high=high, low=low, close=close,
        volume=columns.volume[shown],
    )  # fmt: skip
