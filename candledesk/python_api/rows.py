"""From stored bars to the rows that yfinance returns: weeks, months, half hours; and the rows of events. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.domain.prices.resample import merge_runs

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray, IntArray

_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday: three days after a Monday
_MONTHS = {"1mo": 1, "3mo": 3}
WEEKS = ("1wk", "5d")
"""Yahoo's rows of five days are weeks, too."""
OF_DAYS = (*WEEKS, *_MONTHS)
HALF_HOUR_S = 30 * MINUTE_S


@dataclass(frozen=True, slots=True)
class PriceRows:
    """n rows; ``adj_close``: float64 ``(n,)``, the closes less all later payments, as Yahoo states them."""

    bars: Bars
    adj_close: FloatArray

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.bars)


def merge_days(rows: PriceRows, interval: str) -> PriceRows:
    """Return weeks from Monday, or months or quarters from their first day, of daily rows; a part is a row, too."""
    keys = _period_keys(rows.bars.open_time, interval)
    return _merge(rows, keys)


def merge_half_hours(rows: PriceRows) -> PriceRows:
    """Return rows of 30 minutes of UTC's clock from rows of 15 minutes, as yfinance makes them."""
    return _merge(rows, rows.bars.open_time // HALF_HOUR_S * HALF_HOUR_S)


def _merge(rows: PriceRows, keys: IntArray) -> PriceRows:
    if not len(rows):
        return rows
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    last = np.append(first[1:], len(keys)) - 1
    return PriceRows(merge_runs(rows.bars, keys, first), rows.adj_close[last])


def _period_keys(dates: IntArray, interval: str) -> IntArray:
    if interval in WEEKS:
        days = dates // DAY_S
        return ((days + _EPOCH_WEEKDAY) // 7 * 7 - _EPOCH_WEEKDAY) * DAY_S
    months = _months(dates)
    return _month_starts(months - months % _MONTHS[interval])


def _months(dates: IntArray) -> IntArray:
    return dates.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def _month_starts(months: IntArray) -> IntArray:
    return months.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)


def after(time: int, interval: str) -> int:
    """Return when the interval ends that begins at ``time`` (UTC seconds; of daily and longer rows their date)."""
    if interval in _MONTHS:
        key = np.array([time], np.int64)
        return time + int((_month_starts(_months(key) + _MONTHS[interval]) - _month_starts(_months(key)))[0])
    if interval == "1wk":
        return time + 7 * DAY_S
    number, unit = int(interval[:-1]), interval[-1]
    return time + number * {"d": DAY_S, "h": HOUR_S, "m": MINUTE_S}[unit]


def rows_by_date(dates: IntArray, event_dates: IntArray) -> IntArray:
    """Return for each event the first row of its date or of the next one that has rows; -1 outside the rows.

    yfinance places the events of minutes so, ``60m`` included. ``dates``: of the rows, ascending, 00:00 UTC.
    """
    found = np.searchsorted(dates, event_dates)
    is_outside = (event_dates < dates[0]) | (event_dates > dates[-1])
    return np.where(is_outside, -1, found)


def rows_by_time(times: IntArray, event_times: IntArray, end: int) -> IntArray:
    """Return for each event the last row that begins at or before it; -1 before the first and from ``end`` on.

    yfinance places the events of hours, days and longer rows so.
    """
    found = np.searchsorted(times, event_times, side="right") - 1
    return np.where((event_times < times[0]) | (event_times >= end), -1, found)
