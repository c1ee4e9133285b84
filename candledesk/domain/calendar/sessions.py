"""The bars that a venue is expected to have: their open and close times and their spans, from its sessions. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from candledesk.domain.calendar.periods import period_ends, period_keys
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

_SEARCH_MARGIN_S = 100 * DAY_S  # upper bound of the time from a period's key to its first session


def expected_open_times(calendar: SessionCalendar, interval: Interval, span: Span) -> IntArray:
    """Return the open_times of all bars that the venue should have with ``span.start <= open_time < span.end``.

    Ascending, unique int64 ``(n,)``. Intraday: the grid is anchored at the session's open (24-hour venues: at 00:00
    of the session's date in the venue's zone), runs through the break, and holds every bar with trading time in it
    (yahoo.md §4.13, real 9988.HK data). 1d and longer: the key of every period with a session.
    """
    if interval.is_daily:
        keys = _daily_keys(calendar, interval, span)
        return keys[(keys >= span.start) & (keys < span.end)]
    rows = slice(
        int(np.searchsorted(calendar.close, span.start, side="right")),
        int(np.searchsorted(calendar.open, span.end + interval.step_s)),
    )
    first, close = _grid_starts(calendar, interval, rows), calendar.close[rows]
    n_bars = -((first - close) // interval.step_s)
    # One multiplication table for all sessions: bar j of the flat array is bar j - before[session] of its session.
    before = np.cumsum(n_bars) - n_bars
    times = np.repeat(first - before * interval.step_s, n_bars)
    times += np.arange(len(times), dtype=np.int64) * interval.step_s
    if calendar.break_start[rows].any():
        row = np.repeat(np.arange(rows.start, rows.stop), n_bars)
        times = times[~_is_inside_break(calendar, interval, times, row)]
    lo, hi = np.searchsorted(times, [span.start, span.end])
    return times[lo:hi]


def is_on_grid(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> BoolArray:
    """Tell for each bar whether ``expected_open_times`` contains it; any order, shape ``(n,)``."""
    row = session_of(calendar, interval, open_time)
    is_expected = row >= 0
    if interval.is_daily or not is_expected.any():
        return is_expected
    found, times = row[is_expected], open_time[is_expected]
    lo, hi = int(found.min()), int(found.max()) + 1
    first = _grid_starts(calendar, interval, slice(lo, hi))[found - lo]
    has_trading = ~_is_inside_break(calendar, interval, times, found)
    is_expected[is_expected] = has_trading & ((times - first) % interval.step_s == 0)
    return is_expected


def session_of(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> IntArray:
    """Return the row of each bar's session, -1 where there is none; 1wk and longer: of the period's first session.

    Bars of 1d and longer match by key; intraday bars by time, from the session's first bar to its close, break
    included.
    """
    if not len(calendar):
        return np.full(len(open_time), -1, np.int64)
    if interval.is_daily:
        keys = period_keys(interval, calendar.date, calendar)
        row = np.minimum(np.searchsorted(keys, open_time), len(keys) - 1).astype(np.int64)
        return np.where(keys[row] == open_time, row, -1)
    row = np.searchsorted(calendar.close, open_time, side="right").astype(np.int64)
    is_past_end = row == len(calendar)
    row[is_past_end] = len(calendar) - 1
    if len(row):
        lo, hi = int(row.min()), int(row.max()) + 1
        first = _grid_starts(calendar, interval, slice(lo, hi))[row - lo]
        row[is_past_end | (open_time < first)] = -1
    return row


def bar_dates(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> IntArray:
    """Return the date (00:00 UTC) of each bar's session, int64 ``(n,)``; a bar outside every session has its UTC date.

    ``interval``: intraday or 1d, whose bars are keyed by that date.
    """
    dates: IntArray = open_time // DAY_S * DAY_S
    if interval.is_daily or not len(calendar):
        return dates
    row = session_of(calendar, interval, open_time)
    return np.where(row < 0, dates, calendar.date[row])


def grid_open_times(calendar: SessionCalendar, interval: Interval, times: IntArray) -> IntArray:
    """Return the open_time of the intraday bar that contains each instant, -1 outside every session."""
    row = session_of(calendar, interval, times)
    found = row >= 0
    result = np.full(len(times), -1, np.int64)
    if found.any():
        lo, hi = int(row[found].min()), int(row.max()) + 1
        first = _grid_starts(calendar, interval, slice(lo, hi))[row[found] - lo]
        result[found] = times[found] - (times[found] - first) % interval.step_s
    return result


def next_grid_start(calendar: SessionCalendar, interval: Interval, time: int) -> int | None:
    """Return the open_time of the first intraday bar of the next session that begins after ``time``, if any."""
    row = int(np.searchsorted(calendar.close, time, side="right"))
    starts = _grid_starts(calendar, interval, slice(row, row + 2))
    following = starts[starts > time]
    return int(following[0]) if len(following) else None


def bar_close_times(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> IntArray:
    """Return the UTC second at which each bar's trading ends, int64 ``(n,)``.

    Intraday: the end of its step or the session's close, whichever is first; 1d and longer: the close of the period's
    last session. A bar without a session ends one step after its open (days and longer: with its period).
    """
    row = session_of(calendar, interval, open_time)
    ends = open_time + interval.step_s
    if not len(calendar):
        return ends
    if interval.is_daily:
        keys = period_keys(interval, calendar.date, calendar)
        last = np.searchsorted(keys, open_time, side="right") - 1
        ends[row < 0] = period_ends(interval, open_time[row < 0], calendar)
        return np.where(row < 0, ends, calendar.close[last])
    return np.where(row < 0, ends, np.minimum(ends, calendar.close[row]))


def span_before(calendar: SessionCalendar, interval: Interval, end: int, n_bars: int) -> Span:
    """Return ``[start, end)`` that holds the last ``n_bars`` expected bars before ``end``.

    Starts at the calendar's first bar when there are fewer, and one step before ``end`` when there are none.
    """
    n_sessions = 1 + n_bars // _bars_per_session(calendar, interval)
    stop = _rows_begun_by(calendar, interval, end)
    while True:
        row = max(stop - n_sessions, 0)
        start = _row_start(calendar, interval, row) if row < len(calendar) else end
        times = expected_open_times(calendar, interval, Span(start, end)) if start < end else np.empty(0, np.int64)
        if len(times) >= n_bars or row == 0:
            break
        n_sessions *= 2
    begin = int(times[-min(n_bars, len(times))]) if len(times) and n_bars > 0 else end - interval.step_s
    return Span(begin, end)


def span_after(calendar: SessionCalendar, interval: Interval, start: int, n_bars: int) -> Span:
    """Return ``[start, end)`` that holds the first ``n_bars`` expected bars from ``start`` on.

    Ends one step after the calendar's last bar when there are fewer, and one step after ``start`` when there are none.
    """
    n_sessions = 1 + n_bars // _bars_per_session(calendar, interval)
    first = max(_rows_begun_by(calendar, interval, start) - 1, 0)
    while True:
        row = min(first + n_sessions, len(calendar) - 1)
        end = max(int(calendar.close[row]), int(calendar.date[row])) + 1 if len(calendar) else start
        times = expected_open_times(calendar, interval, Span(start, end)) if start < end else np.empty(0, np.int64)
        if len(times) >= n_bars or row >= len(calendar) - 1:
            break
        n_sessions *= 2
    last = int(times[min(n_bars, len(times)) - 1]) if len(times) and n_bars > 0 else start
    return Span(start, last + interval.step_s)


def next_open_times(calendar: SessionCalendar, interval: Interval, after: int, n_bars: int) -> IntArray:
    """Return the open_times of the first ``n_bars`` expected bars that open after an instant.

    Fewer where the calendar ends before. Ascending int64.
    """
    return expected_open_times(calendar, interval, span_after(calendar, interval, after + 1, n_bars))[:n_bars]


def utc_of_wall(tz: str, wall: IntArray) -> IntArray:
    """Return the UTC seconds at which the wall clock of zone ``tz`` shows ``wall``, shape ``(n,)``.

    ``wall``: local date and time written as if it were UTC seconds (a session date is local midnight). A time that the
    clock skips or shows twice at a change resolves to the earlier offset.
    """
    if tz == "UTC":
        return wall
    zone = ZoneInfo(tz)
    times = (datetime.fromtimestamp(second, UTC).replace(tzinfo=zone) for second in wall.tolist())
    return np.fromiter((int(time.timestamp()) for time in times), np.int64, len(wall))


def wall_of_utc(tz: str, times: IntArray) -> IntArray:
    """Return what the wall clock of zone ``tz`` shows at ``times`` (UTC seconds), written as if it were UTC seconds."""
    if tz == "UTC":
        return times
    zone = ZoneInfo(tz)
    hours, inverse = np.unique(times // 900, return_inverse=True)  # offsets change at quarters of an hour
    shown = (datetime.fromtimestamp(hour * 900, zone) for hour in hours.tolist())
    offsets = np.fromiter(
        (int((time.utcoffset() or timedelta()).total_seconds()) for time in shown), np.int64, len(hours)
    )
    return times + offsets[inverse]


def _grid_starts(calendar: SessionCalendar, interval: Interval, rows: slice) -> IntArray:
    """Return the open_time of the first bar of each session in ``rows``."""
    opens = calendar.open[rows]
    if not calendar.is_24h:
        return opens
    anchor = utc_of_wall(calendar.tz, calendar.date[rows])
    return anchor + (opens - anchor) // interval.step_s * interval.step_s


def _is_inside_break(calendar: SessionCalendar, interval: Interval, times: IntArray, row: IntArray) -> BoolArray:
    """Tell which bars hold no trading time because they lie inside their session's break."""
    ends = np.minimum(times + interval.step_s, calendar.close[row])
    return (times >= calendar.break_start[row]) & (ends <= calendar.break_end[row])


def _daily_keys(calendar: SessionCalendar, interval: Interval, span: Span) -> IntArray:
    """Return the distinct keys of the sessions whose bars can open in ``span``, ascending."""
    lo, hi = np.searchsorted(calendar.date, [span.start, span.end + _SEARCH_MARGIN_S + interval.longest_s])
    keys = period_keys(interval, calendar.date[lo:hi], calendar)
    return keys if interval.step_s == DAY_S else np.unique(keys)


def _bars_per_session(calendar: SessionCalendar, interval: Interval) -> int:
    """Return how many bars the last session has, at least 1: an estimate to start a search with."""
    if interval.is_daily or not len(calendar):
        return 1
    return max(int(calendar.close[-1] - calendar.open[-1]) // interval.step_s, 1)


def _rows_begun_by(calendar: SessionCalendar, interval: Interval, time: int) -> int:
    """Return how many sessions can have a bar that opens before ``time``."""
    if interval.is_daily:
        return int(np.searchsorted(calendar.date, time))
    return int(np.searchsorted(calendar.open, time + interval.step_s))


def _row_start(calendar: SessionCalendar, interval: Interval, row: int) -> int:
    """Return the open_time of the first bar of a session (1d and longer: of its period)."""
    if interval.is_daily:
        return int(period_keys(interval, calendar.date[row : row + 1], calendar)[0])
    return int(_grid_starts(calendar, interval, slice(row, row + 1))[0])
