"""The stored bars that a study is computed of: those of a span and as many older ones as it needs, as of an instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.fetching.fill_task import FillTarget
from candledesk.cache.messages import BarsReply, BarsRequest
from candledesk.cache.queries.finer_bars import find_finer
from candledesk.cache.queries.proven_reads import read_proven
from candledesk.cache.queries.series_reader import Source, read_series
from candledesk.cache.rules.as_of import is_known, later_split_ratio, without_splits
from candledesk.cache.rules.planner import LISTING_REASON, plan_span
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import bar_close_times, span_before
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.indicators.declaration import Hole
from candledesk.store.market import bars as bar_store
from candledesk.store.market import corporate_actions as action_store
from candledesk.store.market.chart_records import read_records
from candledesk.store.market.pyramid import LEVELS

if TYPE_CHECKING:
    from candledesk.cache.fetching.catalog import Catalog, SeriesState
    from candledesk.cache.messages import Gap
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.bars import BoolArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

MAX_PROFILE_BARS = 250_000  # of a finer interval, about a year of minutes


@dataclass(frozen=True, eq=False, slots=True)
class StudyBars:
    """Bars with what is known of them; ``is_final``: bool ``(n,)``; ``holes``: where bars are missing before one.

    ``former``: the bars from the same start when they were read before; ``n_unchanged``: how many of them are equal.
    """

    bars: Bars
    is_final: BoolArray
    holes: tuple[Hole, ...]
    gaps: tuple[Gap, ...]
    rev: int
    former: Bars | None = None
    n_unchanged: int = 0

    def from_index(self, first: int) -> StudyBars:
        """Return the bars from one on; where bars are missing is left out."""
        return StudyBars(self.bars.take(slice(first, None)), self.is_final[first:], (), self.gaps, self.rev)


class StudyBarsReader:
    """Reads the bars of one series on a reader thread; made for one request."""

    def __init__(
        self, connection: Connection, catalog: Catalog, known: SeriesState, facts: Facts, request_of: BarsRequest
    ) -> None:
        """``request_of``: symbol and interval; ``facts``: those of the interval's base."""
        self._connection, self._catalog = connection, catalog
        self._known, self.facts = known, facts
        self._request = request_of
        self.interval = request_of.interval
        self.findings: list[Finding] = []  # damage that was found
        self.oldest = self._find_oldest()
        actions = action_store.read_actions(connection, request_of.symbol)
        self._splits = [one for one in actions if one.kind == "split" and one.value > 0]
        self._dividends = [one.date for one in actions if one.kind == "dividend"]

    def _find_oldest(self) -> int:
        """Return a time that no stored bar of the series opens before, bars made from finer ones included."""
        facts, own = self.facts, self._known.series_id
        extents = [] if own is None else [bar_store.bars_extent(self._connection, own)]
        floor = facts.lookback_floor
        if floor is not None and floor > HISTORY_START:
            finer = find_finer(self._connection, self._request.symbol, facts.interval, Span(HISTORY_START, floor))
            extents += [one.extent for one in finer]
        starts = [extent.start for extent in extents if extent is not None]
        return min(starts, default=facts.now) - self.interval.longest_s

    def ex_dates(self, as_of: int | None) -> tuple[IntArray, IntArray]:
        """Return the ex-dates of splits and of dividends until an instant."""
        calendar = self.facts.calendar
        splits = [one.date for one in self._splits if as_of is None or is_known(calendar, one.date, as_of)]
        dividends = [date for date in self._dividends if as_of is None or is_known(calendar, date, as_of)]
        return np.unique(np.array(splits, np.int64)), np.unique(np.array(dividends, np.int64))

    def start_before(self, end: int, n_bars: int, as_of: int | None = None) -> int:
        """Return from when at least ``n_bars`` stored bars open before ``end``; the oldest time when there are fewer.

        Exactly ``n_bars`` where there are more. ``as_of``: only bars that were closed then are counted.
        """
        n, former = n_bars, end + 1
        while n:
            start = max(span_before(self.facts.calendar, self.interval, end, n).start, self.oldest)
            bars = Bars.empty() if start >= end else self._read(Span(start, end), as_of).bars
            if len(bars) >= n_bars:
                return int(bars.open_time[-n_bars])
            if start <= self.oldest or start >= former:  # the calendar names nothing older
                break
            n, former = n * 2, start
        return end if not n_bars else self.oldest

    def count(self, start: int, end: int) -> int:
        """Return about how many bars are stored in ``[start, end)``, without reading them."""
        if self._known.series_id is None or start >= end:
            return 0
        n_bars = bar_store.count_bars(self._connection, self._known.series_id, Span(start, end))
        return n_bars * self.interval.base.step_s // self.interval.step_s

    def _read(self, span: Span, as_of: int | None) -> BarsReply:
        """Read the bars of a span; those that were closed at ``as_of``, on the basis of prices at that time."""
        reply = self._read_stored(span)
        if as_of is None:
            return reply
        was_closed = bar_close_times(self.facts.calendar, self.interval, reply.bars.open_time) <= as_of
        finals = None if reply.is_final is None else tuple(np.array(reply.is_final, np.bool_)[was_closed].tolist())
        ratio = later_split_ratio(self.facts.calendar, self._splits, as_of)
        return replace(reply, bars=without_splits(reply.bars.take(was_closed), ratio), is_final=finals)

    def _read_stored(self, span: Span) -> BarsReply:
        request = replace(self._request, span=span)
        source = Source(self._connection, partial(self._catalog.rate_symbols, request.symbol), self.findings)

        def read_once(findings: list[Finding]) -> BarsReply:
            known = self._catalog.without_lost(self._known, findings)
            return read_series(source, request, known, FillTarget(span))

        return read_proven(read_once, source.findings)

    def read(self, start: int, end: int, as_of: int | None) -> StudyBars:
        """Read the bars that open in ``[start, end)``, and find where bars are missing."""
        first = max(start, self.oldest, HISTORY_START)
        reply = self._read(Span(first, max(end, first + 1)), as_of)
        bars = reply.bars
        finals = np.ones(len(bars), np.bool_) if reply.is_final is None else np.array(reply.is_final, np.bool_)
        gaps, holes = reply.gaps, []
        if len(bars) and self._is_begin(bars, start):
            begin = max(int(bars.open_time[0]), self.facts.floor[0])
            gaps = tuple(gap for gap in gaps if gap.span.end > begin)
        elif len(bars):
            holes.append(self._hole(0, int(bars.open_time[0])))
        for gap in gaps:
            index = int(np.searchsorted(bars.open_time, gap.span.start))
            if self.interval.base is not self.interval:
                index = max(index - 1, 0)  # the bar that contains the gap
            if index < len(bars):
                holes.append(self._hole(index, min(gap.span.end, max(int(bars.open_time[index]), gap.span.start + 1))))
        return StudyBars(bars, finals, tuple(dict.fromkeys(holes)), gaps, reply.rev)

    def _hole(self, index: int, end: int) -> Hole:
        return Hole(index, span_before(self.facts.calendar, self.interval, end, 1).start)

    def _is_begin(self, bars: Bars, start: int) -> bool:
        """Tell whether the first bar is proven to be the first one of the instrument's history."""
        listed, reason = self.facts.floor
        if start > self.oldest or reason != LISTING_REASON:
            return False
        first = int(bars.open_time[0])
        return listed >= first or not plan_span(Span(listed, first), self.facts).gaps

    def read_daily(self, as_of: int | None) -> tuple[Bars, IntArray]:
        """Return the stored daily bars of the instrument, and the dates of the sessions that they lack."""
        daily = INTERVALS["1d"]
        known = self._catalog.read(self._connection, self._request.symbol, daily)
        facts = known.readable
        if facts is None:
            return Bars.empty(), np.empty(0, np.int64)
        reader = StudyBarsReader(self._connection, self._catalog, known, facts, replace(self._request, interval=daily))
        reader.findings = self.findings
        reply = reader._read(Span(HISTORY_START, facts.now + 1), as_of)
        dates = facts.calendar.date
        lacking = np.zeros(len(dates), np.bool_)
        for gap in reply.gaps:
            lacking[slice(*np.searchsorted(dates, [gap.span.start, gap.span.end]))] = True
        return reply.bars, dates[lacking]

    def read_finest(self, span: Span, as_of: int | None) -> tuple[Bars, str]:
        """Return the bars of the finest interval that is stored without a gap in a span, and its name.

        No bars and an empty name when there is none finer than the series' own, or too many of them.
        """
        for interval in finer_fetched(self.interval):
            bars = self.read_complete(interval, span, as_of)
            if len(bars):
                return bars, interval.name
        return Bars.empty(), ""

    def read_complete(self, interval: Interval, span: Span, as_of: int | None) -> Bars:
        """Return the bars of another fetched interval in a span; none when some are missing or there are too many."""
        known = self._catalog.read(self._connection, self._request.symbol, interval)
        if known.series_id is None or known.facts is None:
            return Bars.empty()
        if bar_store.count_bars(self._connection, known.series_id, span) > MAX_PROFILE_BARS:
            return Bars.empty()
        request = replace(self._request, interval=interval)
        reader = StudyBarsReader(self._connection, self._catalog, known, known.facts, request)
        reader.findings = self.findings
        reply = reader._read(span, as_of)
        is_complete = all(gap.reason == LISTING_REASON for gap in reply.gaps)
        return reply.bars if is_complete else Bars.empty()

    def has_volume(self, as_of: int | None) -> bool:
        """Tell whether any stored bar of the series has volume, from records of many bars.

        ``as_of``: of those that were closed for sure.
        """
        if self._known.series_id is None:
            return False
        end = self.facts.now + DAY_S if as_of is None else as_of - self.interval.base.step_s + 1
        if end <= HISTORY_START:
            return False
        ever = Span(HISTORY_START, end)
        records = read_records(self._connection, self._known.series_id, ever, LEVELS[-1], self.findings)
        return bool(records.bars.volume.any())


def finer_fetched(interval: Interval) -> list[Interval]:
    """Return the fetched intervals that are shorter than one, the finest first."""
    rows = [row for row in INTERVALS.values() if row.base is row and row.step_s < interval.step_s]
    return sorted(rows, key=lambda row: row.step_s)


def coarser_fetched(interval: Interval) -> list[Interval]:
    """Return the fetched intervals that are longer than one, the finest first."""
    rows = [row for row in INTERVALS.values() if row.base is row and row.step_s > interval.step_s]
    return sorted(rows, key=lambda row: row.step_s)
