"""Charts scrolled beyond the provider's look-back: their bars come from stored finer ones, where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import EdgeState
from candledesk.cache.queries.finer_bars import BaseBars, FinerSeries, derive_whole, find_finer, read_base
from candledesk.cache.queries.odd_flags import NOTHING_ODD, read_oddities
from candledesk.cache.queries.viewport_reader import Around, lacks_start, trim_bars, unbroken_bars
from candledesk.cache.rules.base_bars import base_count
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import span_after, span_before
from candledesk.domain.prices.resample import base_span, merge_runs
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market import bars as bar_store
from candledesk.store.market import instruments as instrument_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.fetching.catalog import SeriesState
    from candledesk.cache.messages import ViewportRequest
    from candledesk.cache.rules.planner import Facts
    from candledesk.cache.rules.viewport_plan import ViewportPlan
    from candledesk.domain.bars import IntArray
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

_WIDEN = 4  # where a span holds too few bars (holes, hours without trades) so many times as much is read


def is_beyond_lookback(request: ViewportRequest, facts: Facts, around: Around, edge: EdgeState) -> bool:
    """Tell whether a chart looks beyond the provider's look-back, or up to it."""
    floor = facts.lookback_floor
    if floor is None or facts.interval.is_daily:
        return False
    oldest = int(around.bars.open_time[0]) if len(around.bars) else facts.now
    is_at_end = edge is EdgeState.START and facts.floor[0] == floor
    return is_at_end or oldest < floor or (request.anchor is not None and request.anchor < floor)


def read_beyond_lookback(
    connection: Connection,
    request: ViewportRequest,
    known: SeriesState,
    plan: ViewportPlan,
    findings: list[Finding],
) -> tuple[Around, str] | None:
    """Read a viewport with what stored finer bars make of it, and name their intervals; ``None`` when there are none.

    The text is empty where nothing on screen was made from them. ``findings``: ``read_proven``.
    """
    facts, interval = plan.facts, plan.facts.interval
    floor = facts.lookback_floor
    sources = [] if floor is None else find_finer(connection, request.symbol, interval, Span(HISTORY_START, floor))
    if not sources:
        return None
    own = None if known.series_id is None else bar_store.bars_extent(connection, known.series_id)
    reader = _Reader(connection, request, known, facts, sources, own, findings)
    found = reader.read()
    if not len(found.bars):
        return None
    whole, has_gap, is_cut_right = unbroken_bars(found.bars, reader.anchor, plan)
    is_cut_left = reader.is_cut and bool(len(whole))
    bars = whole
    if request.interval.base is not request.interval and len(whole):
        bars = derive_whole(found, whole, facts, request.interval)
        is_first_part = is_cut_left or has_gap or (len(bars) > 0 and lacks_start(bars, whole, plan, found.spans))
        bars = bars.take(slice(1 if is_first_part else 0, -1 if is_cut_right else None))
    around = _around(connection, request, known, bars, is_cut_left=is_cut_left, has_gap=has_gap, own=own)
    names = dict.fromkeys(name for _, name in found.derived[::-1])
    return around, f"from {' and '.join(names)} bars" if names else ""


class _Reader:
    """Reads base bars around an anchor until there are enough, or no more."""

    def __init__(
        self,
        connection: Connection,
        request: ViewportRequest,
        known: SeriesState,
        facts: Facts,
        sources: Sequence[FinerSeries],
        own: Span | None,
        findings: list[Finding],
    ) -> None:
        self._connection, self._symbol, self._facts = connection, request.symbol, facts
        self._findings = findings
        self._series_id = known.series_id
        extents = [source.extent for source in sources] + ([] if own is None else [own])
        step_s = facts.interval.step_s
        self.oldest = min(extent.start for extent in extents) - step_s
        self._newest = max(extent.end for extent in extents)
        anchor = request.anchor
        if anchor is not None and request.interval.base is not request.interval:
            anchor = base_span(request.interval, facts.calendar, Span(anchor, anchor + 1)).start
        self.anchor = anchor
        self._n_before = base_count(request.interval, request.n_before)
        self._n_after = 0 if anchor is None else base_count(request.interval, request.n_after)
        self.is_cut = False

    def read(self) -> BaseBars:
        """Read both sides; ``is_cut``: whether more may be stored left of that."""
        at = self._newest if self.anchor is None else min(self.anchor, self._newest)
        n_before, n_after = max(self._n_before, 1), self._n_after
        while True:
            start = max(span_before(self._facts.calendar, self._facts.interval, at, n_before).start, self.oldest)
            end = at if not n_after else span_after(self._facts.calendar, self._facts.interval, at, n_after).end
            end = min(max(end, start + 1), self._newest)
            if start >= end:
                return BaseBars(Bars.empty())
            where = self._connection, self._symbol, self._series_id
            found = read_base(*where, self._facts, Span(start, end), self._findings)
            n_left = int(np.searchsorted(found.bars.open_time, at))
            is_short_left = n_left < self._n_before and start > self.oldest
            is_short_right = len(found.bars) - n_left < self._n_after and end < self._newest
            if not is_short_left and not is_short_right:
                self.is_cut = start > self.oldest
                return found
            n_before *= _WIDEN if is_short_left else 1
            n_after *= _WIDEN if is_short_right else 1


def _around(
    connection: Connection,
    request: ViewportRequest,
    known: SeriesState,
    bars: Bars,
    *,
    is_cut_left: bool,
    has_gap: bool,
    own: Span | None,
) -> Around:
    trimmed = trim_bars(bars, request)
    is_trimmed_left = bool(len(trimmed)) and bool(trimmed.open_time[0] > bars.open_time[0])
    is_last = not len(bars) or (bool(len(trimmed)) and bool(trimmed.open_time[-1] == bars.open_time[-1]))
    reach_s = request.interval.step_s if request.interval.base is not request.interval else 1
    is_newest = own is None or not len(bars) or int(bars.open_time[-1]) + reach_s >= own.end
    n_older = n_newer = 0
    starts = None
    if request.interval.base is request.interval and len(trimmed):
        n_older = int(np.searchsorted(bars.open_time, trimmed.open_time[0])) + int(is_cut_left)
        if known.series_id is not None and own is not None and int(trimmed.open_time[-1]) + 1 < own.end:
            newer = Span(int(trimmed.open_time[-1]) + 1, own.end)
            n_newer = bar_store.count_bars(connection, known.series_id, newer)
        trimmed, starts = bars_in_rows(trimmed, request)
    rev = 0 if known.series_id is None else instrument_store.series_rev(connection, known.series_id)
    odd = NOTHING_ODD
    if known.series_id is not None and len(trimmed):  # of finer bars the prices are used, not the flags
        last = int(trimmed.open_time[-1])
        seen = Span(int(trimmed.open_time[0]), last + request.interval.longest_s)
        odd = read_oddities(connection, known.series_id, trimmed, trimmed.open_time, seen, request.interval)
    return Around(
        trimmed,
        is_cut_left or is_trimmed_left,
        is_newest and is_last,
        rev,
        has_gap and not is_trimmed_left,
        starts,
        n_older,
        n_newer,
        odd,
    )


def bars_in_rows(bars: Bars, request: ViewportRequest) -> tuple[Bars, IntArray | None]:
    """Return the bars as rows of at most ``request.stride`` of them, cut as the store cuts its rows: by time."""
    if request.stride == 1:
        return bars, None
    keys = bars.open_time // (request.interval.step_s * request.stride)
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    rows = merge_runs(bars, bars.open_time, first)
    return rows, np.append(first, len(bars)).astype(np.int64)
