"""Price adjustment at read time: stored prices are split-adjusted and not dividend-adjusted (DESIGN.md, rule 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S
from candledesk.domain.sessions import session_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar


class Action(Protocol):
    """A corporate action: ``date`` (ex-date at 00:00 UTC), ``kind`` (``split`` or ``dividend``) and ``value``."""

    @property
    def date(self) -> int: ...  # noqa: D102 - described by the class
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102


def adjust_bars(
    bars: Bars,
    interval: Interval,
    calendar: SessionCalendar,
    actions: Sequence[Action],
    mode: Literal["none", "splits", "all"],
    daily: Bars | None = None,
) -> Bars:
    """Return ``bars`` on another basis; adjust base bars first and resample to 1wk and longer afterwards.

    ``splits``: as stored. ``none``: as traded on the day, each price times the product of all later splits and each
    volume divided by it. ``all``: split- and dividend-adjusted, each price before an ex-date times
    ``1 - dividend / close of the session before`` (the CRSP back-adjustment, which Yahoo's Adj Close also follows:
    help.yahoo.com SLN28256); volume stays. ``daily``: stored 1d bars for those closes; without them the last close in
    ``bars`` before the ex-date stands in. A dividend without an earlier close, or not below it, changes nothing.
    """
    kind = {"none": "split", "splits": "", "all": "dividend"}[mode]
    chosen = sorted((action for action in actions if action.kind == kind and action.value > 0), key=lambda a: a.date)
    if not chosen or not len(bars):
        return bars
    dates = np.array([action.date for action in chosen], np.int64)
    values = np.array([action.value for action in chosen], np.float64)
    own_dates = _session_dates(bars, interval, calendar)
    if mode == "none":
        ratio = _product_of_later(own_dates, dates, values)
        return _scaled(bars, ratio, bars.volume / ratio)
    closes = (own_dates, bars.close) if daily is None else (daily.open_time, daily.close)
    ratio = _product_of_later(own_dates, dates, _dividend_factors(dates, values, *closes))
    return _scaled(bars, ratio, bars.volume)


def _scaled(bars: Bars, ratio: FloatArray, volume: FloatArray) -> Bars:
    """Return the bars with all prices times ``ratio``."""
    opens, highs, lows, closes = (price * ratio for price in (bars.open, bars.high, bars.low, bars.close))
    return Bars(bars.open_time, opens, highs, lows, closes, volume)


def _session_dates(bars: Bars, interval: Interval, calendar: SessionCalendar) -> IntArray:
    """Return each bar's session date; a bar outside every session has its UTC date."""
    if interval.is_daily or not len(calendar):
        return bars.open_time // DAY_S * DAY_S
    row = session_of(calendar, interval, bars.open_time)
    return np.where(row < 0, bars.open_time // DAY_S * DAY_S, calendar.date[row])


def _product_of_later(own_dates: IntArray, dates: IntArray, factors: FloatArray) -> FloatArray:
    """Return for each bar the product of the factors whose date lies after the bar's own."""
    suffix = np.append(np.cumprod(factors[::-1])[::-1], 1.0)
    return suffix[np.searchsorted(dates, own_dates, side="right")]


def _dividend_factors(dates: IntArray, values: FloatArray, close_dates: IntArray, closes: FloatArray) -> FloatArray:
    """Return ``1 - dividend / previous close`` for each ex-date, 1 where it cannot be told."""
    if not len(closes):
        return np.ones(len(dates))
    before = np.searchsorted(close_dates, dates) - 1
    previous = np.where(before >= 0, closes[before], np.inf)
    factors = 1.0 - values / previous
    return np.where(factors > 0, factors, 1.0)
