"""What a correct cache must hold: final bars straight from the minutes, by another road than the chart answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.demo.minutes import make_minutes
from candledesk.demo.prices import widen
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.periods import period_end, period_keys

if TYPE_CHECKING:
    from candledesk.demo.prices import Prices
    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar


def make_truth(prices: Prices, symbol: str, interval_name: str, start: int, end: int, now: int) -> Bars:
    """Return the bars with ``start <= open_time < end`` that are final at ``now``, on the split basis of ``now``.

    1d and longer are keyed by date (00:00 UTC). Bars without a trade do not exist. Raises ``KeyError`` for an unknown
    symbol, ``InputError`` for an unknown interval.
    """
    listing = prices.listing(symbol, now)
    if listing is None:
        raise KeyError(symbol)
    interval, hours, days = parse_interval(interval_name), listing.hours, listing.days
    if interval.is_daily:
        final = hours.close <= now
        ratio = listing.split_ratio(np.arange(len(hours)), now)[final]
        keys = period_keys(interval, hours.date[final], hours)
        columns = [widen(column[final] / ratio) for column in (days.open, days.high, days.low, days.close)]
        bars = _combine(keys, columns, days.volume[final] * ratio)
        return _within(bars, start, min(end, _last_whole(interval, hours, now)))
    margin = DAY_S
    rows = np.flatnonzero((hours.close > start - margin) & (hours.open < min(end + margin, now)))
    if not len(rows):
        return Bars.empty()
    minutes = make_minutes(listing.profile, days, int(rows[0]), int(rows[-1]) + 1)
    origin = listing.origins[minutes.session]
    keys = (minutes.time - origin) // interval.step_s * interval.step_s + origin
    is_final = np.minimum(keys + interval.step_s, hours.close[minutes.session]) <= now
    minutes, keys = minutes.take(is_final), keys[is_final]
    ratio = listing.split_ratio(minutes.session, now)
    columns = [widen(column / ratio) for column in (minutes.open, minutes.high, minutes.low, minutes.close)]
    return _within(_combine(keys, columns, minutes.volume * ratio), start, end)


def _combine(keys: IntArray, columns: list[FloatArray], volume: FloatArray) -> Bars:
    """Return one bar per distinct key; ``keys`` ascend."""
    names, first, group = np.unique(keys, return_index=True, return_inverse=True)
    last = np.append(first[1:], len(keys)) - 1
    open_, high, low, close = columns
    highs, lows, total = np.full(len(names), -np.inf), np.full(len(names), np.inf), np.zeros(len(names))
    np.maximum.at(highs, group, high)
    np.minimum.at(lows, group, low)
    np.add.at(total, group, volume)
    return Bars(names, open_[first] if len(names) else open_[:0], highs, lows, close[last], total)


def _last_whole(interval: Interval, hours: SessionCalendar, now: int) -> int:
    """Return the key of the first period that still has a session to end."""
    pending = hours.date[hours.close > now]
    if len(pending):
        return int(period_keys(interval, pending[:1], hours)[0])
    return period_end(interval, int(period_keys(interval, hours.date[-1:], hours)[0]), hours)


def _within(bars: Bars, start: int, end: int) -> Bars:
    return bars.take((bars.open_time >= start) & (bars.open_time < end))
