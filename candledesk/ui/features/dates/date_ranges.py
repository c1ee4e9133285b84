"""The spans of dates behind the buttons under a chart, each from a first bar to the latest one. Pure.

Each comes with the interval that TradingView shows it in; six months in days, for which this program stores most.
"""

from __future__ import annotations

import math
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import DAY_S
from candledesk.ui.chart.core.viewport import Logical

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.chart.core.viewport import Placed, Viewport

_DAYS_OF_SESSION = 7 / 5
_HAIR = 1e-4  # bars: what rounding may add
_EDGE = 1.0  # bars between the centre of the latest one and the right edge


@dataclass(frozen=True, slots=True)
class DateRange:
    """A button: its ``name``, its text in words, and the name of the interval.

    It begins with the last ``n_sessions`` sessions, or ``n_months`` before the latest bar, or, ``is_year``, with the
    year of that bar; with none of these it is the whole history.
    """

    name: str
    words: str
    interval: str
    n_sessions: int = 0
    n_months: int = 0
    is_year: bool = False

    @property
    def is_all(self) -> bool:
        """Whether it is the whole history."""
        return not (self.n_sessions or self.n_months or self.is_year)


RANGES = (
    DateRange("1D", "1 day", "1m", n_sessions=1),
    DateRange("5D", "5 days", "5m", n_sessions=5),
    DateRange("1M", "1 month", "30m", n_months=1),
    DateRange("3M", "3 months", "1h", n_months=3),
    DateRange("6M", "6 months", "1d", n_months=6),
    DateRange("YTD", "Since the start of the year", "1d", is_year=True),
    DateRange("1Y", "1 year", "1d", n_months=12),
    DateRange("5Y", "5 years", "1wk", n_months=60),
    DateRange("All", "The whole history", "1mo"),
)


def range_start(chosen: DateRange, series: Series) -> int:
    """Return when a range begins (UTC seconds); ``series`` must have bars, the latest one among them.

    Days begin at midnight at the exchange, of daily bars at 00:00 UTC. Of sessions that are not loaded yet the date is
    an estimate. A history that begins later begins the range.
    """
    times = series.bars.open_time
    start = _sessions_start(chosen, series) if chosen.n_sessions else _dated_start(chosen, series)
    return max(start, int(times[0])) if series.edge is EdgeState.START else start


def _sessions_start(chosen: DateRange, series: Series) -> int:
    times = series.bars.open_time
    starts = np.flatnonzero(series.calendar.is_session_start[: len(times)])
    if len(starts) >= chosen.n_sessions:
        return int(times[starts[-chosen.n_sessions]])
    return int(times[-1]) - math.ceil(chosen.n_sessions * _DAYS_OF_SESSION) * DAY_S


def _dated_start(chosen: DateRange, series: Series) -> int:
    is_dated = series.interval.is_daily or series.instrument is None
    zone = UTC if is_dated or series.instrument is None else ZoneInfo(series.instrument.tz)
    latest = datetime.fromtimestamp(int(series.bars.open_time[-1]), zone)
    day = latest.replace(hour=0, minute=0, second=0, microsecond=0)
    if chosen.is_year:
        return int(day.replace(month=1, day=1).timestamp())
    year, month = divmod(day.year * 12 + day.month - 1 - chosen.n_months, 12)
    first = day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
    return int(first.timestamp())


def view_from(placed: Placed, start: int) -> Viewport:
    """Return the view from the first bar at or after ``start`` (UTC seconds) to the latest one, on all of the width."""
    left = math.ceil(placed.axis.index_at(start) - _HAIR) - 0.5 + _HAIR
    right = placed.n_bars - 1 + _EDGE
    spacing = min(placed.view.width / max(right - left, 1.0), placed.view.width / 2)
    return placed.moved(Logical(right), spacing)


def is_loaded_from(series: Series, start: int) -> bool:
    """Return whether the bars from ``start`` on are loaded."""
    return len(series.bars) > 0 and int(series.bars.open_time[0]) <= start
