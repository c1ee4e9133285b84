"""Replies to charts: what is stored around an anchor, and what lies left of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import EdgeState, ViewportReply
from candledesk.cache.queries.odd_flags import NOTHING_ODD, OddFlags, read_oddities
from candledesk.cache.rules.base_bars import base_count
from candledesk.cache.rules.coverage_rules import final_mask
from candledesk.cache.rules.planner import known_spans
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.countdown import trading_hours
from candledesk.domain.calendar.sessions import expected_open_times, next_open_times, span_after, span_before
from candledesk.domain.prices.resample import base_span, resample_bars
from candledesk.domain.span import Span, subtract_spans
from candledesk.store.market import bars as bar_store
from candledesk.store.market import chart_records
from candledesk.store.market import instruments as instrument_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.fetching.catalog import SeriesState
    from candledesk.cache.messages import ViewportRequest
    from candledesk.cache.rules.planner import Facts, Plan
    from candledesk.cache.rules.viewport_plan import ViewportPlan
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.countdown import TradingHours
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

_N_UPCOMING = 500  # bars to come whose times a chart gets: two screens of the usual spacing


@dataclass(frozen=True, slots=True)
class Around:
    """Bars around an anchor. ``has_gap``: what lies left of them is not known, whatever is stored further left.

    ``starts``, ``n_older``, ``n_newer`` and ``odd``: see ``ViewportReply``.
    """

    bars: Bars
    has_older: bool
    at_latest: bool
    rev: int
    has_gap: bool = False
    starts: IntArray | None = None
    n_older: int = 0
    n_newer: int = 0
    odd: OddFlags = NOTHING_ODD
    stored_from: int | None = None


def read_around(
    connection: Connection,
    request: ViewportRequest,
    series_id: int | None,
    plan: ViewportPlan | None,
    findings: list[Finding],
) -> Around:
    """Read the stored bars of a viewport request, derived where the interval is.

    ``series_id``: of the fetched interval, ``None`` when nothing of it was ever stored; ``plan``: ``None`` while no
    calendar of the venue was ever loaded; ``findings``: ``read_proven``.
    """
    if series_id is None or plan is None:
        return Around(Bars.empty(), has_older=False, at_latest=request.anchor is None, rev=0)
    interval, facts = request.interval, plan.facts
    if interval.base is interval:
        return _read_rows(connection, request, series_id, plan, findings)
    n_before, n_after = base_count(interval, request.n_before), base_count(interval, request.n_after)
    anchor = request.anchor
    if anchor is not None:
        anchor = base_span(interval, facts.calendar, Span(anchor, anchor + 1)).start
    stored = bar_store.read_bars_around(connection, series_id, anchor, n_before, n_after, findings)
    whole, has_gap, is_cut_right = unbroken_bars(stored, anchor, plan)
    is_cut_left = bool(len(whole)) and bar_store.has_older(connection, series_id, int(whole.open_time[0]))
    extent = bar_store.bars_extent(connection, series_id)
    is_newest = extent is None or (bool(len(whole)) and int(whole.open_time[-1]) >= extent.end - 1)
    bars, edges = whole, whole.open_time
    if len(whole):
        bars = resample_bars(whole, facts.calendar, interval)
        edges = bars.open_time
        if len(bars) and (is_cut_left or has_gap or lacks_start(bars, whole, plan)):
            bars = bars.take(slice(1, None))  # its first bar lacks its first part
        if len(bars) and is_cut_right:
            bars = bars.take(slice(0, -1))  # and its last bar its last part
    trimmed = trim_bars(bars, request)
    has_older = is_cut_left or (bool(len(trimmed)) and trimmed.open_time[0] > bars.open_time[0])
    at_latest = is_newest and (not len(bars) or (bool(len(trimmed)) and trimmed.open_time[-1] == bars.open_time[-1]))
    rev = instrument_store.series_rev(connection, series_id)
    is_whole_shown = not len(trimmed) or trimmed.open_time[0] == bars.open_time[0]
    odd = NOTHING_ODD
    if len(trimmed):
        of_base = Span(int(whole.open_time[0]), int(whole.open_time[-1]) + 1)
        odd = read_oddities(connection, series_id, trimmed, edges, of_base, interval)
    return Around(trimmed, bool(has_older), bool(at_latest), rev, has_gap and bool(is_whole_shown), odd=odd)


def _read_rows(
    connection: Connection, request: ViewportRequest, series_id: int, plan: ViewportPlan, findings: list[Finding]
) -> Around:
    """Read bars of a fetched interval, or rows of ``request.stride`` bars, as far as nothing is unknown between."""
    rev = instrument_store.series_rev(connection, series_id)
    extent = bar_store.bars_extent(connection, series_id)
    where = connection, series_id, request.anchor, request.n_before, request.n_after
    starts = None
    if request.stride == 1:
        bars, has_gap, _ = unbroken_bars(bar_store.read_bars_around(*where, findings), request.anchor, plan)
        shown = Span(int(bars.open_time[0]), int(bars.open_time[-1]) + 1) if len(bars) else None
    else:
        shown, has_gap = _unbroken_span(connection, series_id, chart_records.find_around(*where), request.anchor, plan)
        bars, starts = _read_stride(connection, series_id, shown, request.stride, findings)
    if shown is None or not len(bars):
        return Around(Bars.empty(), has_older=False, at_latest=extent is None, rev=rev, has_gap=has_gap)
    n_older, n_newer = chart_records.count_beside(connection, series_id, shown)
    odd = read_oddities(connection, series_id, bars, bars.open_time, shown, request.interval)
    stored_from = None if extent is None else extent.start
    return Around(bars, n_older > 0, n_newer == 0, rev, has_gap, starts, n_older, n_newer, odd, stored_from)


def _read_stride(
    connection: Connection, series_id: int, span: Span | None, stride: int, findings: list[Finding]
) -> tuple[Bars, IntArray | None]:
    if span is None:
        return Bars.empty(), None
    rows = chart_records.read_records(connection, series_id, span, stride, findings)
    return rows.bars, np.concatenate((np.zeros(1, np.int64), np.cumsum(rows.n_bars)))


def _unbroken_span(
    connection: Connection, series_id: int, span: Span | None, anchor: int | None, plan: ViewportPlan
) -> tuple[Span | None, bool]:
    """Return the part of ``span`` with no hole between it and the anchor, and whether a hole cut it on the left."""
    if span is None:
        return None, False
    at = span.end - 1 if anchor is None else anchor
    lo, hi, has_gap = span.start, span.end, False
    for hole in plan.holes(Span(min(lo, at), max(hi, at + 1))):
        if chart_records.has_bars(connection, series_id, hole):
            continue  # stored already and asked again only because it may have changed
        if hole.start < at:
            lo, has_gap = max(lo, hole.end), True
        else:
            hi = min(hi, hole.start)
    return (Span(lo, hi) if lo < hi else None), has_gap


def unbroken_bars(stored: Bars, anchor: int | None, plan: ViewportPlan) -> tuple[Bars, bool, bool]:
    """Return the bars with no hole between them and the anchor, and whether a hole cut them left and right."""
    if not len(stored):
        return stored, False, False
    times, facts = stored.open_time, plan.facts
    at = int(times[-1]) if anchor is None else anchor
    lo, hi, has_gap, is_cut_right = 0, len(stored), False, False
    for hole in plan.holes(Span(min(int(times[0]), at), max(int(times[-1]), at) + 1)):
        lacking = np.setdiff1d(expected_open_times(facts.calendar, facts.interval, hole), times)
        if not len(lacking):
            continue  # stored already and asked again only because it may have changed
        if hole.start < at:  # the overlap of older answers may reach into it
            lo, has_gap = max(lo, int(np.searchsorted(times, lacking[-1]))), True
        else:
            hi, is_cut_right = min(hi, int(np.searchsorted(times, lacking[0]))), True
    return stored.take(slice(lo, max(lo, hi))), has_gap, is_cut_right


def lacks_start(bars: Bars, whole: Bars, plan: Plan | ViewportPlan, derived: Sequence[Span] = ()) -> bool:
    """Tell whether the first derived bar began before what can be known: a gap, or the provider's look-back.

    ``derived``: where the base bars ``whole`` were themselves made from finer ones, all of them.
    """
    facts, start, first = plan.facts, int(bars.open_time[0]), int(whole.open_time[0])
    if start >= first:
        return False
    floor = facts.lookback_floor
    if floor is not None and start < floor:
        known = [*known_spans(facts.coverage, facts.now), *derived]
        unknown = subtract_spans([Span(start, min(first, floor))], known)
        if any(len(expected_open_times(facts.calendar, facts.interval, part)) for part in unknown):
            return True
    return plan.part(Span(start, first)).n_missing > 0


def trim_bars(bars: Bars, request: ViewportRequest) -> Bars:
    """Return the bars that a viewport request asks for."""
    if request.anchor is None:
        return bars.take(slice(max(0, len(bars) - request.n_before), None))
    split = int((bars.open_time < request.anchor).sum())
    return bars.take(slice(max(0, split - request.n_before), split + request.n_after))


def describe_edge(
    plan: ViewportPlan | None, around: Around, wanted: Span | None, *, is_loading: bool
) -> tuple[EdgeState, str]:
    """Return what lies left of the oldest bar of a reply, and why; ``plan``: ``None`` while nothing can be planned."""
    if plan is None:
        return EdgeState.LOADING, ""
    facts = plan.facts
    if around.has_older and len(around.bars) and not around.has_gap:
        return EdgeState.MORE, ""
    oldest = int(around.bars.open_time[0]) if len(around.bars) else facts.now
    floor, floor_reason = facts.floor
    gaps = plan.part(Span(floor, oldest)).gaps if floor < oldest else ()
    if not gaps:
        return EdgeState.START, floor_reason or "no older bars exist"
    left = Span(min(oldest - 1, wanted.start) if wanted else oldest - 1, oldest)
    failed = [gap for gap in gaps if gap.span.overlaps(left) and gap.retry_at is not None]
    waiting = [gap for gap in failed if gap.retry_at is not None and gap.retry_at > facts.now]
    if waiting and not is_loading:
        return EdgeState.FAILED, waiting[-1].reason
    return (EdgeState.LOADING, "") if is_loading else (EdgeState.MORE, "")


def span_of_rows(request: ViewportRequest, around: Around, facts: Facts) -> Span:
    """Return the span that a chart of many bars needs: stored bars are counted, the rest on the calendar."""
    times, starts = around.bars.open_time, around.starts
    if starts is None:
        raise ValueError("rows of one bar each: count them on the calendar")
    oldest, n_here = int(times[0]), int(starts[-1])
    start, end = oldest, facts.now + 1
    n_before = request.n_before - n_here
    if request.anchor is not None:
        n_left = int(starts[np.searchsorted(times, request.anchor)])
        n_before = request.n_before - n_left
        n_after = max(0, request.n_after - (n_here - n_left))
        end = span_after(facts.calendar, facts.interval, int(times[-1]), n_after + request.stride).end
    if n_before > 0:
        start = span_before(facts.calendar, facts.interval, oldest, n_before).start
    return Span(start, max(end, oldest + 1))


def count_provisional(facts: Facts | None, around: Around, interval: Interval) -> int:
    """Return how many of the last bars may still change; 0 for rows of many bars, which do not show it."""
    if facts is None or around.starts is not None:
        return 0
    return int((~final_mask(facts.coverage, around.bars, facts.calendar, interval, facts.now)).sum())


def describe_hours(facts: Facts | None, interval: Interval) -> TradingHours | None:
    """Return the venue's present and next sessions, from which a chart counts down to its bar's close."""
    return None if facts is None else trading_hours(facts.calendar, interval, facts.now)


def describe_upcoming(facts: Facts | None, interval: Interval, around: Around) -> IntArray | None:
    """Return when the bars open that the venue's calendar expects behind the latest one."""
    if facts is None or not around.at_latest or not len(around.bars):
        return None
    return next_open_times(facts.calendar, interval, int(around.bars.open_time[-1]), _N_UPCOMING)


def make_reply(
    request: ViewportRequest, known: SeriesState, around: Around, edge: EdgeState, reason: str
) -> ViewportReply:
    """Return the reply with the bars of ``around``."""
    facts = known.facts
    return ViewportReply(
        request=request,
        bars=around.bars,
        instrument=known.instrument,
        edge=edge,
        edge_reason=reason,
        at_latest=around.at_latest,
        rev=around.rev,
        n_provisional=count_provisional(facts, around, request.interval),
        starts=around.starts,
        n_older=around.n_older,
        n_newer=around.n_newer,
        hours=describe_hours(facts, request.interval),
        odd=around.odd.odd,
        usual=around.odd.usual,
        oldest_askable=facts.lookback_floor if facts and facts.limits else None,
        stored_from=around.stored_from,
        upcoming=describe_upcoming(facts, request.interval, around),
    )


def with_error(reply: ViewportReply, error: Exception | None) -> ViewportReply:
    """Return the reply with the reason why nothing can be loaded, if there is one."""
    return reply if error is None else replace(reply, edge=EdgeState.FAILED, error=str(error))
