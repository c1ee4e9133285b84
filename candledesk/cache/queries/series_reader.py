"""Replies to scripts: the stored bars of a span with their gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import BarsReply, Gap, SeriesReport
from candledesk.cache.queries.finer_bars import BaseBars, derive_whole, gaps_without, read_base
from candledesk.cache.queries.odd_flags import as_sent, flags_by_row, without_lost
from candledesk.cache.queries.viewport_reader import lacks_start
from candledesk.cache.rules.as_of import is_known, later_split_ratio, reply_as_known, without_splits
from candledesk.cache.rules.coverage_rules import final_mask
from candledesk.cache.rules.damaged_bars import cover_lost, damaged_gaps
from candledesk.cache.rules.planner import NOT_FETCHED, never_gaps, plan_span, refused_coverage
from candledesk.domain.bars import Bars
from candledesk.domain.errors import EnvironmentFaultError, NotCachedError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.prices.adjust import adjust_bars, in_currency
from candledesk.domain.prices.currency import rate_by, units_of
from candledesk.domain.prices.oddity import count_tokens
from candledesk.domain.prices.resample import base_span, resample_bars
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market import bars as bar_store
from candledesk.store.market import corporate_actions as action_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market.chunks.proof import lost_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.fetching.catalog import SeriesState
    from candledesk.cache.fetching.fill_task import FillTarget
    from candledesk.cache.messages import BarsRequest
    from candledesk.cache.rules.planner import Facts, Plan
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.adjust import DatedAction
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding
    from candledesk.store.market.odd_bars import OddBar

    RateSymbols = Callable[[str, str], Sequence[tuple[str, bool]]]

MAX_TIME = 2**53
ACTIONS_MARGIN_S = 10 * DAY_S
N_LISTED = 3  # payments that a note names, before it only counts them


@dataclass(frozen=True, slots=True)
class Source:
    """Where the bars of one answer are read. ``findings``: ``read_proven``.

    ``rate_symbols``: of two currencies, the symbols that price the first in the second, and whether each is inverse.
    """

    connection: Connection
    rate_symbols: RateSymbols
    findings: list[Finding]


def read_series(source: Source, request: BarsRequest, known: SeriesState, target: FillTarget) -> BarsReply:
    """Read the bars of a request, derived and adjusted as it asks, with the gaps of its span."""
    connection = source.connection
    if known.instrument is None:
        raise NotCachedError(request.symbol)
    facts = known.readable
    named = None if request.countback is not None else request.span
    span = named or (target.resolve(facts) if facts else None)
    if facts is None or span is None:
        asked = span or Span(min(HISTORY_START, known.now), known.now)
        return BarsReply(request, asked, Bars.empty(), None, known.instrument, (Gap(asked, NOT_FETCHED),))
    read = _read(source, request, known, facts, span)
    bars, plan, found = read.bars, read.plan, read.found
    odd = flags_by_row(read.odd, bars.open_time, request.interval)
    kept, following = _limit(bars, request)
    if len(kept) < len(bars):
        odd = {time: odd[time] for time in kept.open_time.tolist() if time in odd}
    gaps = damaged_gaps(read.base, facts) + plan.gaps + _beyond_calendar(known, span)
    if named is not None and named.start > HISTORY_START:  # else: from the beginning, whenever that was
        gaps = (*never_gaps(read.base, facts), *gaps)
    gaps = gaps_without(gaps, found.spans, facts)
    known_gaps = {gap.span for gap in gaps}
    gaps += tuple(gap for gap in _action_gaps(source, request, read.base.start, facts) if gap.span not in known_gaps)
    rev = 0 if known.series_id is None else instrument_store.series_rev(connection, known.series_id)
    is_final = tuple(final_mask(facts.coverage, kept, facts.calendar, request.interval, facts.now).tolist())
    reply = BarsReply(
        request,
        span,
        kept,
        is_final,
        known.instrument,
        gaps,
        following,
        rev,
        odd=odd,
        notes=read.notes,
        derived=found.derived,
        lookback_s=facts.limits.lookback_s if facts.limits else None,
    )
    return reply if request.as_of is None else reply_as_known(reply, facts.calendar, request.as_of)


@dataclass(frozen=True, slots=True)
class _Read:
    """Bars of a request; the span of base bars that they are made of, planned; those bars; flagged ones; and notes."""

    bars: Bars
    base: Span
    plan: Plan
    found: BaseBars
    odd: list[OddBar]
    notes: tuple[str, ...] = ()


def _beyond_calendar(known: SeriesState, span: Span) -> tuple[Gap, ...]:
    """Return the part of ``span`` of which an outdated calendar cannot tell whether bars are expected."""
    if known.outdated is None:
        return ()
    calendar = known.outdated.calendar
    end = int(calendar.close[-1]) if len(calendar) else HISTORY_START
    untold = Span(end, known.now).intersect(span) if end < known.now else None
    return () if untold is None else (Gap(untold, "the venue's calendar is not loaded yet"),)


def _read(source: Source, request: BarsRequest, known: SeriesState, facts: Facts, span: Span) -> _Read:
    connection, interval = source.connection, request.interval
    base = span if interval.base is interval else base_span(interval, facts.calendar, span)
    plan = plan_span(base, facts)
    found = read_base(connection, request.symbol, known.series_id, facts, base, source.findings)
    flagged = [] if known.series_id is None else odd_store.read_odd(connection, known.series_id, base)
    odd = without_lost(flagged, found.bars)
    stored = as_sent(found.bars, odd) if request.raw else found.bars
    notes: tuple[str, ...] = ()
    if request.adjust != "splits" and len(stored):
        stored, notes = _adjusted(source, request, stored, facts)
    if request.as_of is not None and request.adjust != "none":
        actions = action_store.read_actions(connection, request.symbol)
        stored = without_splits(stored, later_split_ratio(facts.calendar, actions, request.as_of))
    if interval.base is interval:
        return _Read(stored, base, plan, found, odd, notes)
    bars = derive_whole(found, stored, facts, interval)
    if len(bars) and lacks_start(bars, stored, plan, found.spans):
        bars = bars.take(slice(1, None))
    return _Read(bars.within(span), base, plan, found, odd, notes)


def _adjusted(source: Source, request: BarsRequest, stored: Bars, facts: Facts) -> tuple[Bars, tuple[str, ...]]:
    """Adjust base bars before anything is derived from them: a split can lie inside a week or a month.

    Returns what could not be taken off too, as notes.
    """
    connection = source.connection
    daily_id = instrument_store.series_id(connection, request.symbol, INTERVALS["1d"])
    if daily_id is None:
        msg = f"Prices with adjust={request.adjust} need the daily bars of {request.symbol}: backfill 1d first"
        raise EnvironmentFaultError(msg)
    daily = bar_store.read_bars(connection, daily_id, Span(-MAX_TIME, MAX_TIME), source.findings)
    instrument = instrument_store.read_instrument(connection, request.symbol)
    currency = None if instrument is None else instrument.currency
    listed = action_store.read_actions(connection, request.symbol)
    if request.as_of is not None and request.adjust == "all":
        listed = [one for one in listed if is_known(facts.calendar, one.date, request.as_of)]
    actions, others = in_currency(listed, currency, partial(_stored_rate, source))
    bars = adjust_bars(stored, request.interval.base, facts.calendar, actions, request.adjust, daily=daily)
    left_out = [one for one in others if request.adjust == "all" and one.date > int(stored.open_time[0])]
    return bars, _left_out_notes(left_out, currency or "", source.rate_symbols)


def _stored_rate(source: Source, date: int, paid_in: str, target: str) -> float | None:
    """Return the price of a currency in another by the stored daily bars of a date (00:00 UTC)."""
    return rate_by(source.rate_symbols(paid_in, target), partial(_stored_close, source, date))


def _stored_close(source: Source, date: int, symbol: str) -> float | None:
    connection, span = source.connection, Span(date, date + DAY_S)
    series_id = instrument_store.series_id(connection, symbol, INTERVALS["1d"])
    bars = Bars.empty()
    if series_id is not None:
        bars = bar_store.read_bars(connection, series_id, span, source.findings)
    return float(bars.close[-1]) if len(bars) else None


def _left_out_notes(actions: Sequence[DatedAction], currency: str, rate_symbols: RateSymbols) -> tuple[str, ...]:
    """Say which payments are not taken off the prices, and what would have to be stored for it; one note a currency."""
    notes = []
    for paid_in in dict.fromkeys(one.currency or "" for one in actions):
        paid = [one for one in actions if one.currency == paid_in]
        listed = ", ".join(map(_payment_text, paid[:N_LISTED]))
        more = f" and {len(paid) - N_LISTED} more" if len(paid) > N_LISTED else ""
        pairs = rate_symbols(units_of(paid_in)[0], units_of(currency)[0])
        pair = f" ({pairs[0][0]})" if pairs else ""
        notes.append(
            f"left out of the adjustment: {listed}{more}; the prices are in {currency}, and no daily rate"
            f" of {'that day' if len(paid) == 1 else 'those days'} is stored{pair}"
        )
    return tuple(notes)


def _payment_text(one: DatedAction) -> str:
    date = datetime.fromtimestamp(one.date, UTC)
    return f"{date:%Y-%m-%d} {one.kind.replace('_', ' ')} {one.value:g} {one.currency}"


def actions_span(start: int, end: int) -> Span:
    """Return which daily bars tell the splits and dividends that matter to bars from ``start`` on, known at ``end``.

    All later ones matter, and of the first dividend the close before it.
    """
    return Span(start - ACTIONS_MARGIN_S, max(start, end))


def _action_gaps(source: Source, request: BarsRequest, start: int, facts: Facts) -> tuple[Gap, ...]:
    """Return where splits and dividends that matter to an adjusted answer may be unknown.

    Only up to the newest daily bar: what comes later has not moved the stored prices either.
    """
    connection, daily = source.connection, INTERVALS["1d"]
    daily_id = instrument_store.series_id(connection, request.symbol, daily)
    extent = None if daily_id is None else bar_store.bars_extent(connection, daily_id)
    if request.adjust == "splits" or daily_id is None or extent is None:
        return ()
    lost = lost_spans(source.findings, daily_id)
    coverage = cover_lost(coverage_store.read_coverage(connection, daily_id), lost, None)
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


def describe_series(
    connection: Connection,
    known: SeriesState,
    interval: Interval,
    findings: list[Finding],
    n_bars: int | None = None,
) -> SeriesReport:
    """Return what is known of a series: first what is never asked, then the ledger; gaps of the whole history.

    ``findings``: ``read_proven``; ``n_bars``: the number of stored bars if the caller knows it.
    """
    facts, series_id = known.readable, known.series_id
    if facts is None:
        return SeriesReport((), (Gap(Span(HISTORY_START, known.now), NOT_FETCHED),), 0)
    rows, refused = facts.coverage, refused_coverage(facts)
    if refused is not None and not (rows and rows[0].span.start < refused.span.end):
        rows = (refused, *rows)
    odd = {} if series_id is None else count_tokens(odd_store.count_odd(connection, series_id))
    if n_bars is None:
        n_bars = 0 if series_id is None else _count_bars(connection, series_id, facts, interval, findings)
    gaps = damaged_gaps(None, facts) + plan_span(None, facts).gaps
    gaps += _beyond_calendar(known, Span(HISTORY_START, known.now))
    dropped = {} if series_id is None else odd_store.count_dropped(connection, series_id, Span(-MAX_TIME, MAX_TIME))
    return SeriesReport(rows, gaps, n_bars, odd, dropped)


def _count_bars(
    connection: Connection, series_id: int, facts: Facts, interval: Interval, findings: list[Finding]
) -> int:
    """Return how many bars of an interval are stored, or can be derived from those that are."""
    if interval.base is interval:
        n_bars = bar_store.count_bars(connection, series_id, findings=findings)
        if bar_store.is_checked_count(connection, series_id, n_bars):
            return n_bars
        return len(bar_store.read_bars(connection, series_id, Span(HISTORY_START, MAX_TIME), findings))
    stored = bar_store.read_bars(connection, series_id, Span(HISTORY_START, MAX_TIME), findings)
    return len(resample_bars(stored, facts.calendar, interval))
