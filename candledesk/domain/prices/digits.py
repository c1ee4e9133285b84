"""Prices with the digits that they have. Pure.

Providers send prices as 32-bit floats (yahoo.md §4.19), and stored as 64-bit floats they have sixteen digits, of which
the last nine say nothing: 395.7 became 395.70001220703125.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import FloatArray

MAX_DIGITS = 22  # 10**22 is the largest power of ten that a 64-bit float holds exactly
_WHOLE = 2.0**24  # from here on a 32-bit float may be any whole number, and its shortest form another one


def with_short_digits(prices: FloatArray) -> FloatArray:
    """Return float64 ``(n,)`` whose shortest decimal form is that of the 32-bit float which each price came as.

    A price that is no 32-bit float (computed, imported), not finite, or 2**24 and more stays as it is. ``np.float32``
    of each other one is the price.
    """
    found = prices.copy()
    with np.errstate(over="ignore", invalid="ignore"):
        single = prices.astype(np.float32)
        left = np.flatnonzero((single == prices) & (np.abs(prices) < _WHOLE))
        for n_digits in range(MAX_DIGITS + 1):
            if not len(left):
                break
            rounded = np.round(prices[left], n_digits)
            is_same = rounded.astype(np.float32) == single[left]
            found[left[is_same]] = rounded[is_same]
            left = left[~is_same]
    return found


def as_sent(prices: FloatArray) -> FloatArray:
    """Return the 64-bit form of 32-bit floats, float64 ``(n,)``, from which ``with_short_digits`` makes these prices.

    Prices with more digits than a 32-bit float has stay as they are.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        single = prices.astype(np.float32).astype(np.float64)
    return np.where(with_short_digits(single) == prices, single, prices)


def short_bars(bars: Bars) -> Bars:
    """Return the bars with the digits that were sent."""
    return _converted(bars, with_short_digits)


def sent_bars(bars: Bars) -> Bars:
    """Return bars that were read from a text as they were sent."""
    return _converted(bars, as_sent)


def _converted(bars: Bars, convert: Callable[[FloatArray], FloatArray]) -> Bars:
    opens, highs, lows, closes = (convert(price) for price in (bars.open, bars.high, bars.low, bars.close))
    return Bars(bars.open_time, opens, highs, lows, closes, bars.volume)
