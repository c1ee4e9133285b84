"""The bars that a drawing is computed from: of the finest interval that is stored without a gap, else the chart's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.queries.studies.bars_reader import coarser_fetched, finer_fetched
from candledesk.cache.rules.planner import known_spans
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import expected_open_times, grid_open_times, utc_of_wall
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START, Span, subtract_spans

if TYPE_CHECKING:
    from candledesk.cache.messages import Gap
    from candledesk.cache.queries.studies.bars_reader import StudyBarsReader
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

_LONGEST_CLOSED_S = 21 * DAY_S  # of a venue, with a margin
MAX_OWN_BARS = 1_000_000  # of the chart's interval; more would keep a reader thread for longer than a quarter second


@dataclass(frozen=True, eq=False, slots=True)
class SourceBars:
    """Bars of ``interval``, with what is missing of their span; no bars where none are stored, or too many.

    ``lacks_begin``: bars are missing before the first one.
    """

    bars: Bars
    interval: Interval
    gaps: tuple[Gap, ...] = ()
    lacks_begin: bool = False

    @property
    def name(self) -> str:
        """The name of the interval, empty without bars."""
        return self.interval.name if len(self.bars) else ""

    def has_gap_before(self, time: int) -> bool:
        """Tell whether bars are missing before a time."""
        return self.lacks_begin or any(gap.span.start < time for gap in self.gaps)


def read_source(reader: StudyBarsReader, start: int, end: int) -> SourceBars:
    """Read the bars that open in ``[start, end)``, times that key bars of the chart's interval."""
    found = read_finer(reader, reader.interval, start, end)
    return found if len(found.bars) else read_own(reader, start, end)


def read_finer(reader: StudyBarsReader, interval: Interval, start: int, end: int) -> SourceBars:
    """Read the bars in ``[start, end)`` of the finest interval below ``interval`` that is stored without a gap there.

    The times key bars of ``interval``; no bars when there is none.
    """
    edges = np.array([start, end], np.int64)
    instants = utc_of_wall(reader.facts.calendar.tz, edges) if interval.is_daily else edges
    for finer in finer_fetched(interval):
        bars = reader.read_complete(finer, Span(*(edges if finer.is_daily else instants).tolist()), None)
        if len(bars):
            return SourceBars(bars, finer)
    return SourceBars(Bars.empty(), interval)


def read_coarser(reader: StudyBarsReader, start: int, end: int) -> SourceBars:
    """Read the bars in ``[start, end)`` of the finest interval above the chart's that is stored without a gap there.

    Only of one whose bars begin with the first expected bar of the chart, so that nothing older counts; the times are
    those of the interval, dates for daily bars. No bars when there is none.
    """
    interval, calendar = reader.interval, reader.facts.calendar
    expected = expected_open_times(calendar, interval, Span(start, start + _LONGEST_CLOSED_S))
    for coarser in coarser_fetched(interval) if len(expected) else ():
        first = _aligned(calendar, coarser, int(expected[0]), start)
        bars = Bars.empty() if first is None or first >= end else reader.read_complete(coarser, Span(first, end), None)
        if len(bars):
            return SourceBars(bars, coarser)
    return SourceBars(Bars.empty(), interval)


def _aligned(calendar: SessionCalendar, coarser: Interval, first: int, start: int) -> int | None:
    """Return the time of the bar of an interval that begins with the bar that opens at ``first``, if there is one."""
    if not coarser.is_daily:
        return first if int(grid_open_times(calendar, coarser, np.array([first]))[0]) == first else None
    row = int(np.searchsorted(calendar.close, first, side="right"))
    return int(calendar.date[row]) if row < len(calendar) and calendar.open[row] >= start else None


def read_own(reader: StudyBarsReader, start: int, end: int) -> SourceBars:
    """Read the bars of the chart's own interval that open in ``[start, end)``, and the one that holds ``start``."""
    interval = reader.interval
    if reader.count(start, end) > MAX_OWN_BARS:
        return SourceBars(Bars.empty(), interval)
    found = reader.read(start - interval.longest_s, end, None)
    times = found.bars.open_time
    at = int(np.searchsorted(times, start, side="right")) - 1
    first = at if at >= 0 and int(times[at]) + interval.step_s > start else at + 1
    gaps = tuple(gap for gap in found.gaps if gap.span.end > start)
    return SourceBars(found.bars.take(slice(first, None)), interval, gaps, _lacks_begin(reader, start))


def _lacks_begin(reader: StudyBarsReader, start: int) -> bool:
    """Tell whether bars are expected between ``start`` and the oldest stored bar of which nothing is known."""
    facts = reader.facts
    begin = max(start, HISTORY_START if facts.listing_floor is None else facts.listing_floor)
    if begin >= reader.oldest:
        return False
    holes = subtract_spans([Span(begin, reader.oldest)], known_spans(facts.coverage, facts.now))
    return any(len(expected_open_times(facts.calendar, facts.interval, hole)) for hole in holes)
