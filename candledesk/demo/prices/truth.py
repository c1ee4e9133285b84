"""The bars that a correct cache holds: final bars, made from the minutes independently of the chart answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.demo.instruments.special_sessions import week_starts
from candledesk.demo.prices.minutes import Minutes, make_minutes
from candledesk.demo.prices.oddities import add_oddities
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.periods import period_end, period_keys
from candledesk.domain.interval import DAY_S, parse_interval

if TYPE_CHECKING:
    from candledesk.demo.prices.listing import DemoListing
    from candledesk.demo.prices.listings import Prices
    from candledesk.domain.bars import IntArray
    from candledesk.domain.interval import Interval


def make_truth(
    prices: Prices, symbol: str, interval_name: str, start: int, end: int, now: int, *, is_read: bool = False
) -> Bars:
    """Return the bars with ``start <= open_time < end`` that are final at ``now``, on the split basis of ``now``.

    1d and longer are keyed by date (00:00 UTC); a week by the day on which the venue's own week begins. Bars without a
    trade do not exist, and phantoms (flat rows without volume on holidays) are not bars.

    Odd rows (oddities.py) are returned as they are sent, because a cache keeps them; a null price is NaN. With
    ``is_read`` rows in another unit or on another split basis are corrected to the instrument's own unit and the basis
    of ``now``; other odd rows stay as they are sent. 1wk and longer are always made of corrected rows. The other
    intervals are made of the traded minutes: an oddity of 1m is not in 5m.

    Raises ``KeyError`` for an unknown symbol, ``InputError`` for an unknown interval.
    """
    listing = prices.listing(symbol, now)
    if listing is None:
        raise KeyError(symbol)
    interval = parse_interval(interval_name)
    if interval.is_daily:
        bars, pending = _daily(listing, interval, now, is_read=is_read)
        return _within(bars, start, min(end, pending))
    rows = _intraday(listing, interval, start, end, now)
    return _within(_bars(add_oddities(listing, interval.name, rows, now, is_read=is_read)), start, end)


def _daily(listing: DemoListing, interval: Interval, now: int, *, is_read: bool) -> tuple[Bars, int]:
    """Return the bars of final sessions, and the key of the first period that contains a session that is not final."""
    hours, days = listing.hours, listing.days
    session = np.flatnonzero(hours.close <= now)
    raw = Minutes(np.arange(len(hours)), hours.date, days.open, days.high, days.low, days.close, days.volume)
    rows = listing.adjusted(raw.take(session), now)
    is_long = interval.step_s > DAY_S
    rows = add_oddities(listing, "1d", rows, now, is_read=is_read or is_long)
    keys = _keys(listing, interval, hours.date)
    pending = keys[hours.close > now]
    last = int(pending[0]) if len(pending) else period_end(interval, int(keys[-1]), hours)
    return _bars(_combine(keys[session], rows) if is_long else rows), last


def _keys(listing: DemoListing, interval: Interval, dates: IntArray) -> IntArray:
    if interval.name == "1wk":
        return week_starts(listing.profile.mic, dates)
    return period_keys(interval, dates, listing.hours)


def _intraday(listing: DemoListing, interval: Interval, start: int, end: int, now: int) -> Minutes:
    """Return the final bars of all sessions near the span, on the split basis of ``now``."""
    hours, days = listing.hours, listing.days
    near = np.flatnonzero((hours.close > start - DAY_S) & (hours.open < min(end + DAY_S, now)))
    first, last = (int(near[0]), int(near[-1]) + 1) if len(near) else (0, 0)
    minutes = make_minutes(listing.profile, days, first, last)
    origin = listing.origins[minutes.session]
    keys = (minutes.time - origin) // interval.step_s * interval.step_s + origin
    is_final = np.minimum(keys + interval.step_s, hours.close[minutes.session]) <= now
    rows = _combine(keys[is_final], minutes.take(is_final))
    return listing.adjusted(rows, now)


def _combine(keys: IntArray, rows: Minutes) -> Minutes:
    """Return one bar per distinct key; ``keys`` ascend."""
    if not len(rows):
        return rows
    names, first, group = np.unique(keys, return_index=True, return_inverse=True)
    last = np.append(first[1:], len(keys)) - 1
    highs, lows = np.full(len(names), -np.inf), np.full(len(names), np.inf)
    total = np.zeros(len(names), np.int64)
    np.fmax.at(highs, group, rows.high)
    np.fmin.at(lows, group, rows.low)
    np.add.at(total, group, rows.volume)
    return Minutes(rows.session[first], names, rows.open[first], highs, lows, rows.close[last], total)


def _bars(rows: Minutes) -> Bars:
    return Bars(rows.time, rows.open, rows.high, rows.low, rows.close, rows.volume.astype(np.float64))


def _within(bars: Bars, start: int, end: int) -> Bars:
    return bars.take((bars.open_time >= start) & (bars.open_time < end))
