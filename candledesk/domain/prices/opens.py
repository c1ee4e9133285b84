"""Missing opens: how they are recognised, and the open of a bar derived from bars with missing opens. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray


def is_open_unknown(opens: FloatArray, lows: FloatArray) -> BoolArray:
    """Tell which opens are 0 because the value is missing: the low is above 0 (yahoo.md §4.5)."""
    unknown: BoolArray = (opens == 0) & (lows > 0)
    return unknown


def first_opens(opens: FloatArray, lows: FloatArray, closes: FloatArray, starts: IntArray) -> FloatArray:
    """Return the open of each run of bars, shape ``(m,)``; ``starts``: the index of each run's first bar, ascending.

    It is the first bar's open; the first bar's close where that open is missing (0). Where the open is NaN (prices as
    received) it is the first open of the run that is a number, NaN when there is none.
    """
    first = opens[starts]
    unknown = is_open_unknown(first, lows[starts])
    if unknown.any():
        first = np.where(unknown, closes[starts], first)
    if np.isnan(first).any():
        known = np.append(np.flatnonzero(~np.isnan(opens)), len(opens))
        at = known[np.searchsorted(known, starts)]
        is_inside = at < np.append(starts[1:], len(opens))
        first = np.where(np.isnan(first) & is_inside, opens[np.minimum(at, len(opens) - 1)], first)
    return first
