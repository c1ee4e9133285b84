"""Where the anchors of drawings lie beyond the bars that a chart has loaded, without reading the bars between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.drawing_messages import AnchorCounts
from candledesk.cache.rules.anchor_places import counted_span, derived_times, lacking_spans_of, neighbours_among
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.compare.ratio import symbols_of
from candledesk.domain.span import Span
from candledesk.store.market import bars as bar_store
from candledesk.store.market import chart_records

if TYPE_CHECKING:
    from candledesk.cache.drawing_messages import AnchorRequest
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.bars import IntArray
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

MAX_BASE_BARS = 1_000_000  # that bars of a derived interval are counted from; as long as a read of 0.1 s
_STRIDE = 512  # bars of a record whose number is known without reading them


def count_anchors(connection: Connection, catalog: Catalog, request: AnchorRequest) -> AnchorCounts:
    """Return the bars beside each time and how far each is from the reference; on a reader thread.

    Bars of a ratio are counted as those of its numerator. Nothing while the calendar of the venue is not known, and
    where too many bars lie between.
    """
    none = np.empty(0, np.int64)
    known = catalog.read(connection, symbols_of(request.symbol)[0], request.interval.base)
    facts = known.readable
    if facts is None or not request.times:
        return AnchorCounts(request, none, none)
    span = counted_span(request.interval, request.times, request.reference)
    counter = _Counter(connection, known.series_id, facts, span)
    if request.interval.base is request.interval:
        return counter.count_fetched(request)
    return counter.count_derived(request)


class _Counter:
    """Counts the bars of one span; made for one request."""

    def __init__(self, connection: Connection, series_id: int | None, facts: Facts, span: Span) -> None:
        self._connection, self._series_id = connection, series_id
        self._facts, self._span = facts, span
        self._read_from: dict[int, IntArray] = {}
        extent = None if series_id is None else bar_store.bars_extent(connection, series_id)
        lacking = lacking_spans_of(facts, span, None if extent is None else extent.end - 1)
        parts = [self._without_stored(hole) for hole in lacking]
        self._expected = np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _without_stored(self, hole: Span) -> IntArray:
        """Return the expected bars of a span; the overlap of other answers may reach into it."""
        expected = expected_open_times(self._facts.calendar, self._facts.interval, hole)
        if self._series_id is None or not chart_records.has_bars(self._connection, self._series_id, hole):
            return expected
        return np.setdiff1d(expected, self._read(hole))

    def _read(self, span: Span) -> IntArray:
        if self._series_id is None:
            return np.empty(0, np.int64)
        findings: list[Finding] = []  # another read reports damage
        return bar_store.read_bars(self._connection, self._series_id, span, findings).open_time

    def count_derived(self, request: AnchorRequest) -> AnchorCounts:
        """Count bars that are made of those of their base."""
        n_bars = 0 if self._series_id is None else self._count_stored()
        stored = self._read(self._span) if n_bars <= MAX_BASE_BARS else np.empty(0, np.int64)
        every = derived_times(self._facts, request.interval, np.sort(np.concatenate((stored, self._expected))))
        if n_bars > MAX_BASE_BARS:
            every = every[:0]
        near = neighbours_among(every, request.times)
        return AnchorCounts(request, near, np.searchsorted(every, near) - np.searchsorted(every, request.reference))

    def _count_stored(self) -> int:
        return 0 if self._series_id is None else bar_store.count_bars(self._connection, self._series_id, self._span)

    def count_fetched(self, request: AnchorRequest) -> AnchorCounts:
        """Count bars of a fetched interval: whole records by their numbers, and bar by bar where a time lies."""
        starts, before = self._records()
        times = np.array(request.times, np.int64)
        rows = np.unique(np.maximum(np.searchsorted(starts, times, side="right") - 1, 0))
        stored = [neighbours_among(self._record(starts, row), request.times) for row in rows.tolist() if len(starts)]
        near = np.unique(np.concatenate([*stored, neighbours_among(self._expected, request.times)]))
        wanted = np.append(near, request.reference)
        position = np.searchsorted(self._expected, wanted)
        for at, time in enumerate(wanted.tolist()):
            row = int(np.searchsorted(starts, time, side="right")) - 1
            if row >= 0:
                position[at] += int(before[row]) + int(np.searchsorted(self._record(starts, row), time))
        return AnchorCounts(request, near, position[:-1] - position[-1])

    def _records(self) -> tuple[IntArray, IntArray]:
        """Return when each record opens, and how many bars of the span open before it."""
        none = np.empty(0, np.int64)
        if self._series_id is None:
            return none, none
        rows = chart_records.read_records(self._connection, self._series_id, self._span, _STRIDE, [])
        return rows.bars.open_time, np.cumsum(rows.n_bars) - rows.n_bars

    def _record(self, starts: IntArray, row: int) -> IntArray:
        """Return the bars of a record and the first one behind it."""
        if row not in self._read_from:
            end = int(starts[row + 1]) + 1 if row + 1 < len(starts) else self._span.end
            self._read_from[row] = self._read(Span(int(starts[row]), end))
        return self._read_from[row]
