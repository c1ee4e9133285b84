"""Where an anchor lies among the bars of a chart: UTC times to fractional bar indexes and back. Pure.

The rules are those of WORKBENCH.md §2.2. The index of a bar is the chart's own (``ui.chart.core.axis``). Nothing here
changes an anchor: on another interval, after bars have come in on either side, or back again, the same stored time is
placed anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.bar_spans import instant_of, span_in_keys, wall_clock
from candledesk.drawings.document.checks import FIRST_TIME, LAST_TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.drawings.drawing import Anchor


@dataclass(frozen=True, eq=False)
class BarTimes:
    """The bars of one chart of which the index is known.

    ``open_time``: ascending, of the loaded bars (or rows of many bars), of the bars to come, and of some bars further
    left and right that were counted, shape ``(n,)``, n ≥ 1; ``index``: of each one's first bar, shape ``(n,)``. The two
    bars around the time of an anchor make its place exact; between others it is a share of the time. ``zone``: IANA, of
    the venue. ``average_s``: the seconds from one bar to the next beyond all of them, closed hours included.
    ``is_by_time``: a point that was drawn in a finer interval lies within its bar by the time of the middle of the bar
    it was drawn in, from the left edge to the right one, instead of at the centre.
    """

    interval: Interval
    open_time: IntArray
    index: IntArray
    zone: str = "UTC"
    average_s: float = 0.0
    is_by_time: bool = False

    def index_of(self, anchor: Anchor) -> float:
        """Return the fractional index of the place of an anchor: the centre of its bar is a whole number."""
        exact = exact_spans([anchor], self.interval, self.zone) if self.is_by_time else None
        return float(self.indexes_of(*key_spans([anchor], self.interval, self.zone), exact)[0])

    def indexes_of(self, start: IntArray, behind: IntArray, exact: IntArray | None = None) -> FloatArray:
        """Return the fractional indexes of many anchors, shape ``(m,)``, by the spans of ``key_spans``.

        ``exact``: those of ``exact_spans``, without which ``is_by_time`` has no effect.

        Its bar; else the bar that holds its time (coarser interval); else the first bar that opens within the bar it
        was drawn in (finer interval); else a share of the way, by time, between the bars beside it. Beyond all known
        bars one follows another as these do on average.
        """
        times, index = self.open_time, self.index
        slot = np.clip(np.searchsorted(times, start, side="right") - 1, 0, len(times) - 1)
        following = np.minimum(slot + 1, len(times) - 1)
        begin, then = times[slot], times[following]
        n_bars = index[following] - index[slot]
        even = index[slot] + n_bars * (start - begin) / np.maximum(then - begin, 1)
        is_within = start < np.minimum(begin + self.interval.longest_s, then)
        within = index[slot] + self._from_centre(begin, np.minimum(self.interval.longest_s, then - begin), exact)
        single = np.where(is_within, within, np.where(then < behind, index[following], even))
        found: FloatArray = np.where(n_bars > 1, even, single)
        left = np.where(behind > times[0], index[0], index[0] + (start - times[0]) / self._average_s)
        length = self.interval.longest_s if self.interval.is_monthly else self.interval.step_s
        is_last = start < times[-1] + length
        in_last = index[-1] + self._from_centre(times[-1:], np.array([length]), exact)
        right = np.where(is_last, in_last, index[-1] + (start - times[-1]) / self._average_s)
        return np.where(start < times[0], left, np.where(start >= times[-1], right, found))

    def _from_centre(self, begin: IntArray, length: IntArray, exact: IntArray | None) -> FloatArray | float:
        """Return how far right of the centres of their bars anchors lie, in bars: more than −0.5, less than 0.5.

        ``begin`` and ``length``: of the bars; what an anchor's own bar has outside of it does not count.
        """
        if exact is None or not self.is_by_time:
            return 0.0
        low, high = exact[:, 0] - begin, np.minimum(exact[:, 1] - begin, length)
        is_finer = exact[:, 1] - exact[:, 0] < self.interval.step_s
        return np.where(is_finer, (low + high) / np.maximum(2 * length, 1) - 0.5, 0.0)

    def time_at(self, index: float) -> int:
        """Return the open_time of the bar at an index, which is rounded to a whole bar; the inverse of ``index_of``.

        Never a time that a drawing cannot be stored with.
        """
        whole = round(index)
        first, last = int(self.index[0]), int(self.index[-1])
        if first <= whole <= last:
            return round(float(np.interp(whole, self.index, self.open_time)))
        edge, edge_time = (first, self.open_time[0]) if whole < first else (last, self.open_time[-1])
        time = round(int(edge_time) + (whole - edge) * self._average_s)
        return min(max(time, FIRST_TIME), LAST_TIME)

    def moved(self, anchor: Anchor, n_bars: int) -> Anchor:
        """Return an anchor ``n_bars`` further right: on the open of that bar, as a point of this interval.

        By time a point of a finer interval stays one and keeps its time from the open of its bar.
        """
        whole, drawn = round(self.index_of(anchor)), anchor.bar_length
        open_time = self.time_at(whole + n_bars)
        if not (self.is_by_time and drawn.step_s < self.interval.step_s):
            return replace(anchor, time=open_time, interval=self.interval.name)
        start = int(exact_spans([anchor], self.interval, self.zone)[0, 0])
        latest = self.time_at(whole + n_bars + 1) - drawn.step_s
        time = max(min(open_time + start - self.time_at(whole), latest), open_time)
        if self.interval.is_daily and not drawn.is_daily:
            time = min(max(instant_of(time, self.zone), FIRST_TIME), LAST_TIME)
        return replace(anchor, time=time)

    @property
    def _average_s(self) -> float:
        return self.average_s or float(self.interval.step_s)


def key_spans(anchors: Sequence[Anchor], interval: Interval, zone: str) -> tuple[IntArray, IntArray]:
    """Return start and end of the bars in which anchors were drawn, in the times that key the bars of ``interval``.

    Two arrays of shape ``(n,)``; ``zone``: IANA, of the venue, by which dates become instants and instants dates.
    """
    found = np.empty((len(anchors), 2), np.int64)
    for at, anchor in enumerate(anchors):
        drawn = anchor.bar_length
        found[at] = span_in_keys(anchor.time, drawn.step_s, zone, is_date=drawn.is_daily, is_daily=interval.is_daily)
    return found[:, 0], found[:, 1]


def exact_spans(anchors: Sequence[Anchor], interval: Interval, zone: str) -> IntArray:
    """Return start and end of the bars in which anchors were drawn, int64 ``(n, 2)``.

    As ``key_spans``, but among bars that are keyed by dates an intraday bar has the time of its clock, not a whole day.
    """
    found = np.stack(key_spans(anchors, interval, zone), axis=1)
    for at, anchor in enumerate(anchors):
        drawn = anchor.bar_length
        if interval.is_daily and not drawn.is_daily:
            start = wall_clock(anchor.time, zone)
            found[at] = start, start + drawn.step_s
    return found
