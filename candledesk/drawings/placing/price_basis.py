"""Prices of anchors on the basis that a chart shows: raw prices times the adjustment at their time. Pure.

A later split, whatever its ratio, moves a drawing with its candles in every mode, because its prices are stored as they
were traded at their time (WORKBENCH.md §2.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import INTERVALS
from candledesk.domain.prices.adjust import adjust_bars
from candledesk.drawings.placing.bar_times import key_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.prices.adjust import DatedAction
    from candledesk.drawings.drawing import Anchor

Mode = Literal["none", "splits", "all"]
_NONE = np.empty(0, np.int64)
_NO_SESSIONS = SessionCalendar("", "UTC", _NONE, _NONE, _NONE, _NONE, _NONE)  # bars of a day need none


def price_factors(
    anchors: Sequence[Anchor],
    mode: Mode,
    actions: Sequence[DatedAction],
    zone: str,
    daily: Bars | None = None,
    *,
    is_level: bool = False,
) -> FloatArray:
    """Return for each anchor what a raw price of its time is multiplied by to be shown, shape ``(n,)``.

    ``zone``: IANA, of the venue, whose date decides on which side of an ex-date an instant lies. Others as of
    ``factors_at``. ``is_level``: a horizontal level is moved by splits only, because dividends do not move the price
    that a person drew a line at.
    """
    dates, _ = key_spans(anchors, INTERVALS["1d"], zone)
    return factors_at(dates, "splits" if mode == "all" and is_level else mode, actions, daily)


def factors_at(dates: IntArray, mode: Mode, actions: Sequence[DatedAction], daily: Bars | None = None) -> FloatArray:
    """Return what raw prices of dates (00:00 UTC, in any order) are multiplied by to be shown, shape ``(n,)``.

    ``actions`` and ``daily``: as ``adjust_bars`` takes them, ``daily`` for mode ``all`` (without it dividends do not
    count).
    """
    shown: Mode = "splits" if mode == "all" and daily is None else mode
    one = np.ones(len(dates))
    bars = Bars(dates.copy(), one, one.copy(), one.copy(), one.copy(), one.copy())  # whose stored price is 1
    raw = adjust_bars(bars, INTERVALS["1d"], _NO_SESSIONS, actions, "none")
    wanted = raw if shown == "none" else adjust_bars(bars, INTERVALS["1d"], _NO_SESSIONS, actions, shown, daily)
    factors: FloatArray = wanted.close / raw.close
    return factors


def raw_price(shown: float, factor: float) -> float:
    """Return the price to store of a shown one."""
    return shown / factor
