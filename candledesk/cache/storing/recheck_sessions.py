"""A calendar that grows: what series of the venue call known is asked for again where it now expects more (rule 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import CoverageState
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import Span
from candledesk.store.market import chart_records
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import count_changes

if TYPE_CHECKING:
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

_REOPENED = (CoverageState.HAVE, CoverageState.KNOWN_EMPTY)
_MARGIN_S = 2 * 86_400


def reopen_sessions(connection: Connection, before: SessionCalendar, after: SessionCalendar) -> bool:
    """Forget, in a transaction, that series know the bars which ``after`` expects and ``before`` did not.

    Both are calendars of one venue; bars that are stored stay known. Returns whether anything was forgotten.
    """
    dates = _changed_dates(before, after)
    n_changes_before = count_changes(connection)
    if not len(dates):
        return False
    for series_id, name in instrument_store.venue_series(connection, after.mic):
        interval = parse_interval(name)
        if not coverage_store.read_coverage(connection, series_id):
            continue
        for span in _new_spans(before, after, interval, dates):
            if not chart_records.has_bars(connection, series_id, span):
                coverage_store.forget_coverage(connection, series_id, span, _REOPENED)
    return count_changes(connection) > n_changes_before


def _changed_dates(before: SessionCalendar, after: SessionCalendar) -> list[int]:
    known = set(zip(before.date.tolist(), before.open.tolist(), before.close.tolist(), strict=True))
    rows = zip(after.date.tolist(), after.open.tolist(), after.close.tolist(), strict=True)
    return [row[0] for row in rows if row not in known]


def _new_spans(before: SessionCalendar, after: SessionCalendar, interval: Interval, dates: list[int]) -> list[Span]:
    """Return from the first to the end of the last bar of each date that only ``after`` expects."""
    spans: list[Span] = []
    for date in dates:
        around = Span(date, date + 1) if interval.is_daily else Span(date - _MARGIN_S, date + _MARGIN_S)
        new = np.setdiff1d(expected_open_times(after, interval, around), expected_open_times(before, interval, around))
        row = int(np.searchsorted(after.date, date))
        if not interval.is_daily:
            new = new[(new >= after.open[row]) & (new < after.close[row])]
        if len(new):
            spans.append(Span(int(new[0]), int(new[-1]) + interval.step_s))
    return spans
