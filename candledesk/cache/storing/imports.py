"""Foreign bars through the same checks: cleaned, compared with what is stored, and written with their coverage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.events import BarsStored, CoverageChanged
from candledesk.cache.messages import ImportReport
from candledesk.cache.rules.coverage_rules import final_times
from candledesk.cache.rules.split_basis import align_factors, changed_only, compare_basis, divide, split_factors
from candledesk.cache.storing.price_scale import settle_scale
from candledesk.cache.storing.rebase import daily_around, read_splits
from candledesk.domain.calendar.sessions import bar_dates, expected_open_times, session_of
from candledesk.domain.coverage import IMPORTED, Coverage, CoverageState
from candledesk.domain.prices.clean import clean_bars, without_bars
from candledesk.domain.prices.scale import Evidence
from candledesk.domain.span import HISTORY_START, Span, merge_spans
from candledesk.store.market import bars as bar_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market.database import count_changes, transaction

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

NOT_FINAL = "not_final"
KNOWN_OTHERWISE = "stored_from_the_provider"
OTHER_BASIS = "other_basis"


def write_import(
    connection: Connection, symbol: str, interval: Interval, raw: Bars, calendar: SessionCalendar, now: int
) -> tuple[ImportReport, BarsStored | CoverageChanged | None]:
    """Store what of ``raw`` is a bar, final and not known from the provider already, in one transaction.

    A file that reflects fewer splits than what is stored is brought onto its basis; one that differs otherwise is
    refused whole. A session of which bars were stored is ``have``. Returns the event that says what changed, too.
    """
    clean = clean_bars(raw, calendar, interval, Span(HISTORY_START, now + 1), now)
    refused = dict(clean.dropped)
    is_final = final_times(calendar, interval, clean.bars.open_time) <= now
    _count(refused, NOT_FINAL, int(np.count_nonzero(~is_final)))
    clean = without_bars(clean, ~is_final)
    with transaction(connection):
        (series_id,) = instrument_store.ensure_series(connection, [(symbol, interval)])
        divisor = _basis_of(connection, series_id, symbol, interval, clean.bars, calendar)
        if divisor is None:
            _count(refused, OTHER_BASIS, len(clean.bars))
            return ImportReport(len(raw), 0, 0, refused), None
        clean = replace(clean, bars=divide(clean.bars, divisor), sent=clean.sent / divisor)
        covered = coverage_store.read_coverage(connection, series_id)
        is_known = _is_inside(clean.bars, [row.span for row in covered if _is_fetched(row)])
        _count(refused, KNOWN_OTHERWISE, int(np.count_nonzero(is_known)))
        new = without_bars(clean, is_known)
        daily = None if interval.is_daily else daily_around(connection, symbol, new.bars)
        evidence = Evidence(splits=read_splits(connection, symbol))
        scale = settle_scale(connection, series_id, interval, new, calendar, daily, evidence)
        changed = changed_only(scale.bars, _stored_at(connection, series_id, scale.bars))
        n_changed = bar_store.write_bars(connection, series_id, changed)
        n_rows_before = count_changes(connection)
        odd_store.write_odd(connection, series_id, scale.bars.open_time, scale.odd_bars())
        rows = [
            Coverage(span, CoverageState.HAVE, now, None, "", IMPORTED)
            for span in _sessions(new.bars, calendar, interval)
        ]
        coverage_store.write_coverage(connection, series_id, rows)
        rev, is_more_known = (
            instrument_store.series_rev(connection, series_id),
            count_changes(connection) > n_rows_before,
        )
    event: BarsStored | CoverageChanged | None = None
    if n_changed:
        event = BarsStored(symbol, interval, _extent_of(changed, interval), rev)
    elif is_more_known:
        event = CoverageChanged(symbol, interval, _extent_of(new.bars, interval), rev)
    return ImportReport(len(raw), len(new.bars), n_changed, refused), event


def _extent_of(bars: Bars, interval: Interval) -> Span:
    return Span(int(bars.open_time[0]), int(bars.open_time[-1]) + interval.step_s)


def _stored_at(connection: Connection, series_id: int, bars: Bars) -> Bars:
    if not len(bars):
        return bars
    return bar_store.read_bars(connection, series_id, Span(int(bars.open_time[0]), int(bars.open_time[-1]) + 1))


def _basis_of(
    connection: Connection,
    series_id: int,
    symbol: str,
    interval: Interval,
    bars: Bars,
    calendar: SessionCalendar,
) -> FloatArray | None:
    """Return what foreign bars must be divided by to be on the stored basis; ``None`` when no split explains them."""
    splits = read_splits(connection, symbol)
    if not len(bars):
        return np.ones(0)
    stored = _stored_at(connection, series_id, bars)
    n_reflected, n_compared = compare_basis(stored, bars, splits)
    if n_reflected is None:
        return None
    if n_compared:
        factors: FloatArray = split_factors(bar_dates(calendar, interval, bars.open_time), splits[n_reflected:])[0]
        return factors
    daily = None if interval.is_daily else daily_around(connection, symbol, bars)
    if daily is None:
        return np.ones(len(bars))
    closes = np.where(bars.close > 0, bars.close, np.nan)
    return align_factors(bars.open_time, closes, calendar, interval, daily, splits)


def _count(refused: dict[str, int], reason: str, n: int) -> None:
    if n:
        refused[reason] = refused.get(reason, 0) + n


def _is_fetched(row: Coverage) -> bool:
    """Tell whether the provider's own bars are stored; those of a file are replaced by a corrected one."""
    return row.state is CoverageState.HAVE and row.source != IMPORTED


def _is_inside(bars: Bars, spans: list[Span]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    inside = np.zeros(len(bars), np.bool_)
    for span in spans:
        lo, hi = np.searchsorted(bars.open_time, [span.start, span.end])
        inside[lo:hi] = True
    return inside


def _sessions(bars: Bars, calendar: SessionCalendar, interval: Interval) -> list[Span]:
    """Return the spans of the sessions that ``bars`` belong to; neighbours become one."""
    if not len(bars):
        return []
    whole = Span(int(bars.open_time[0]) - 2 * 86_400, int(bars.open_time[-1]) + 2 * 86_400)
    expected = expected_open_times(calendar, interval, whole)
    held = np.isin(session_of(calendar, interval, expected), np.unique(session_of(calendar, interval, bars.open_time)))
    starts = np.flatnonzero(held & ~np.append(False, held[:-1]))
    ends = np.flatnonzero(held & ~np.append(held[1:], False))
    spans = [Span(int(expected[a]), int(expected[b]) + interval.step_s) for a, b in zip(starts, ends, strict=True)]
    return merge_spans(spans)
