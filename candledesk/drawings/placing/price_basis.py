"""Prices of anchors on the basis that a chart shows: raw prices times the adjustment at their time. Pure.

A later split, whatever its ratio, moves a drawing with its candles in every mode, because its prices are stored as they
were traded at their time (WORKBENCH.md §2.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.domain.prices.adjust import adjust_bars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.prices.adjust import DatedAction
    from candledesk.drawings.drawing import Anchor

Mode = Literal["none", "splits", "all"]


def price_factors(
    anchors: Sequence[Anchor],
    mode: Mode,
    actions: Sequence[DatedAction],
    calendar: SessionCalendar,
    daily: Bars | None = None,
    *,
    is_level: bool = False,
) -> FloatArray:
    """Return for each anchor what a raw price of its time is multiplied by to be shown, shape ``(n,)``.

    ``actions`` and ``daily``: as ``adjust_bars`` takes them, ``daily`` for mode ``all`` (without it dividends do not
    count). ``is_level``: a horizontal level is moved by splits only, because dividends do not move the price that a
    person drew a line at.
    """
    shown: Mode = "splits" if mode == "all" and (is_level or daily is None) else mode
    times = np.array([anchor.time for anchor in anchors], np.int64)
    is_daily = np.array([anchor.bar_length.is_daily for anchor in anchors], np.bool_)
    factors = np.ones(len(times))
    for kind, interval in ((True, INTERVALS["1d"]), (False, INTERVALS["1m"])):
        chosen: BoolArray = is_daily == kind
        if chosen.any():
            bars = _ones(times[chosen])
            raw = adjust_bars(bars, interval, calendar, actions, "none")
            wanted = raw if shown == "none" else adjust_bars(bars, interval, calendar, actions, shown, daily)
            factors[chosen] = wanted.close / raw.close
    return factors


def shown_prices(anchors: Sequence[Anchor], factors: FloatArray) -> FloatArray:
    """Return the prices of anchors as they are shown, NaN for those without one, shape ``(n,)``."""
    raw = [np.nan if anchor.price is None else anchor.price for anchor in anchors]
    return np.array(raw, np.float64) * factors


def raw_price(shown: float, factor: float) -> float:
    """Return the price to store of a shown one."""
    return shown / factor


def _ones(times: IntArray) -> Bars:
    """Return bars at these times whose stored price is 1; ``adjust_bars`` takes times in any order."""
    one = np.ones(len(times))
    return Bars(times.copy(), one, one.copy(), one.copy(), one.copy(), one.copy())
