"""Sums since an anchor, and the periods of a venue's calendar that anchors begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.periods import period_keys
from candledesk.domain.calendar.sessions import bar_dates
from candledesk.domain.interval import INTERVALS

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.indicators.declaration import Market
    from candledesk.indicators.past import Past

    Columns = tuple[FloatArray, ...]

_MONTHS_PER_YEAR = 12
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1_200}
_WIDEST = 2.0  # of the values: how much room a table of all periods may take before they are summed one by one


def dates_of(market: Market, open_time: IntArray) -> IntArray:
    """Return the session date (00:00 UTC) of each bar; of bars of several sessions, the date of their key."""
    interval = market.interval if not market.interval.is_daily else INTERVALS["1d"]
    return bar_dates(market.calendar, interval, open_time)


def period_of(market: Market, name: str, dates: IntArray) -> IntArray:
    """Return the first date of the period that each date belongs to, int64 ``(n,)``, ascending as the dates.

    ``name``: ``day`` (the session itself), ``week`` (the venue's own), ``month``, ``quarter``, ``year``, ``decade``,
    ``century``, or so many years as ``5y``. A period is cut by the venue's calendar: sessions belong to the date that
    the exchange gives them.
    """
    if name == "day":
        return dates
    if name == "week":
        return period_keys(INTERVALS["1wk"], dates, market.calendar)
    n_months = _MONTHS[name] if name in _MONTHS else _MONTHS_PER_YEAR * int(name.removesuffix("y"))
    months = dates.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    since_year_0 = months + _MONTHS_PER_YEAR * 1970
    first = since_year_0 // n_months * n_months - _MONTHS_PER_YEAR * 1970
    return first.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)


def first_of_runs(keys: IntArray) -> IntArray:
    """Return the indices at which a new key begins, ascending int64."""
    if not len(keys):
        return np.empty(0, np.int64)
    return np.append(0, np.flatnonzero(keys[1:] != keys[:-1]) + 1).astype(np.int64)


def sums_since(starts: IntArray, values: FloatArray) -> FloatArray:
    """Return the running sum of the values, which begins anew at each of ``starts`` (ascending, the first is 0).

    Each period is summed by itself, so no rounding is carried from one to the next.
    """
    n = len(values)
    if len(starts) == 1:
        return np.cumsum(values)
    lengths = np.diff(np.append(starts, n))
    longest = int(lengths.max()) if len(lengths) else 0
    if longest * len(lengths) > _WIDEST * n + 1_000:
        result = np.empty(n)
        for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
            np.cumsum(values[start : start + length], out=result[start : start + length])
        return result
    table = np.zeros((len(lengths), longest))
    is_filled = np.arange(longest) < lengths[:, None]
    table[is_filled] = values
    return np.cumsum(table, axis=1)[is_filled]


def weighted_since(starts: IntArray, price: FloatArray, volume: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean price since each of ``starts``, weighted by volume, and its standard deviation, float64 ``(n,)``.

    ``starts`` as in ``sums_since``. A missing price (NaN) counts with no weight; NaN while nothing was traded.
    """
    return _mean_and_deviation(_weighted_sums(starts, price, volume, None))


def weighted_by_period(
    keys: IntArray, price: FloatArray, volume: FloatArray, past: Past
) -> tuple[FloatArray, FloatArray]:
    """Return the same as ``weighted_since``; each new key, int64 ``(n,)``, begins a period."""

    def run(first: int, state: Columns | None) -> Columns:
        own = keys[first:]
        is_same = state is not None and state[0][0] == own[0]
        carried = tuple(float(column[0]) for column in state[1:]) if is_same and state is not None else None
        sums = _weighted_sums(first_of_runs(own), price[first:], volume[first:], carried)
        return (own.astype(np.float64), *sums)

    return _mean_and_deviation(past.follow(len(price), run)[1:])


def _weighted_sums(
    starts: IntArray, price: FloatArray, volume: FloatArray, carried: tuple[float, ...] | None
) -> Columns:
    """Return the first price of each period, and since then the volume, and its sums with distances and their squares.

    ``carried``: the same at the bar before, when its period goes on.
    """
    is_missing = np.isnan(price)
    price, volume = np.where(is_missing, 0.0, price), np.where(is_missing, 0.0, volume)
    firsts = price[starts]
    if carried is not None:
        firsts[0] = carried[0]
    first_price = np.repeat(firsts, np.diff(starts, append=len(price)))
    away = price - first_price
    added = volume, volume * away, volume * away * away
    if carried is not None:
        for values, before in zip(added, carried[1:], strict=True):
            values[0] += before
    return (first_price, *(sums_since(starts, values) for values in added))


def _mean_and_deviation(sums: Columns) -> tuple[FloatArray, FloatArray]:
    first_price, total, moved, squares = sums
    total = np.where(total == 0, np.nan, total)
    mean = moved / total
    variance = squares / total - mean * mean
    return first_price + mean, np.sqrt(np.maximum(variance, 0.0))


def period_start(market: Market, name: str, date: IntArray) -> int:
    """Return a time (UTC seconds) at or shortly before the open of the first bar of the period of one date."""
    first = int(period_of(market, name, date)[0])
    calendar, interval = market.calendar, market.interval
    if interval.is_daily:
        return first
    row = int(np.searchsorted(calendar.date, first))
    # A venue that trades around the clock has bars on a grid that can begin before its session.
    return int(calendar.open[row]) - interval.step_s if row < len(calendar) else first
