"""When the bar that is forming closes, from the venue's sessions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.periods import period_keys
from candledesk.domain.calendar.sessions import bar_close_times, expected_open_times
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

_N_AHEAD = 4  # sessions that are sent in advance: a chart gets new ones with every bar


@dataclass(frozen=True, slots=True)
class TradingSession:
    """One session in UTC seconds.

    ``start``: the first bar's open, which a 24-hour venue's grid can put before ``open``; ``pause``: the lunch break or
    daily halt; ``bar_close``: of the 1d or longer bar that the session belongs to.
    """

    start: int
    open: int
    close: int
    pause: Span | None
    bar_close: int


@dataclass(frozen=True, slots=True)
class TradingHours:
    """The present and the next sessions of a series as they were known at ``now`` (UTC seconds, the cache's clock).

    ``step_s``: of an intraday bar, 0 for 1d and longer.
    """

    now: int
    step_s: int
    sessions: tuple[TradingSession, ...]


def trading_hours(calendar: SessionCalendar, interval: Interval, now: int) -> TradingHours:
    """Return the sessions that have not closed at ``now``, at most four."""
    first = int(np.searchsorted(calendar.close, now, side="right"))
    rows = range(first, min(first + _N_AHEAD, len(calendar)))
    step_s = 0 if interval.is_daily else interval.step_s
    return TradingHours(now, step_s, tuple(_session(calendar, interval, row) for row in rows))


def _session(calendar: SessionCalendar, interval: Interval, row: int) -> TradingSession:
    opening, close = int(calendar.open[row]), int(calendar.close[row])
    halt = int(calendar.break_start[row]), int(calendar.break_end[row])
    pause = Span(*halt) if halt[0] else None
    if interval.is_daily:
        key = period_keys(interval, calendar.date[row : row + 1], calendar)
        return TradingSession(opening, opening, close, pause, int(bar_close_times(calendar, interval, key)[0]))
    grid = expected_open_times(calendar, interval, Span(opening - interval.step_s + 1, close))
    return TradingSession(int(grid[0]) if len(grid) else opening, opening, close, pause, 0)


def seconds_to_close(hours: TradingHours, now: int) -> int | None:
    """Return how long the forming bar still has at ``now`` (s), ``None`` while the venue is closed or pauses."""
    session = next((row for row in hours.sessions if row.open <= now < row.close), None)
    if session is None or (session.pause is not None and session.pause.start <= now < session.pause.end):
        return None
    if not hours.step_s:
        return session.bar_close - now
    end = session.start + ((now - session.start) // hours.step_s + 1) * hours.step_s
    return min(end, session.close) - now
