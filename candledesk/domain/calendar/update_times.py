"""Cadence: when a series is worth asking again for its latest bars, from its sessions and the provider's delay. Pure.

The *update interval* is the pause between two updates while the venue is open; a *tick* is an instant at which one is
worth while: shortly after bars have closed, as late as the provider shows them (issue 4, part 4; yahoo.md §4.10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import bar_close_times
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

INTRADAY_SETTLE_S = 120
DAILY_SETTLE_S = 4 * HOUR_S  # yahoo.md §4.10: volumes and closes still move after the close
LAG_S = 2  # a bar is published a moment after its close
FLOOR_S = MINUTE_S
_LONGEST_UPDATE_S = 15 * MINUTE_S
_UPDATES_PER_BAR = 5  # a forming bar is read again so often
_IDLE_SHARE = 8  # nothing new for T seconds of trading: ask each T / 8
_LONGEST_BACKOFF_S = 2 * HOUR_S
N_RECENT = 3  # sessions that an update reads again (yahoo.md §4.10: the last two or three)
_ROUNDING = 1e-9
_FEW_ROWS = 3  # sessions that can have a tick beside each other (a daily bar settles while the next session runs)


def settle_s(calendar: SessionCalendar, interval: Interval) -> int:
    """Return how long after its close the provider may still change a bar (s)."""
    return calendar.settle_s + (DAILY_SETTLE_S if interval.is_daily else INTRADAY_SETTLE_S)


def forming_pause_s(interval: Interval) -> int:
    """Return for how long an answer about a forming bar is believed (s): half a bar, 30 s to a quarter of an hour."""
    return min(max(interval.step_s // 2, 30), 15 * MINUTE_S)


def usual_update_s(interval: Interval, floor_s: float = FLOOR_S) -> int:
    """Return the update interval (s): a fifth of a bar, from ``floor_s`` to a quarter of an hour.

    It divides the bar, or is a multiple of it, so that ticks fall on the bars' closes.
    """
    wanted = max(min(interval.step_s // _UPDATES_PER_BAR, _LONGEST_UPDATE_S), int(floor_s), 1)
    if wanted >= interval.step_s:
        return -(-wanted // interval.step_s) * interval.step_s
    return interval.step_s // (interval.step_s // wanted)


def closing_update_s(interval: Interval, floor_s: float = FLOOR_S) -> int:
    """Return the pause between two updates that bring closed bars only (s): a bar, or as many as ``floor_s`` asks."""
    return max(usual_update_s(interval, floor_s), interval.step_s)


def load_factor(pauses: Iterable[tuple[int, int]], updates_per_minute: float) -> int | None:
    """Return by how much the updates of forming bars are stretched; ``None``: closed bars leave no room for them.

    ``pauses``: of each series that trades its update interval and its closing update interval (s). Closed bars come
    first; what they leave of ``updates_per_minute`` is shared by the updates in between.
    """
    pairs = list(pauses)
    n_closing = sum(MINUTE_S / closing for _, closing in pairs)
    n_between = sum(MINUTE_S / pause - MINUTE_S / closing for pause, closing in pairs if pause < closing)
    spare = updates_per_minute - n_closing
    if n_between <= 0:
        return 1
    return max(1, int(np.ceil(n_between / spare - _ROUNDING))) if spare > _ROUNDING else None


def idle_trading_s(calendar: SessionCalendar, interval: Interval, newest: int | None, now: int) -> int:
    """Return for how many seconds of trading nothing new has come: since the bar that opened at ``newest`` closed."""
    rows = slice(int(np.searchsorted(calendar.open, now - 30 * DAY_S)), int(np.searchsorted(calendar.open, now)))
    since = np.iinfo(np.int64).min if newest is None else _close_of(calendar, interval, newest)
    begin = np.maximum(calendar.open[rows], since)
    end = np.minimum(calendar.close[rows], now - calendar.settle_s)
    return int(np.maximum(end - begin, 0).sum())


def backoff_interval_s(update_s: int, idle_s: int) -> int:
    """Return the update interval (s) of a series that has brought nothing new for ``idle_s`` seconds of trading.

    A thin or halted stock is asked less and less, at least every two hours of trading: a symbol without data costs a
    handful of requests a day (issue 3).
    """
    wanted = min(idle_s // _IDLE_SHARE, _LONGEST_BACKOFF_S)
    return max(update_s, -(-wanted // update_s) * update_s)


def next_due_time(calendar: SessionCalendar, interval: Interval, after: int, update_s: int) -> int | None:
    """Return the first instant after ``after`` at which an update is worth while; ``None`` beyond the calendar.

    Ticks: every ``update_s`` from the open on, the beginning of a break, the close, and when the last bar can change no
    more; each later by what the provider lags. Times in UTC seconds.
    """
    last = calendar.close + settle_s(calendar, interval) + LAG_S
    first_row = int(np.searchsorted(last, after, side="right"))
    rows = range(first_row, min(first_row + _FEW_ROWS, len(calendar)))
    return min((_session_due_time(calendar, row, after, update_s, int(last[row])) for row in rows), default=None)


def _session_due_time(calendar: SessionCalendar, row: int, after: int, update_s: int, last: int) -> int:
    """Return the first tick of one session after ``after``, which is before ``last``."""
    delay = calendar.settle_s + LAG_S
    opened, closed = int(calendar.open[row]), int(calendar.close[row])
    pause, resume = int(calendar.break_start[row]), int(calendar.break_end[row])
    beat = opened + max((after - delay - opened) // update_s + 1, 1) * update_s
    if pause and pause < beat <= resume:
        beat = pause if pause + delay > after else opened + ((resume - opened) // update_s + 1) * update_s
    elif pause and after < pause + delay < beat + delay:
        beat = pause
    beat = min(beat, closed)
    return beat + delay if beat + delay > after else last


def is_open(calendar: SessionCalendar, now: int) -> bool:
    """Tell whether the venue trades at ``now``, as the provider shows it; a break counts as open."""
    seen = now - calendar.settle_s
    row = int(np.searchsorted(calendar.close, seen, side="right"))
    return row < len(calendar) and int(calendar.open[row]) <= seen


def recent_span(calendar: SessionCalendar, interval: Interval, now: int, n_sessions: int = N_RECENT) -> Span | None:
    """Return from the first bar of the ``n_sessions`` last sessions that have begun to now, where bars may change.

    ``None`` before the first session. 1d and longer: from the session's date.
    """
    n_begun = int(np.searchsorted(calendar.open, now, side="right"))
    if n_begun == 0:
        return None
    row = max(n_begun - n_sessions, 0)
    start = int(calendar.date[row] if interval.is_daily else calendar.open[row])
    end = max(now // MINUTE_S * MINUTE_S + MINUTE_S, int(calendar.date[n_begun - 1]) + 1 if interval.is_daily else 0)
    return Span(start, max(end, start + 1))


def _close_of(calendar: SessionCalendar, interval: Interval, open_time: int) -> int:
    return int(bar_close_times(calendar, interval, np.array([open_time], np.int64))[0])
