"""Which bar of another series stands beside each bar of a main one, without looking ahead (WORKBENCH.md §3.3). Pure.

Intraday: the other's last bar that closed not later than the main bar closes, whatever zones and hours the two venues
have. 1d and longer: the other's bar of the same session date (week, month), else the last one before it, never a later
one; the dates are each venue's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.periods import period_ends
from candledesk.domain.calendar.sessions import bar_close_times
from candledesk.domain.calendar.weeks import EPOCH_MONDAY_S, WEEK_S
from candledesk.domain.interval import DAY_S, LONGEST_CLOSURE_S

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

MAX_CARRIED_S = LONGEST_CLOSURE_S
"""How long the last value of a series without newer bars is carried on: no venue that trades pauses for longer."""
_FIRST_WEEKDAYS_S = 2 * DAY_S  # a week can begin on Saturday, Sunday or Monday (``calendar.weeks``)


@dataclass(frozen=True, eq=False, slots=True)
class BarTimes:
    """When n bars count, int64 ``(n,)`` each, ascending.

    ``begin``: the bar's open; ``known``: from when its close may stand beside another bar; ``end``: when its period
    ends. All are UTC seconds; of 1d and longer dates, the same for venues in different zones.
    """

    begin: IntArray
    known: IntArray
    end: IntArray

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.begin)


@dataclass(frozen=True, eq=False, slots=True)
class Alignment:
    """Of n main bars: ``index``, the other's bar beside each, -1 for none, and ``is_carried``; shape ``(n,)``.

    Carried is a value of a bar that had ended when the main bar began: the other series has no bar of its own there.
    """

    index: IntArray
    is_carried: BoolArray

    @property
    def is_own(self) -> BoolArray:
        """Whether the other series has a bar of its own beside each main bar."""
        own: BoolArray = (self.index >= 0) & ~self.is_carried
        return own


def bar_times(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> BarTimes:
    """Return when the bars of a series count; ``open_time``: UTC seconds, ascending, shape ``(n,)``."""
    if not interval.is_daily:
        close = np.maximum.accumulate(bar_close_times(calendar, interval, open_time))
        return BarTimes(open_time, close, close)
    ends = period_ends(interval, open_time, calendar)
    if interval.unit == "wk":
        open_time, ends = _mondays(open_time), _mondays(ends)
    return BarTimes(open_time, open_time, ends)


def _mondays(date: IntArray) -> IntArray:
    """Return the Monday of the week that begins on each date, at it or within the two days after it."""
    weeks: IntArray = (date + _FIRST_WEEKDAYS_S - EPOCH_MONDAY_S) // WEEK_S
    return EPOCH_MONDAY_S + weeks * WEEK_S


def align(main: BarTimes, other: BarTimes) -> Alignment:
    """Return the other's bar beside each main bar: the last one that is known when the main bar is."""
    if not len(other):
        return Alignment(np.full(len(main), -1, np.int64), np.zeros(len(main), np.bool_))
    index = np.searchsorted(other.known, main.known, side="right").astype(np.int64) - 1
    ended = other.end[np.maximum(index, 0)]
    index[main.begin - ended > MAX_CARRIED_S] = -1
    return Alignment(index, (index >= 0) & (ended <= main.begin))
