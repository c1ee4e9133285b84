"""What a refusal or a failure changes in the database: never the coverage of stored bars (DESIGN.md, rule 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.rules.coverage_rules import cover_failure
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S, LONGEST_CLOSURE_S
from candledesk.domain.span import Span, subtract_spans
from candledesk.providers.answers import RefusalKind
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.storing.asked_window import AskedWindow
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.providers.answers import RefusedAnswer
    from candledesk.store import Connection

LOOKBACK_STEP_S = 6 * HOUR_S  # what a refusal at the look-back covers at least: else one request a bar would find it


def commit_refusal(
    connection: Connection, claim: AskedWindow, answer: RefusedAnswer, now: int, calendar: SessionCalendar | None = None
) -> int | None:
    """Store that the provider will not answer for the window.

    Returns the series' revision, ``None`` when the coverage says so already. ``calendar``: as for ``commit_failure``.
    """
    window = claim.window
    state, expires_at = CoverageState.REFUSED, None
    if answer.kind is RefusalKind.BEYOND_LOOKBACK and answer.limit_s is not None:
        end = min(window.end, max(window.start + LOOKBACK_STEP_S, now - answer.limit_s))
        window = Span(window.start, end)
    elif answer.kind is not RefusalKind.BEFORE_LISTING:
        state, expires_at = CoverageState.FAILED, now + DAY_S
    row = Coverage(window, state, now, expires_at, answer.reason)
    return _write_coverage(connection, claim, row, calendar if state is CoverageState.FAILED else None)


def commit_failure(
    connection: Connection, claim: AskedWindow, failed: Coverage, calendar: SessionCalendar | None = None
) -> int | None:
    """Store that the window could not be fetched and when it is tried again.

    Returns the series' revision, ``None`` when the coverage says so already. With a ``calendar`` nothing is said of
    parts in which it expects no bar.
    """
    return _write_coverage(connection, claim, failed, calendar)


def _write_coverage(
    connection: Connection, claim: AskedWindow, row: Coverage, calendar: SessionCalendar | None
) -> int | None:
    with transaction(connection):
        (series_id,) = instrument_store.ensure_series(connection, [(claim.symbol, claim.interval)])
        previous = coverage_store.read_coverage(connection, series_id, row.span)
        rows = cover_failure(row, previous)
        if calendar is not None:
            rows = [one for one in rows if one.state is not row.state or _is_expected(one.span, calendar, claim)]
        is_changed = coverage_store.write_coverage(connection, series_id, rows) > 0
        return instrument_store.series_rev(connection, series_id) if is_changed else None


def _is_expected(span: Span, calendar: SessionCalendar, claim: AskedWindow) -> bool:
    return len(expected_open_times(calendar, claim.interval, span)) > 0


def around_window(window: Span) -> Span:
    """Return a window with the longest closure on both sides: as far as its answer can end a failure."""
    return Span(window.start - LONGEST_CLOSURE_S, window.end + LONGEST_CLOSURE_S)


def forget_failures(
    connection: Connection,
    series_id: int,
    claim: AskedWindow,
    calendar: SessionCalendar,
    before: Sequence[Coverage],
    written: Sequence[Coverage],
) -> None:
    """Forget what is left, around a window that was answered, of failures where no bar is expected.

    An answer says nothing of closed hours, and they are not asked for again: the failure would be listed for ever.
    ``before``: the coverage around the window before the answer; ``written``: what the answer has made known.
    """
    failed = [row.span for row in before if row.state is CoverageState.FAILED]
    for part in subtract_spans(failed, [row.span for row in written]):
        if not _is_expected(part, calendar, claim):
            coverage_store.forget_coverage(connection, series_id, part, (CoverageState.FAILED,))
