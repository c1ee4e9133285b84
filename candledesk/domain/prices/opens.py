"""Opens that are not known: which they are, and what the open of several bars together is then. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray


def is_open_unknown(opens: FloatArray, lows: FloatArray) -> BoolArray:
    """Tell which opens were sent as 0 for want of a value: below a low that is above 0 (yahoo.md §4.5)."""
    unknown: BoolArray = (opens == 0) & (lows > 0)
    return unknown


def first_opens(opens: FloatArray, lows: FloatArray, closes: FloatArray, starts: IntArray) -> FloatArray:
    """Return the open of each run of bars, shape ``(m,)``; ``starts``: the index of each run's first bar, ascending.

    It is the first bar's; where that one was sent as 0, the first bar's close; where it is NaN (prices as they were
    sent), the first open of the run that is a number, NaN when none is.
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
