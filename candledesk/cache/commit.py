"""What one answer changes in the database, in one transaction: rows, coverage, actions, and the job's progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.ledger import cover_window, final_times
from candledesk.domain.clean import clean_bars, jump_ratio
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from candledesk.provider.answers import RefusalKind
from candledesk.store import actions as action_store
from candledesk.store import bars as bar_store
from candledesk.store import coverage as coverage_store
from candledesk.store import instruments as instrument_store
from candledesk.store.database import transaction

if TYPE_CHECKING:
    from candledesk.cache.claims import Claim
    from candledesk.domain.bars import Bars
    from candledesk.domain.sessions import SessionCalendar
    from candledesk.provider.answers import BarsAnswer, RefusedAnswer
    from candledesk.store import Connection

JUMP_LIMIT = 50.0  # a median change beyond this against stored bars is a unit mistake (pence), never a market
UNIT_REASON = "refused: prices are about 100 times off the stored ones (pence and pounds?); nothing was overwritten"
REFUSED_PAUSE_S = 6 * 3_600


@dataclass(frozen=True, slots=True)
class Filled:
    """What a window brought: rows changed, the series' revision, and remarks for the log."""

    n_changed: int
    rev: int
    notes: tuple[str, ...] = ()


def _write_facts(connection: Connection, answer: BarsAnswer, calendar: SessionCalendar, now: int) -> None:
    instrument_store.write_instrument(connection, answer.instrument, calendar.mic, calendar.mic, now)
    rows = [(action.date, action.kind, action.value) for action in answer.actions]
    action_store.write_actions(connection, answer.instrument.symbol, rows, now)


def commit_window(
    connection: Connection, claim: Claim, answer: BarsAnswer, calendar: SessionCalendar, now: int, job_id: int | None
) -> Filled:
    """Clean the answer and store it with its coverage. Raises ``EnvironmentFaultError``; then nothing was stored."""
    del job_id
    interval, window = claim.interval, claim.window
    asked = Span(window.start, window.end + (5 * DAY_S if interval.is_daily else DAY_S))
    clean = clean_bars(answer.bars, calendar, interval, asked, now)
    notes = tuple(
        f"{count} rows dropped: {reason}" for reason, count in clean.dropped.items() if reason != "outside_span"
    )
    with transaction(connection):
        _write_facts(connection, answer, calendar, now)
        series_id = instrument_store.series_id(connection, claim.symbol, interval, create=True)
        if series_id is None:
            msg = "a series was created and is not there"
            raise RuntimeError(msg)
        stored = bar_store.read_bars(connection, series_id, asked)
        ratio = jump_ratio(clean.bars, stored)
        if ratio is not None and not 1 / JUMP_LIMIT < ratio < JUMP_LIMIT:
            row = Coverage(window, CoverageState.FAILED, now, now + REFUSED_PAUSE_S, UNIT_REASON)
            coverage_store.write_coverage(connection, series_id, [row])
            return Filled(0, instrument_store.series_rev(connection, series_id), (*notes, UNIT_REASON))
        bars = _writable(clean.bars, window, calendar, claim, now)
        n_changed = bar_store.write_bars(connection, series_id, bars)
        inside = clean.bars.within(window)
        coverage_store.write_coverage(connection, series_id, cover_window(window, inside, calendar, interval, now))
        rev = instrument_store.series_rev(connection, series_id)
    return Filled(n_changed, rev, notes)


def _writable(bars: Bars, window: Span, calendar: SessionCalendar, claim: Claim, now: int) -> Bars:
    """Keep the window's bars, and of the overlap past its end only final ones (the interior of an answer wins)."""
    is_inside = bars.open_time < window.end
    is_final = final_times(calendar, claim.interval, bars.open_time) <= now
    return bars.take(is_inside | is_final)


def commit_refusal(connection: Connection, claim: Claim, answer: RefusedAnswer, now: int) -> int:
    """Store that the provider will not answer for the window, and return the series' revision."""
    window = claim.window
    state, expires_at = CoverageState.REFUSED, None
    if answer.kind is RefusalKind.BEYOND_LOOKBACK and answer.limit_s is not None:
        end = min(window.end, max(window.start + 1, now - answer.limit_s))
        window = Span(window.start, end)
    elif answer.kind is not RefusalKind.BEFORE_LISTING:
        state, expires_at = CoverageState.FAILED, now + DAY_S
    row = Coverage(window, state, now, expires_at, answer.reason)
    return _write_coverage(connection, claim, row)


def commit_failure(connection: Connection, claim: Claim, reason: str, retry_at: int, now: int) -> int:
    """Store that the window could not be fetched and when it is tried again; return the series' revision."""
    return _write_coverage(connection, claim, Coverage(claim.window, CoverageState.FAILED, now, retry_at, reason))


def _write_coverage(connection: Connection, claim: Claim, row: Coverage) -> int:
    with transaction(connection):
        series_id = instrument_store.series_id(connection, claim.symbol, claim.interval, create=True)
        if series_id is None:
            msg = "a series was created and is not there"
            raise RuntimeError(msg)
        coverage_store.write_coverage(connection, series_id, [row])
        return instrument_store.series_rev(connection, series_id)
