"""Turning points: highs above, and lows below, all bars on both sides of them (WORKBENCH.md §1.2, ``pivot``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.primitives.windows import highest

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray


def find_highs(values: FloatArray, n_before: int, n_after: int) -> IntArray:
    """Return the indices of values strictly above the ``n_before`` values before and the ``n_after`` behind them.

    Ascending int64. A turning point is known only ``n_after`` bars later.
    """
    n = len(values)
    if n < n_before + n_after + 1:
        return np.empty(0, np.int64)
    candidates = values[n_before : n - n_after]
    is_high = np.ones(len(candidates), np.bool_)
    if n_before:
        is_high &= candidates > highest(values, n_before)[n_before - 1 : n - n_after - 1]
    if n_after:
        is_high &= candidates > highest(values, n_after)[n_before + n_after :]
    return np.flatnonzero(is_high) + n_before


def find_lows(values: FloatArray, n_before: int, n_after: int) -> IntArray:
    """Return the indices of values strictly below those on both sides, as ``find_highs``."""
    return find_highs(-values, n_before, n_after)
