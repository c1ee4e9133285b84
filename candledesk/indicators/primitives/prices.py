"""The prices of a bar that can be a source, and the true range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import Bars, FloatArray

PRICES: dict[str, Callable[[Bars], FloatArray]] = {
    "open": lambda bars: bars.open,
    "high": lambda bars: bars.high,
    "low": lambda bars: bars.low,
    "close": lambda bars: bars.close,
    "hl2": lambda bars: (bars.high + bars.low) / 2,
    "hlc3": lambda bars: (bars.high + bars.low + bars.close) / 3,
    "ohlc4": lambda bars: (bars.open + bars.high + bars.low + bars.close) / 4,
    "hlcc4": lambda bars: (bars.high + bars.low + bars.close + bars.close) / 4,
}
"""The prices of each bar by the name of a source, float64 ``(n,)`` (WORKBENCH.md §1.2)."""


def true_range(bars: Bars, *, has_first: bool) -> FloatArray:
    """Return the largest of high − low and the distances of high and low to the close before, float64 ``(n,)``.

    The first bar has no close before: its value is high − low for ATR (``has_first``), and NaN for the directional
    movement (WORKBENCH.md §1.2).
    """
    if not len(bars):
        return np.empty(0)
    result: FloatArray = bars.high - bars.low
    before = bars.close[:-1]
    np.maximum(result[1:], np.abs(bars.high[1:] - before), out=result[1:])
    np.maximum(result[1:], np.abs(bars.low[1:] - before), out=result[1:])
    if not has_first:
        result[0] = np.nan
    return result


def shifted(values: FloatArray, n_bars: int) -> FloatArray:
    """Return the values of ``n_bars`` bars before, NaN for the first ones, float64 ``(n,)``."""
    result = np.full(len(values), np.nan)
    if n_bars < len(values):
        result[n_bars:] = values[: len(values) - n_bars]
    return result
