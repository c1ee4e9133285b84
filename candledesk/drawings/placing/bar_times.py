"""Where an anchor lies among the bars of a chart: UTC times to fractional bar indexes and back. Pure.

The rules are those of WORKBENCH.md §2.2. The index of a bar is the chart's own (``ui.chart.core.axis``). Nothing here
changes an anchor: on another interval, after bars have come in on either side, or back again, the same stored time is
placed anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.bar_spans import span_in_keys
from candledesk.domain.calendar.periods import period_end
from candledesk.domain.calendar.sessions import expected_open_times, next_open_times, span_before
from candledesk.domain.interval import LONGEST_CLOSURE_S
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.drawings.drawing import Anchor


@dataclass(frozen=True, eq=False)
class BarTimes:
    """The bars of one chart.

    ``open_time``: ascending, of the loaded bars (or rows of many bars) and of the bars to come that are known, shape
    ``(n,)``, n ≥ 1; ``index``: of each one's first bar, shape ``(n,)``. ``zone``: IANA, of the venue. ``calendar``:
    ``None`` when it is not known; then bars outside are counted as evenly as the loaded ones follow each other.
    ``stored_from`` and ``n_older``: the oldest stored bar, and how many are stored left of the first. ``counted``: of
    some of those, the open_time and how many there are from it up to the first one; the two around the time of an
    anchor make its place exact, between others it is a share of the time.
    """

    interval: Interval
    open_time: IntArray
    index: IntArray
    zone: str = "UTC"
    calendar: SessionCalendar | None = None
    counted: tuple[tuple[int, int], ...] = ()
    stored_from: int | None = None
    n_older: int = 0

    def index_of(self, anchor: Anchor) -> float:
        """Return the fractional index of the place of an anchor: the centre of its bar is a whole number.

        Its bar; else the bar that holds its time (coarser interval); else the first bar that opens within the bar it
        was drawn in (finer interval); else a share of the way, by time, between the bars beside it. Left of the loaded
        bars the store's counts decide and, where nothing is stored, the calendar; right of them the calendar.
        """
        drawn = anchor.bar_length
        start, behind = span_in_keys(
            anchor.time, drawn.step_s, self.zone, is_date=drawn.is_daily, is_daily=self.interval.is_daily
        )
        if start < self.open_time[0]:
            return self._left_of(start, behind)
        if start >= self._end_of(int(self.open_time[-1])):
            return self._right_of(start, behind)
        return self._among(self.open_time, self.index, start, behind)

    def time_at(self, index: float) -> int:
        """Return the open_time of the bar at an index, which is rounded to a whole bar; the inverse of ``index_of``."""
        whole = round(index)
        first, last = int(self.index[0]), int(self.index[-1])
        if first <= whole <= last:
            return round(float(np.interp(whole, self.index, self.open_time)))
        n_bars = max(first - whole, whole - last)
        calendar = self.calendar
        if calendar is not None:
            if whole < first:
                span = span_before(calendar, self.interval, int(self.open_time[0]), n_bars)
                times = expected_open_times(calendar, self.interval, span)
            else:
                times = next_open_times(calendar, self.interval, int(self.open_time[-1]), n_bars)
            if len(times) == n_bars:
                return int(times[0] if whole < first else times[-1])
        edge, edge_time = (first, self.open_time[0]) if whole < first else (last, self.open_time[-1])
        return round(int(edge_time) + (whole - edge) * self._average_s())

    def _among(self, times: IntArray, index: IntArray, start: int, behind: int) -> float:
        """Return the index of a time that is not before the first of ``times``."""
        slot = int(np.searchsorted(times, start, side="right")) - 1
        if slot + 1 >= len(times):
            n_bars = (start - int(times[slot])) // max(self.interval.longest_s, 1)
            return float(index[slot] + n_bars)
        begin, following = int(times[slot]), int(times[slot + 1])
        n_bars = int(index[slot + 1] - index[slot])
        share = (start - begin) / (following - begin)
        if n_bars > 1:
            return float(index[slot] + share * n_bars)
        if start < min(begin + self.interval.longest_s, following):
            return float(index[slot])
        return float(index[slot + 1]) if following < behind else float(index[slot] + share)

    def _left_of(self, start: int, behind: int) -> float:
        first, first_index = int(self.open_time[0]), int(self.index[0])
        older = dict(self.counted)
        if self.n_older and self.stored_from is not None:
            older[self.stored_from] = self.n_older
        known = sorted(time for time in older if time < first)
        if known and start >= known[0]:
            times = np.array([*known, first], np.int64)
            index = first_index - np.array([*(older[time] for time in known), 0], np.int64)
            return self._among(times, index, start, behind)
        base = known[0] if known else first
        base_index = first_index - (older[base] if known else 0)
        times = self._expected(Span(start - self.interval.longest_s - LONGEST_CLOSURE_S, base))
        times = np.append(times, base)
        index = base_index + 1 - len(times) + np.arange(len(times))
        if start >= times[0]:
            return self._among(times, index, start, behind)
        return float(index[0] + (start - int(times[0])) / self._average_s())

    def _right_of(self, start: int, behind: int) -> float:
        last, last_index = int(self.open_time[-1]), int(self.index[-1])
        times = self._expected(Span(last + 1, max(start, behind) + self.interval.longest_s + LONGEST_CLOSURE_S))
        known = np.insert(times, 0, last)
        index = last_index + np.arange(len(known))
        if start < self._end_of(int(known[-1])):
            return self._among(known, index, start, behind)
        return float(index[-1] + (start - int(known[-1])) / self._average_s())

    def _end_of(self, begin: int) -> int:
        """Return when a bar that opens at ``begin`` ends at the latest."""
        if self.calendar is not None and self.interval.is_daily:
            return period_end(self.interval, begin, self.calendar)
        return begin + (self.interval.longest_s if self.interval.is_monthly else self.interval.step_s)

    def _expected(self, span: Span) -> IntArray:
        if self.calendar is None or not len(self.calendar):
            return np.empty(0, np.int64)
        return expected_open_times(self.calendar, self.interval, span)

    def _average_s(self) -> float:
        """Return the seconds from one bar to the next, closed hours included, on average."""
        n_bars = int(self.index[-1] - self.index[0])
        if not n_bars:
            return float(self.interval.step_s)
        return max(float(self.open_time[-1] - self.open_time[0]) / n_bars, 1.0)


def indexes_of(bars: BarTimes, anchors: tuple[Anchor, ...]) -> FloatArray:
    """Return the fractional indexes of many anchors, shape ``(n,)``."""
    return np.array([bars.index_of(anchor) for anchor in anchors], np.float64)
