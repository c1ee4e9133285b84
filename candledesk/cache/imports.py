"""Foreign bars through the same checks: cleaned, compared with what is stored, and written with their coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.ledger import final_times
from candledesk.cache.messages import ImportReport
from candledesk.cache.rebase import settle_basis
from candledesk.domain.clean import clean_bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.sessions import expected_open_times, session_of
from candledesk.domain.span import HISTORY_START, Span, merge_spans
from candledesk.store import bars as bar_store
from candledesk.store import coverage as coverage_store
from candledesk.store import instruments as instrument_store
from candledesk.store.database import transaction

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar
    from candledesk.store import Connection

SOURCE = "import"
NOT_FINAL = "not_final"
KNOWN_OTHERWISE = "stored_from_the_provider"
OTHER_BASIS = "other_basis"


def write_import(
    connection: Connection, symbol: str, interval: Interval, raw: Bars, calendar: SessionCalendar, now: int
) -> ImportReport:
    """Store what of ``raw`` is valid, final and not known from the provider already, in one transaction.

    Whole files on another split basis or in another unit are refused. A session of which bars were stored is ``have``.
    """
    clean = clean_bars(raw, calendar, interval, Span(HISTORY_START, now + 1), now)
    refused = dict(clean.dropped)
    is_final = final_times(calendar, interval, clean.bars.open_time) <= now
    _count(refused, NOT_FINAL, int(np.count_nonzero(~is_final)))
    bars = clean.bars.take(is_final)
    with transaction(connection):
        series_id = instrument_store.series_id(connection, symbol, interval, create=True)
        if series_id is None:
            msg = f"no series for {symbol}"
            raise RuntimeError(msg)
        settled = settle_basis(connection, symbol, interval, bars, calendar)
        if settled.is_doubtful:
            _count(refused, OTHER_BASIS, len(bars))
            return ImportReport(len(raw), 0, 0, refused)
        covered = coverage_store.read_coverage(connection, series_id)
        is_known = _is_inside(settled.bars, [row.span for row in covered if row.state is CoverageState.HAVE])
        _count(refused, KNOWN_OTHERWISE, int(np.count_nonzero(is_known)))
        new = settled.bars.take(~is_known)
        n_changed = bar_store.write_bars(connection, series_id, new)
        rows = [
            Coverage(span, CoverageState.HAVE, now, None, "", SOURCE) for span in _sessions(new, calendar, interval)
        ]
        coverage_store.write_coverage(connection, series_id, rows)
    return ImportReport(len(raw), len(new), n_changed, refused)


def _count(refused: dict[str, int], reason: str, n: int) -> None:
    if n:
        refused[reason] = refused.get(reason, 0) + n


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
