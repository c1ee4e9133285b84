"""Replies to scripts: the stored bars of a span with their gaps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.ledger import final_mask
from candledesk.cache.messages import BarsReply, Gap, SeriesReport
from candledesk.cache.odd_reading import as_sent, flags_by_row
from candledesk.cache.planner import plan_span, refused_coverage
from candledesk.cache.views import lacks_start
from candledesk.domain.adjust import adjust_bars
from candledesk.domain.bars import Bars
from candledesk.domain.errors import EnvironmentFaultError, NotCachedError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.oddity import count_tokens
from candledesk.domain.resample import base_span, resample_bars
from candledesk.domain.span import HISTORY_START, Span
from candledesk.provider.answers import CorporateAction
from candledesk.store import actions as action_store
from candledesk.store import bars as bar_store
from candledesk.store import coverage as coverage_store
from candledesk.store import instruments as instrument_store
from candledesk.store import odd as odd_store

if TYPE_CHECKING:
    from candledesk.cache.catalog import Known
    from candledesk.cache.demand import Want
    from candledesk.cache.messages import BarsRequest
    from candledesk.cache.planner import Facts
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.odd import OddBar

MAX_TIME = 2**53
ACTIONS_MARGIN_S = 10 * DAY_S
NOT_FETCHED = "not fetched yet"


def read_series(connection: Connection, request: BarsRequest, known: Known, want: Want) -> BarsReply:
    """Read the bars of a request, derived and adjusted as it asks, with the gaps of its span."""
    if known.instrument is None:
        raise NotCachedError(request.symbol)
    facts = known.readable
    span = request.span or (want.resolve(facts) if facts else None)
    if facts is None or span is None:
        asked = span or Span(min(HISTORY_START, known.now), known.now)
        return BarsReply(request, asked, Bars.empty(), None, known.instrument, (Gap(asked, NOT_FETCHED),))
    bars, base, found = _read(connection, request, known, facts, span)
    odd = flags_by_row(found, bars.open_time, request.interval)
    kept, following = _limit(bars, request)
    if len(kept) < len(bars):
        odd = {time: odd[time] for time in kept.open_time.tolist() if time in odd}
    gaps = plan_span(base, facts).gaps + _beyond_calendar(known, span)
    known_gaps = {gap.span for gap in gaps}
    gaps += tuple(gap for gap in _action_gaps(connection, request, base.start, facts) if gap.span not in known_gaps)
    rev = 0 if known.series_id is None else instrument_store.series_rev(connection, known.series_id)
    is_final = tuple(final_mask(facts.coverage, kept, facts.calendar, request.interval, facts.now).tolist())
    return BarsReply(request, span, kept, is_final, known.instrument, gaps, following, rev, odd)


def _beyond_calendar(known: Known, span: Span) -> tuple[Gap, ...]:
    """Return the part of ``span`` of which an outdated calendar cannot tell whether bars are expected."""
    if known.outdated is None:
        return ()
    calendar = known.outdated.calendar
    end = int(calendar.close[-1]) if len(calendar) else HISTORY_START
    untold = Span(end, known.now).intersect(span) if end < known.now else None
    return () if untold is None else (Gap(untold, "the venue's calendar is not loaded yet"),)


def _read(
    connection: Connection, request: BarsRequest, known: Known, facts: Facts, span: Span
) -> tuple[Bars, Span, list[OddBar]]:
    """Return the bars, the span of the base bars that they need, and which of those are flagged."""
    interval = request.interval
    base = span if interval.base is interval else base_span(interval, facts.calendar, span)
    if known.series_id is None:
        return Bars.empty(), base, []
    stored = bar_store.read_bars(connection, known.series_id, base)
    found = odd_store.read_odd(connection, known.series_id, base)
    if request.raw:
        stored = as_sent(stored, found)
    if request.adjust != "splits" and len(stored):
        stored = _adjusted(connection, request, stored, facts)
    if interval.base is interval:
        return stored, base, found
    bars = resample_bars(stored, facts.calendar, interval)
    if len(bars) and lacks_start(bars, stored, facts):
        bars = bars.take(slice(1, None))
    return bars.within(span), base, found


def base_part(interval: Interval, span: Span) -> Span:
    """Return what must be known of the base so that the derived bars of ``span`` are whole at both ends."""
    if interval.base is interval:
        return span
    start = min(span.start, max(HISTORY_START, span.start - 2 * interval.step_s))
    return Span(start, span.end + 2 * interval.step_s)


def _adjusted(connection: Connection, request: BarsRequest, stored: Bars, facts: Facts) -> Bars:
    """Adjust base bars before anything is derived from them: a split can lie inside a week or a month."""
    actions = [CorporateAction(*row) for row in action_store.read_actions(connection, request.symbol)]
    daily_id = instrument_store.series_id(connection, request.symbol, INTERVALS["1d"])
    if daily_id is None:
        msg = f"Prices with adjust={request.adjust} need the daily bars of {request.symbol}: backfill 1d first"
        raise EnvironmentFaultError(msg)
    daily = bar_store.read_bars(connection, daily_id, Span(-MAX_TIME, MAX_TIME))
    return adjust_bars(stored, request.interval.base, facts.calendar, actions, request.adjust, daily=daily)


def actions_span(start: int, end: int) -> Span:
    """Return which daily bars tell the splits and dividends that matter to bars from ``start`` on, known at ``end``.

    All later ones matter, and of the first dividend the close before it.
    """
    return Span(start - ACTIONS_MARGIN_S, max(start, end))


def _action_gaps(connection: Connection, request: BarsRequest, start: int, facts: Facts) -> tuple[Gap, ...]:
    """Return where splits and dividends that matter to an adjusted answer may be unknown.

    Only up to the newest daily bar: what comes later has not moved the stored prices either.
    """
    daily = INTERVALS["1d"]
    daily_id = instrument_store.series_id(connection, request.symbol, daily)
    extent = None if daily_id is None else bar_store.bars_extent(connection, daily_id)
    if request.adjust == "splits" or daily_id is None or extent is None:
        return ()
    coverage = tuple(coverage_store.read_coverage(connection, daily_id))
    known = replace(facts, interval=daily, coverage=coverage)
    gaps = plan_span(actions_span(start, extent.end - 1), known).gaps
    return tuple(replace(gap, reason=f"splits and dividends: {gap.reason}") for gap in gaps)


def _limit(bars: Bars, request: BarsRequest) -> tuple[Bars, int | None]:
    """Cut to ``limit``: the oldest first with a cursor, or the newest when no span was named."""
    limit = request.limit
    if limit is None or len(bars) <= limit:
        return bars, None
    if request.span is None:
        return bars.take(np.arange(len(bars) - limit, len(bars))), None
    return bars.take(slice(0, limit)), int(bars.open_time[limit])


def describe_series(connection: Connection, known: Known, interval: Interval) -> SeriesReport:
    """Return what is known of a series: first what is never asked, then the ledger; gaps of the whole history."""
    facts, series_id = known.readable, known.series_id
    if facts is None:
        return SeriesReport((), (Gap(Span(HISTORY_START, known.now), NOT_FETCHED),), 0)
    rows, refused = facts.coverage, refused_coverage(facts)
    if refused is not None and not (rows and rows[0].span.start < refused.span.end):
        rows = (refused, *rows)
    n_bars, odd = 0, {} if series_id is None else count_tokens(odd_store.count_odd(connection, series_id))
    if series_id is not None and interval.base is interval:
        n_bars = bar_store.count_bars(connection, series_id)
    elif series_id is not None:
        stored = bar_store.read_bars(connection, series_id, Span(HISTORY_START, MAX_TIME))
        n_bars = len(resample_bars(stored, facts.calendar, interval))
    gaps = plan_span(None, facts).gaps + _beyond_calendar(known, Span(HISTORY_START, known.now))
    return SeriesReport(rows, gaps, n_bars, odd)
